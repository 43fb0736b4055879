import { expect, test } from 'vitest';
import { hasProved } from './demand.ts';

test.each<[string[], string | null, string | null, boolean]>([
  [['pwd', 'mfa'], null, null, true],
  [['http://schemas.microsoft.com/claims/multipleauthn'], null, null, true],
  [['pwd'], 'urn:okta:loa:2fa:any', null, true],
  [[], 'https://refeds.org/profile/mfa', null, true],
  [['pwd'], 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport', null, false],
  [['http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'], '1', null, false],
  [[], null, null, false],
  [[], 'c1', 'c1', true],
  [[], 'c2', 'c1', false],
  [[], null, 'c1', false],
  [['pwd', 'c1'], null, 'c1', false],
])('amr %j and acr %s prove a second factor where %s is asked for: %s', (amr, acr, context, proved) => {
  expect(hasProved({ amr, acr }, context)).toBe(proved);
});
