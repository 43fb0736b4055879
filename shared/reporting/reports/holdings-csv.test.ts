import { expect, test } from 'vitest';
import { holdingsCsv } from './holdings-csv.ts';

const rows = Array.from({ length: 10 }, (_, i) => ({
  shareholder_id: `00000000-0000-7000-8000-00000000000${i}`,
  external_ref: `R${i}`,
  name: 'ü"'.repeat(50),
  holdings: '1.50000000',
}));
const part = {
  view: { asOf: '2026-01-01', knownAt: '2026-01-01T00:00:00.000000Z', securityClass: undefined },
  holders: 10,
  totalHoldings: '15',
  after: '',
  rows,
  positions: rows.map((row) => ({ ...row, security_class: 'COMMON' })),
  more: false,
};

test('a page ends before its JSON string outgrows the bound, and always moves on', () => {
  for (const maxBytes of [1, 300, 1_000, 2_000, 1_000_000]) {
    const page = holdingsCsv({ ...part, after: 'Q' }, maxBytes);
    expect(page.text.split('\r\n')).toHaveLength(page.rows + 1);
    if (page.rows > 1) expect(Buffer.byteLength(JSON.stringify(page.text))).toBeLessThanOrEqual(maxBytes);
    expect(page.rows).toBeGreaterThan(0);
  }
  expect(holdingsCsv(part, 1_000_000).rows).toBe(10);
});

test('numbers stay numbers', () => {
  expect(holdingsCsv(part).text.split('\r\n')[1]).toMatch(
    /,1\.5,COMMON,2026-01-01,2026-01-01T00:00:00\.000000Z,15$/,
  );
});

test('the classes of a holder are on one page', () => {
  const [first] = part.positions;
  const positions = [
    { ...(first as (typeof part.positions)[number]), security_class: 'PREF' },
    ...part.positions.map((row) => row),
  ].sort((a, b) => (a.external_ref < b.external_ref ? -1 : 1));
  const page = holdingsCsv({ ...part, positions, after: 'Q' }, 1);
  expect(page.rows).toBe(1);
  expect(page.text.split('\r\n')).toHaveLength(3);
});
