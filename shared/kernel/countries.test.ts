import { expect, test } from 'vitest';
import { isCountry } from './countries.ts';

test('a country is one of the 249 codes of ISO 3166', () => {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter(isCountry);
  expect(codes).toHaveLength(249);
  for (const code of ['US', 'GB', 'DE', 'AX', 'ZW', 'SS']) expect(codes).toContain(code);
  for (const other of ['UK', 'XX', 'EU', 'us', 'USA', 'U', '', 'A-', 'J-', 'XK', 'AN'])
    expect(isCountry(other), other).toBe(false);
});
