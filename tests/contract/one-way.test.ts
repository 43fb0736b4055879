import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Some things are done in one way only: a second way would diverge from it. */

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = globSync('{bin,functions,lib,local,shared,tools,tests}/**/*.ts', { cwd: ROOT }).filter(
  // The template runner imports nothing of ours; this file quotes what it looks for.
  (path) => !/^local\/aws\/|node_modules|^tests\/contract\/one-way\.test\.ts$/.test(path),
);

function linesWith(pattern: RegExp, allowed: readonly string[] = []): string[] {
  return SOURCES.filter((path) => !allowed.includes(path)).flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

test('a query names its columns', () => {
  expect(linesWith(/\b(selectAll|returningAll)\(/)).toEqual([]);
  const stars = linesWith(/\b(select|returning) (\w+\.)?\*(?![/*])|, \w+\.\*(,| from|$)/);
  expect(stars.filter((line) => /^shared\//.test(line) && !/^\S+\.test\.ts:/.test(line))).toEqual([]);
});

test('a name of ours is imported as it is', () => {
  const imports = /^import (?:type )?\{([^}]*)\} from '[#.][^']*';$/gm;
  const renamed = SOURCES.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(imports)].flatMap(([, names = '']) =>
      [...names.matchAll(/(\w+) as \w+/g)].map(([name, original]) => ({ original, at: `${path}: ${name}` })),
    ),
  );
  expect(renamed.length).toBeGreaterThan(0);
  // Lambda looks for one name, which every function exports; a test calls several of them.
  expect(renamed.filter(({ original, at }) => original !== 'handler' || !at.startsWith('tests/'))).toEqual(
    [],
  );
});

test('a client of AWS has limits of time', () => {
  const made = linesWith(/\bnew (sdk\.)?(SecretsManager|SQS|EventBridge|SESv2|SFN|S3|CloudWatch)Client\(/);
  expect(made.filter((line) => /^(shared|functions)\//.test(line) && !/^\S+\.test\.ts:/.test(line))).toEqual(
    [],
  );
});

test('the day of an instant is asked of the calendar', () => {
  expect(linesWith(/\.slice\(0, 10\)|\.split\('T'\)\[0\]|\bDAY_MS =/, ['shared/kernel/calendar.ts'])).toEqual(
    [],
  );
});

test('a module is imported by a statement, which the dependency rules see, never inside a type', () => {
  const inTypes = linesWith(/\btypeof import\(['"][#.]|[:<=|&] import\(['"][#.][^)]*\)\.[A-Z]/);
  // Tests are on top of everything, so no rule is about what they import.
  expect(inTypes.filter((line) => !/^(tests\/|\S+\.test\.ts:)/.test(line))).toEqual([]);
});

test('the platform’s code names nothing of a domain', () => {
  const words =
    /shareholder|dividend|\bholder|payee|payment|participant|vesting|payroll|meeting|ballot|contribution|webhook|ledger|journal|\bbank/i;
  const comment = /^\S+ (\/?\*|\/\/)/;
  const named = linesWith(words).filter((line) => /^shared\/platform\//.test(line) && !comment.test(line));
  expect(named.filter((line) => !/^\S+\.test\.ts:/.test(line))).toEqual([]);
});
