import { expect, test } from 'vitest';
import { sheetOf, writeCsv } from './csv.ts';

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

test('a row of the API has a column for each of its fields, with the values as the API sends them', () => {
  const rows = [
    {
      id: '1',
      contact: { email: 'ada@acme.example', phone: null },
      tags: ['A', 'B'],
      holdings: '10.5',
      links: {},
    },
    { id: '2', contact: { email: null }, tags: [], holdings: '123456789012345678901234567890', note: 'x' },
  ];
  expect(sheetOf(rows)).toBe(
    '\uFEFFid,contact.email,contact.phone,tags,holdings,note\r\n' +
      '1,ada@acme.example,,A; B,10.5,\r\n2,,,,123456789012345678901234567890,x\r\n',
  );
});

test.each(['=1+1', '+1', '-1+1', '@SUM(A1)', '\tx', "'=1", '＝1'])(
  'a spreadsheet takes the cell %j for text',
  (cell) => {
    const [, line = ''] = sheetOf([{ cell }]).split(/\r\n(?=.)/s);
    expect(line.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);

test('a negative number is no formula', () => {
  expect(sheetOf([{ moved: '-5.25' }])).toBe('\uFEFFmoved\r\n-5.25\r\n');
});

test('a field that is null in one row and has parts in another has both', () => {
  expect(sheetOf([{ tax: null }, { tax: { rate: '0.3' } }])).toBe('\uFEFFtax,tax.rate\r\n,\r\n,0.3\r\n');
});
