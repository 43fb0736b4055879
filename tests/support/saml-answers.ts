import { type BinaryLike, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { toPem } from '#identity/connections/certificate.ts';
import { newSigningKey } from '#identity/connections/signing-certificate.ts';

/** The answers of a SAML provider, each part of which a test can change before or after it is signed. */

export interface ProviderKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** Makes a provider's key whose certificate is valid for ten years from an instant. */
export const providerKey = (from: Date = new Date()): Promise<ProviderKey> => newSigningKey('provider', from);

/** A key of an elliptic curve, whose certificate is valid for a century. */
export const CURVE_KEY: ProviderKey = {
  privateKey: createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: 'Yhl-ojmuM2sJtQfEDpc9cD786VlDYmyT0uAnjBGcgws',
      y: 'n_HsJHh6Os2dN6GSqNLc5qsgb9h8IeKXoCHppS_UnJ8',
      d: 'yKrFxm_iVs5v-o3dCbGaFGH0L5Tlav0Yuwjnd0IBXAw',
    },
  })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  certificate: toPem(
    Buffer.from(
      'MIIBcTCCARegAwIBAgIUQ5/wXZVa2Z8VIJ0/yahe3bTQDR4wCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCZWMwIBcNMjYxMTI3MTkwOTMwWhgPMjEyNjExMDMxOTA5MzBaMA0xCzAJBgNVBAMMAmVjMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYhl+ojmuM2sJtQfEDpc9cD786VlDYmyT0uAnjBGcgwuf8ewkeHo6zZ03oZKo0tzmqyBv2Hwh4pegIemlL9Scn6NTMFEwHQYDVR0OBBYEFFn+8ZMySDwz5r2a7jU+0fT8W44yMB8GA1UdIwQYMBaAFFn+8ZMySDwz5r2a7jU+0fT8W44yMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAInSfUdT7Rw5NmDJ72AB2fO6T5ujq52ioY/cprynLaRQAiAhHN1dzWUQyNzJPrgAQMHqWW/txbIH71LTJNO41lvrLw==',
      'base64',
    ),
  ),
};

export interface Answered {
  readonly issuer: string;
  readonly entityId: string;
  readonly acsUri: string;
  readonly requestId: string | null;
  readonly key: ProviderKey;
}

export interface Parts {
  /** Attributes and elements, by their place; the defaults make a good answer. */
  readonly responseIssuer?: string;
  readonly destination?: string;
  readonly responseTo?: string | null;
  readonly status?: string;
  readonly assertionId?: string;
  readonly issuer?: string;
  readonly issuedAt?: Date;
  readonly nameId?: string;
  readonly subject?: string;
  readonly confirmation?: string;
  readonly method?: string;
  readonly recipient?: string;
  readonly confirmedTo?: string | null;
  readonly confirmedUntil?: Date | null;
  readonly confirmedFrom?: Date;
  readonly conditions?: string;
  readonly audience?: string;
  readonly from?: Date;
  readonly until?: Date;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly statement?: string;
}

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const MINUTES_MS = 60_000;

const at = (date: Date): string => date.toISOString();
const attribute = (name: string, value: string | null | undefined): string =>
  value == null ? '' : ` ${name}="${value}"`;

/** Returns an assertion that is not signed. */
export function assertionXml(answered: Answered, parts: Parts = {}, now = new Date()): string {
  const later = new Date(now.getTime() + 5 * MINUTES_MS);
  const to = parts.confirmedTo === undefined ? answered.requestId : parts.confirmedTo;
  const until = parts.confirmedUntil === undefined ? later : parts.confirmedUntil;
  const data = `<saml:SubjectConfirmationData${attribute('InResponseTo', to)}${attribute('NotBefore', parts.confirmedFrom && at(parts.confirmedFrom))}${attribute('NotOnOrAfter', until && at(until))}${attribute('Recipient', parts.recipient ?? answered.acsUri)}/>`;
  const method = parts.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
  const confirmation =
    parts.confirmation ?? `<saml:SubjectConfirmation Method="${method}">${data}</saml:SubjectConfirmation>`;
  const nameId =
    parts.nameId ??
    '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ada</saml:NameID>';
  const conditions =
    parts.conditions ??
    `<saml:Conditions NotBefore="${at(parts.from ?? now)}" NotOnOrAfter="${at(parts.until ?? later)}"><saml:AudienceRestriction><saml:Audience>${parts.audience ?? answered.entityId}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`;
  const statement =
    parts.statement ??
    `<saml:AuthnStatement AuthnInstant="${at(now)}" SessionIndex="s-1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
  const attributes = Object.entries(parts.attributes ?? { groups: ['everyone'], email: ['ada@saml.example'] })
    .map(
      ([name, values]) =>
        `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
    )
    .join('');
  return [
    `<saml:Assertion xmlns:saml="${ASSERTION}" ID="${parts.assertionId ?? `_${randomUUID()}`}" Version="2.0" IssueInstant="${at(parts.issuedAt ?? now)}">`,
    `<saml:Issuer>${parts.issuer ?? answered.issuer}</saml:Issuer>`,
    parts.subject ?? `<saml:Subject>${nameId}${confirmation}</saml:Subject>`,
    ...[conditions, statement, `<saml:AttributeStatement>${attributes}</saml:AttributeStatement>`],
    '</saml:Assertion>',
  ].join('');
}

/** Wraps assertions in a response that is not signed. */
export function responseXml(
  answered: Answered,
  content: string,
  parts: Parts = {},
  now = new Date(),
): string {
  const to = parts.responseTo === undefined ? answered.requestId : parts.responseTo;
  return [
    `<samlp:Response xmlns:samlp="${PROTOCOL}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(now)}"${attribute('InResponseTo', to)} Destination="${parts.destination ?? answered.acsUri}">`,
    `<saml:Issuer xmlns:saml="${ASSERTION}">${parts.responseIssuer ?? answered.issuer}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${parts.status ?? 'urn:oasis:names:tc:SAML:2.0:status:Success'}"/></samlp:Status>`,
    `${content}</samlp:Response>`,
  ].join('');
}

export interface Signing {
  readonly signature?: string;
  readonly digest?: string;
  readonly transforms?: readonly string[];
  readonly canonicalization?: string;
  readonly key?: ProviderKey;
  /** Another element than the assertion. */
  readonly element?: 'Assertion' | 'Response';
}

export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Signs an element of a document, with the signature behind its issuer, where the schema wants it. */
export function signedXml(xml: string, { key: known }: Answered, signing: Signing = {}): string {
  const key = signing.key ?? known;
  const element = signing.element ?? 'Assertion';
  const signer = new SignedXml({
    privateKey: key.privateKey,
    publicCert: key.certificate,
    signatureAlgorithm: signing.signature ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: signing.canonicalization ?? EXCLUSIVE,
  });
  const [, kind, bits] = /(rsa|ecdsa)-sha(256|384|512)$/.exec(signing.signature ?? '') ?? [];
  if (kind !== undefined)
    signer.SignatureAlgorithms[signing.signature ?? ''] = class {
      getAlgorithmName = () => signing.signature ?? '';
      verifySignature = () => false;
      getSignature = (text: BinaryLike) =>
        sign(`sha${bits}`, Buffer.from(String(text)), {
          key: key.privateKey,
          dsaEncoding: 'ieee-p1363',
        }).toString('base64');
    };
  const xpath = `//*[local-name(.)='${element}']`;
  signer.addReference({
    xpath,
    digestAlgorithm: signing.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: [...(signing.transforms ?? [ENVELOPED, EXCLUSIVE])],
  });
  signer.computeSignature(xml, {
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
    prefix: 'ds',
  });
  return signer.getSignedXml();
}

/** Returns a good answer, but for what is changed in it. */
export function answerXml(answered: Answered, parts: Parts = {}, signing: Signing = {}): string {
  return signedXml(responseXml(answered, assertionXml(answered, parts), parts), answered, signing);
}

export const encoded = (xml: string): string => Buffer.from(xml).toString('base64');
