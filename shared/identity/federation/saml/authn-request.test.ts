import { generateKeyPairSync, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { authnRequestUrl } from './authn-request.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test.each([
  [undefined, null, false],
  ['ada+1@idp.example', 'ada+1@idp.example', false],
  ['a&RelayState=b', 'a&RelayState=b', false],
  [undefined, null, true],
])('the hint %s stands beside what is signed', (loginHint, received, forceAuthn) => {
  const url = authnRequestUrl(
    {
      ...{ id: '_1', entityId: 'urn:us', acsUri: 'https://us.example/acs', relayState: 'state' },
      ...{ ssoUrl: 'https://idp.example/sso?tenant=1', issuedAt: new Date(0), loginHint },
      forceAuthn,
    },
    pem,
  );
  expect(url.searchParams.get('login_hint')).toBe(received);
  expect(url.searchParams.getAll('RelayState')).toEqual(['state']);
  expect(url.searchParams.get('tenant')).toBe('1');
  const request = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  expect(request.includes(' ForceAuthn="true" ')).toBe(forceAuthn);
  const signed = url.search.slice(url.search.indexOf('SAMLRequest='), url.search.indexOf('&Signature='));
  const signature = Buffer.from(url.searchParams.get('Signature') ?? '', 'base64');
  expect(verify('sha256', Buffer.from(signed), publicKey, signature)).toBe(true);
});
