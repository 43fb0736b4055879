import published from 'currency-codes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DomainError } from './domain-error.ts';
import { checkJson, reviveExactly } from './json.ts';
import { amount, currency, exponentOf, fromMinor, toMinor } from './money.ts';

/** Codes of the published list in which nobody is paid: funds, metals, bonds and codes for tests. */
const NO_MONEY =
  'BOV CHE CHW CLF COU MXV USN UYI UYW XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ');
/** Amendments since the list was published: the Caribbean guilder for the Antillean one; no more CUC and, in the euro, BGN. */
const ADDED = [{ code: 'XCG', digits: 2 }];
const WITHDRAWN = ['ANG', 'BGN', 'CUC'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

describe('currencies are those of ISO 4217', () => {
  const current = [...published.data, ...ADDED].filter(({ code }) => !WITHDRAWN.includes(code));

  test.each(current.filter(({ code }) => !NO_MONEY.includes(code)))(
    '$code has $digits places',
    ({ code, digits }) => {
      expect(currency.safeParse(code).success).toBe(true);
      expect(exponentOf(code)).toBe(digits);
    },
  );

  test.each([...NO_MONEY, ...WITHDRAWN, 'HRK', 'ABC', 'usd', 'US', 'USDT', ''])('%s is none', (code) => {
    expect(currency.safeParse(code).success).toBe(false);
  });

  test('and no others', () => {
    const listed = new Set(current.map(({ code }) => code));
    for (const first of LETTERS)
      for (const second of LETTERS)
        for (const third of LETTERS) {
          const code = first + second + third;
          if (currency.safeParse(code).success) expect(listed).toContain(code);
        }
  });
});

describe('minor units', () => {
  test.each([
    ['125.5', 'USD', 12550n, '125.50'],
    ['0.01', 'USD', 1n, '0.01'],
    ['-3', 'USD', -300n, '-3.00'],
    ['1500', 'JPY', 1500n, '1500'],
    ['1.234', 'KWD', 1234n, '1.234'],
    ['999999999999.99', 'EUR', 99999999999999n, '999999999999.99'],
  ])('%s %s', (decimal, code, minor, text) => {
    expect(toMinor(decimal, code)).toBe(minor);
    expect(fromMinor(minor, code)).toBe(text);
  });

  test.each([
    ['0.001', 'USD'],
    ['0.5', 'JPY'],
    ['1.2345', 'KWD'],
  ])('%s is no amount of %s', (decimal, code) => {
    expect(() => toMinor(decimal, code, '/total_pool')).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ pointer: '/total_pool' })],
      }) as DomainError,
    );
  });

  test('an unknown currency has no minor unit', () => {
    expect(() => exponentOf('ABC')).toThrow(RangeError);
    expect(currency.safeParse('usd').success).toBe(false);
    expect(currency.safeParse('XAU').success).toBe(false);
  });

  test('format and parse are inverse', () => {
    const code = fc.constantFrom('JPY', 'USD', 'BHD');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), code, (minor, of) => {
        expect(toMinor(fromMinor(minor, of), of)).toBe(minor);
      }),
    );
  });
});

describe('amounts in requests', () => {
  const read = (json: string) =>
    amount.safeParse((JSON.parse(checkJson(json), reviveExactly) as { amount: unknown }).amount);

  test.each([
    ['{"amount": "125.50"}', '125.5'],
    ['{"amount": 125.50}', '125.5'],
    ['{"amount": 0.1}', '0.1'],
    ['{"amount": 123456789012.12}', '123456789012.12'],
  ])('%s', (json, decimal) => {
    expect(read(json).data).toBe(decimal);
  });

  test.each([
    '0',
    '-1',
    '"-0.01"',
    '"0.00"',
    '1e3',
    '"1,000"',
    '" 1"',
    '"+1"',
    '"NaN"',
    '"Infinity"',
    '"0x10"',
    '"1_000"',
    '"٣"',
    '"$5"',
    '""',
    'true',
    'null',
    '[]',
    '"1234567890123456789"',
  ])('%s is refused', (json) => {
    expect(read(`{"amount": ${json}}`).success).toBe(false);
  });
});
