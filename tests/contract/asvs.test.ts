import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** Every number of the standard at the levels 1 and 2. */
const { requirements } = JSON.parse(read('tests/contract/asvs-requirements.json')) as {
  requirements: string[];
};

/** The cells of the tables of a document, without their heads. */
function rowsOf(text: string): string[][] {
  const cells = (line: string) => line.split('|').slice(1, -1);
  return text
    .split('\n')
    .filter((line, index, lines) => line.startsWith('| ') && !lines[index + 1]?.startsWith('|---'))
    .map((line) => cells(line).map((cell) => cell.trim()));
}

/** Paths in backticks: those with a slash inside, and documents and settings at the top. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => /^[\w.-]+(\/[\w.-]+)+$|^[\w-]+\.(md|json)$/.test(path));
}

const ASVS = read('docs/asvs.md');
const rows = rowsOf(ASVS).map(([numbers = '', answer = '', reason = '']) => ({
  numbers: numbers.split(', '),
  answer,
  reason,
}));

describe('the comparison with ASVS', () => {
  test('has each requirement in one row, and no other', () => {
    expect(requirements).toHaveLength(253);
    expect(rows.flatMap(({ numbers }) => numbers).toSorted()).toEqual(requirements.toSorted());
  });

  test.each(rows)('$numbers says where it is met, why it does not apply, or what is missing', (row) => {
    expect(['met', 'n/a', '**NOT MET**']).toContain(row.answer);
    expect(row.reason.length).toBeGreaterThan(5);
  });

  test.each(rows.filter(({ answer }) => answer === 'met'))(
    '$numbers is met by something that exists',
    (row) => {
      expect(pathsIn(row.reason)).not.toEqual([]);
    },
  );
});

describe.each(['docs/asvs.md', 'docs/threat-model.md'])('%s', (document) => {
  test('names only paths that exist', () => {
    const paths = pathsIn(read(document));
    expect(paths.length).toBeGreaterThan(25);
    expect(paths.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });
});

/** Parts of an end that the drawing spells out. */
const DRAWN_WITHIN = ['drop/ incoming/', 'after the commit, and a sweeper', 'EventBridge schedules'];

/** The signs in the code that a requirement applies. */
const SIGNS: readonly (readonly [string, RegExp])[] = [
  ['1.3.7', /sesv2|nodemailer/],
  ['1.3.11', /sesv2|nodemailer/],
  ['1.5.1', /xmldom|DOMParser/],
  ['3.3.1', /[Ss]et-[Cc]ookie/],
  ['3.5.5', /addEventListener\(\s*'message'/],
  ['3.7.2', /status: 30[1-8]\b/],
  ['4.3.1', /graphql/i],
  ['4.4.1', /WebSocket/],
  ['6.6.1', /client-sns'|SendTextMessage/],
  ['7.1.3', /OIDC|SAML/],
  ['10.2.1', /OIDC/],
  ['17.1.1', /RTCPeerConnection/],
];

describe('what does not apply', () => {
  const code = globSync('{functions,shared}/**/*.ts', { cwd: REPOSITORY })
    .filter((path) => !path.endsWith('.test.ts'))
    .map(read)
    .join('\n');

  test.each(SIGNS)('%s applies where the code has what it is about', (number, sign) => {
    const row = rows.find(({ numbers }) => numbers.includes(number));
    expect(row?.answer === 'n/a').toBe(!sign.test(code));
  });
});

describe('the threat model', () => {
  const threats = rowsOf(read('docs/threat-model.md'));

  test('has arrows of the drawing, and all that it draws', () => {
    const drawing = /```\n(client ──[\s\S]*?)```/.exec(read('docs/architecture.md'))?.[1] ?? '';
    const bare = (end: string) => end.replace(/\(.*?\)/g, '').trim();
    const named = [...new Set(threats.flatMap(([arrow = '']) => arrow.split('→').map(bare)))];
    expect(named.length).toBeGreaterThan(25);
    expect(named.flatMap((end) => end.split(', ')).filter((end) => !drawing.includes(end))).toEqual([]);
    const drawn = drawing
      .replace(/\(.*?\)/g, ' ')
      .split(/[─┬├└┘┐│\n]+| {2,}/)
      .map((end) => end.trim())
      .filter((end) => end !== '');
    const rows = named.join('\n');
    expect(
      drawn.filter((end) => !rows.includes(end.replace(/^a /, '')) && !DRAWN_WITHIN.includes(end)),
    ).toEqual([]);
  });

  test.each(threats)('%s: what could go wrong, what stands against it and what remains', (...cells) => {
    expect(cells).toHaveLength(4);
    for (const cell of cells) expect(cell).not.toBe('');
    expect(cells[1]).toMatch(/^[STRIDE](, [STRIDE])*: /);
    expect(pathsIn(cells[2] ?? '')).not.toEqual([]);
  });
});
