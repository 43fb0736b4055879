import { expect, test } from 'vitest';
import { hasProved } from './demand.ts';

test.each<[string[], string | null, boolean]>([
  [['pwd', 'mfa'], null, true],
  [['http://schemas.microsoft.com/claims/multipleauthn'], null, true],
  [['pwd'], 'urn:okta:loa:2fa:any', true],
  [[], 'https://refeds.org/profile/mfa', true],
  [['pwd'], 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport', false],
  [['http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'], '1', false],
  [[], null, false],
])('amr %j and acr %s prove a second factor: %s', (amr, acr, proved) => {
  expect(hasProved({ amr, acr })).toBe(proved);
});
