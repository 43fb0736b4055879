import { expect, test } from 'vitest';
import { writeCsv } from './csv.ts';

test('cells with quotes, commas, line ends or spaces around them are quoted', () => {
  const rows = [
    ['ref', 'name'],
    ['A', 'Ada, "the" first'],
    ['B', 'Grace\nHopper'],
    ['C', ' both '],
    ['D', ''],
  ];
  expect(writeCsv(rows)).toBe('ref,name\nA,"Ada, ""the"" first"\nB,"Grace\nHopper"\nC," both "\nD,\n');
});
