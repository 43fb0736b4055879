import { expect, test } from 'vitest';
import { isSignedByBank, signCallback } from './bank-signature.ts';

const [secret, client, body, now] = ['shared', 'tenant-a', '{"event_id":"1"}', 1_800_000_000];
const signed = (at = now, by = client) => signCallback(secret, by, body, at);

test('the bank is known by its signature, for five minutes', () => {
  for (const age of [-300, -1, 0, 299, 300])
    expect(isSignedByBank(secret, client, body, [signed(now - age)], now), `${age}`).toBe(true);
  for (const age of [-301, 301, 86_400])
    expect(isSignedByBank(secret, client, body, [signed(now - age)], now), `${age}`).toBe(false);
});

test('nothing else is taken for the bank', () => {
  const good = signed();
  const refused: (readonly string[] | undefined)[] = [
    undefined,
    [],
    [''],
    [good, good],
    [good.replace('v1=', 'v0=')],
    [good.toUpperCase()],
    [`${good},v1=00`],
    [`t=${now + 1},${good.split(',')[1]}`],
    [`t=${now},v1=${'0'.repeat(64)}`],
    [signed(now, 'tenant-b')],
  ];
  for (const header of refused)
    expect(isSignedByBank(secret, client, body, header, now), `${header}`).toBe(false);
  expect(isSignedByBank(secret, client, `${body} `, [good], now)).toBe(false);
  expect(isSignedByBank('other', client, body, [good], now)).toBe(false);
  expect(isSignedByBank(secret, 'tenant-b', body, [good], now)).toBe(false);
});
