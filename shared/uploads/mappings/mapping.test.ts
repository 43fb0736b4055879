import { describe, expect, test } from 'vitest';
import { dayReader, findMappingFault, type Mapping, readNumber } from './mapping.ts';

const REGISTER = [
  { from: 'Account No', to: 'external_ref' },
  { from: 'Owner', to: 'name' },
  { from: 'Shares', to: 'holdings' },
];
const PAYROLL = [
  { from: 'Emp', to: 'employee_id' },
  { from: 'Pay date', to: 'period' },
  { from: 'Plan', to: 'plan_type', values: { K: '401K' } },
];
const wide = (...columns: Mapping['columns']) => ({ columns: [...PAYROLL, ...columns] });
const own = { from: 'Deferral', to: 'amount', value: { source: 'EMPLOYEE' } };
const match = { from: 'Match', to: 'amount', value: { source: 'EMPLOYER' } };

describe('a mapping', () => {
  test.each<['shareholders' | 'contributions', Mapping]>([
    ['shareholders', { columns: REGISTER, decimal: ',', date_format: 'D/M/YYYY', skip_lines: 3 }],
    [
      'shareholders',
      {
        columns: [
          ...REGISTER.slice(0, 2),
          { from: 'Pref', to: 'holdings', value: { security_class: 'PREF' } },
        ],
      },
    ],
    ['contributions', wide(own, match)],
    ['contributions', wide({ from: 'Amount', to: 'amount' })],
    ['contributions', { ...wide(own), date_format: 'MM/YYYY' }],
    ['contributions', { ...wide(own), date_format: 'YYYYMMDD' }],
  ])('of %s is readable: %j', (kind, mapping) => {
    expect(findMappingFault(kind, mapping)).toBeUndefined();
  });

  test.each<['shareholders' | 'contributions', Mapping, string, string]>([
    ['shareholders', { columns: [...REGISTER, { from: 'Name', to: 'name' }] }, '/columns/3/to', 'repeated'],
    [
      'shareholders',
      { columns: [...REGISTER, { from: 'Units', to: 'holdings' }] },
      '/columns/3/to',
      'repeated',
    ],
    [
      'shareholders',
      { columns: [...REGISTER, { from: 'Owner', to: 'owner' }] },
      '/columns/3/to',
      'unknown-column',
    ],
    ['shareholders', { columns: REGISTER.slice(1) }, '/columns', 'required'],
    ['contributions', wide(), '/columns', 'required'],
    ['contributions', wide(own, { ...match, value: own.value }), '/columns/4/to', 'repeated'],
    ['contributions', wide(own, { ...match, from: 'deferral ' }), '/columns/4/to', 'repeated'],
    ['contributions', wide(own, { from: 'Match', to: 'amount' }), '/columns/4/value', 'invalid-value'],
    [
      'contributions',
      wide({ ...own, value: { source: 'BOSS' } }),
      '/columns/3/value/source',
      'unknown-value',
    ],
    ['contributions', wide({ ...own, value: { period: '2026-01' } }), '/columns/3/value/period', 'repeated'],
    [
      'contributions',
      wide({ ...own, value: { colour: 'red' } }),
      '/columns/3/value/colour',
      'unknown-column',
    ],
    [
      'contributions',
      wide(own, { from: 'C', to: 'currency', value: { source: 'EMPLOYEE' } }),
      '/columns/4/value',
      'invalid-value',
    ],
    [
      'contributions',
      { columns: [...PAYROLL.slice(0, 2), { from: 'P', to: 'plan_type', values: { K: '401k' } }, own] },
      '/columns/2/values',
      'unknown-value',
    ],
    ['shareholders', { columns: REGISTER, date_format: 'MM/YYYY' }, '/date_format', 'invalid-format'],
    ...[
      'DD.MM.YY',
      'DD.MM.YYYY HH',
      'DD.MM',
      'MM.MM.YYYY',
      'DMYYYY',
      'DDMYYYY',
      'YYYYMD',
      'yyyy-mm-dd',
      '',
      '[Y]',
    ].map(
      (date_format) =>
        ['contributions', { ...wide(own), date_format }, '/date_format', 'invalid-format'] as [
          'contributions',
          Mapping,
          string,
          string,
        ],
    ),
  ])('of %s means nothing: %j', (kind, mapping, pointer, code) => {
    expect(findMappingFault(kind, mapping)).toMatchObject({ pointer, code });
  });
});

test.each([
  ['DD.MM.YYYY', '31.01.2026', '2026-01-31'],
  ['DD.MM.YYYY', '31x01x2026', undefined],
  ['DD.MM.YYYY', '1.1.2026', undefined],
  ['D/M/YYYY', '1/12/2026', '2026-12-01'],
  ['YYYYMMDD', '20260131', '2026-01-31'],
  ['MM/YYYY', '07/2026', '2026-07'],
  ['MM/YYYY', '13/2026', undefined],
  ['MM/DD/YYYY', '11/31/2026', undefined],
  ['M/D/YYYY', '2026-01-31', undefined],
])('by %s, %s is %s', (format, text, day) => {
  expect(dayReader(format)(text)).toBe(day);
});

test.each([
  [',', '1.234,50', '1234.50'],
  [',', '1.234', '1234'],
  [',', '1.23', undefined],
  [',', '1,5', '1.5'],
  [',', '-0,5', '-0.5'],
  [',', '1 234 567,5', '1234567.5'],
  [',', '1.234 567', undefined],
  [',', '1,234,567', undefined],
  ['.', '1,234', '1234'],
  ['.', '1,23', undefined],
  ['.', '1,234.5', '1234.5'],
  ['.', '12,34,567', undefined],
  ['.', '1234.5', '1234.5'],
  ['.', '', undefined],
  ['.', '$5', undefined],
  ['.', '(5)', '-5'],
  [',', '(1.234,5)', '-1234.5'],
  ['.', '(-5)', undefined],
  ['.', '(5', undefined],
] as const)('with the decimal %s, %s is %s', (decimal, text, number) => {
  expect(readNumber(text, decimal)).toBe(number);
});
