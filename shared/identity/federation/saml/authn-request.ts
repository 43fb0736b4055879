import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { escapeXml } from './xml.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

export interface AuthnRequest {
  readonly id: string;
  readonly entityId: string;
  readonly acsUri: string;
  /** The provider's address, which takes requests by HTTP-Redirect. */
  readonly ssoUrl: string;
  readonly relayState: string;
  readonly issuedAt: Date;
  /** The name that the person signs in by at the provider, as far as it is known. */
  readonly loginHint: string | undefined;
  /** Whether the person has to authenticate now, whatever session they have there. */
  readonly forceAuthn: boolean;
}

/**
 * Returns the address to which a browser brings a signed request (Bindings, 3.4). The hint stands beside the request, as `login_hint`: Entra ID refuses a
 * request with a Subject.
 */
export function authnRequestUrl(
  { id, entityId, acsUri, ssoUrl, relayState, issuedAt, loginHint, forceAuthn }: AuthnRequest,
  privateKeyPem: string,
): URL {
  const xml = [
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${escapeXml(id)}" Version="2.0"`,
    `${forceAuthn ? ' ForceAuthn="true"' : ''} IssueInstant="${issuedAt.toISOString()}" Destination="${escapeXml(ssoUrl)}" AssertionConsumerServiceURL="${escapeXml(acsUri)}"`,
    ` ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"><saml:Issuer>${escapeXml(entityId)}</saml:Issuer>`,
    '<samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>',
  ].join('');
  const query = [
    ['SAMLRequest', deflateRawSync(xml).toString('base64')],
    ['RelayState', relayState],
    ['SigAlg', RSA_SHA256],
  ]
    .map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const signature = sign('sha256', Buffer.from(query), privateKeyPem).toString('base64');
  const url = new URL(ssoUrl);
  // The signature covers these octets, so that they are sent as they were signed.
  const before = url.search === '' ? '' : `${url.search.slice(1)}&`;
  const hint = loginHint === undefined ? '' : `&login_hint=${encodeURIComponent(loginHint)}`;
  url.search = `${before}${query}&Signature=${encodeURIComponent(signature)}${hint}`;
  return url;
}
