import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { passwordPrint } from '#identity/sign-in/password-print.ts';

/**
 * Writes the prints of the most common leaked passwords that are long enough to be taken here: `node tools/common-passwords.ts LIST`. LIST is a file with
 * a password a line, the most common first, such as the million most common ones of SecLists. Run once a list is newer (docs/adr/0310).
 */

const SHORTEST = 12;
const KEPT = 10_000;

const [list] = process.argv.slice(2);
if (list === undefined || list.startsWith('-')) {
  console.error('usage: node tools/common-passwords.ts LIST (a password a line, the most common first)');
  process.exit(2);
}
const prints = new Set<number>();
for (const line of readFileSync(list, 'utf8').split(/\r?\n/)) {
  if (prints.size === KEPT) break;
  if (line.length >= SHORTEST) prints.add(passwordPrint(line));
}
const bytes = Buffer.from(Uint32Array.from([...prints].sort((a, b) => a - b)).buffer).toString('base64');
writeFileSync(
  join(import.meta.dirname, '../shared/identity/sign-in/common-password-prints.ts'),
  `/** Prints of common passwords in order, four bytes each, little-endian, in base64. Made by tools/common-passwords.ts. */\nexport const COMMON_PASSWORD_PRINTS = '${bytes}';\n`,
);
