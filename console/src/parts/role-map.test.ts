import { expect, test } from 'vitest';
import { linesOf, mapOf } from './role-map.ts';

test.each([
  ['of none', []],
  [
    'in its order',
    [
      { role: 'OPS', claim: 'groups', value: 'vestry-ops' },
      { role: 'ADMIN', claim: 'groups', value: 'vestry-admins' },
    ],
  ],
  ['whose value has spaces', [{ role: 'COMPLIANCE', claim: 'groups', value: 'Risk  and Compliance: EU' }]],
  [
    'whose claim is an address',
    [{ role: 'EMPLOYEE', claim: 'http://schemas.xmlsoap.org/claims/Group', value: 'staff' }],
  ],
] as const)('a map of roles %s is what its lines say', (_, map) => {
  expect(mapOf(linesOf([...map]))).toEqual(map);
});

test.each([
  ['  ops   groups   vestry-ops  \r\n\n', [{ role: 'OPS', claim: 'groups', value: 'vestry-ops' }]],
  ['OPS', [{ role: 'OPS', claim: '', value: '' }]],
  ['OPS groups', [{ role: 'OPS', claim: 'groups', value: '' }]],
])('%j is what the API judges', (lines, map) => {
  expect(mapOf(lines)).toEqual(map);
});
