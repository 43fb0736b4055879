import { expect, test } from 'vitest';
import { isCovered, isNetwork } from './network.ts';

test.each([
  ['203.0.113.0/24', true],
  ['203.0.113.7/32', true],
  ['203.0.113.0/33', false],
  ['203.0.113.0/024', false],
  ['203.0.113.256/32', false],
  ['203.000.113.0/24', false],
  ['2001:db8::/32', true],
  ['2001:db8::/129', false],
  ['2001:db8::g/32', false],
  ['203.0.113.0', false],
])('%s is a network: %s', (written, is) => {
  expect(isNetwork(written)).toBe(is);
});

test.each([
  ['203.0.113.0/24', ['203.0.113.0/24'], true],
  ['203.0.113.128/25', ['198.51.100.0/24', '203.0.113.0/24'], true],
  ['203.0.113.0/23', ['203.0.113.0/24'], false],
  ['203.0.114.0/24', ['203.0.113.0/24'], false],
  ['203.0.113.0/24', ['203.0.113.0/25', '203.0.113.128/25'], false],
  ['2001:db8:1::/48', ['2001:db8::/32'], true],
  ['::/0', ['0.0.0.0/0'], false],
])('%s is inside of %j as a whole: %s', (network, networks, is) => {
  expect(isCovered(networks, network)).toBe(is);
});
