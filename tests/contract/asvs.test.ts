import { existsSync, readFileSync } from 'node:fs';
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

describe('the threat model', () => {
  const threats = rowsOf(read('docs/threat-model.md'));

  test('has the arrows of the drawing', () => {
    const drawing = /```\n(client ──[\s\S]*?)```/.exec(read('docs/architecture.md'))?.[1] ?? '';
    const named = threats.map(([arrow = '']) => arrow).join('\n');
    const ends = [...drawing.matchAll(/[A-Za-z][\w ]*[A-Za-z]/g)].map(([end]) => end);
    const places = [
      'CloudFront',
      'API Gateway',
      'authorizer',
      'Lambda per route',
      'Aurora',
      'S3',
      'drop folder',
    ];
    const machines = [
      'SQS',
      'validator',
      'EventBridge bus',
      'Step Functions',
      'bank',
      'SQS firings',
      'workers',
    ];
    for (const end of [...places, ...machines]) {
      expect(
        ends.some((drawn) => drawn.includes(end)),
        `the drawing has ${end}`,
      ).toBe(true);
      expect(named).toContain(end);
    }
  });

  test.each(threats)('%s: what could go wrong, what stands against it and what remains', (...cells) => {
    expect(cells).toHaveLength(4);
    for (const cell of cells) expect(cell).not.toBe('');
    expect(cells[1]).toMatch(/^[STRIDE](, [STRIDE])*: /);
    expect(pathsIn(cells[2] ?? '')).not.toEqual([]);
  });
});
