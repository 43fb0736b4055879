import { createHmac, X509Certificate } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import {
  type Answered,
  answerXml,
  assertionXml,
  CURVE_KEY,
  ENVELOPED,
  EXCLUSIVE,
  encoded,
  type Parts,
  type ProviderKey,
  providerKey,
  responseXml,
  type Signing,
  signedXml,
} from '#tests/support/saml-answers.ts';
import { readResponse } from './read-response.ts';

/** The gate around SAML: everything that other implementations have let through, by name. */

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const seconds = (count: number): Date => new Date(Date.now() + count * 1000);

let key: ProviderKey;
let other: ProviderKey;
let expired: ProviderKey;
let answered: Answered;

beforeAll(async () => {
  [key, other, expired] = await Promise.all([
    providerKey(),
    providerKey(),
    providerKey(new Date('2010-01-01')),
  ]);
  answered = {
    issuer: 'https://idp.example/saml',
    entityId: 'https://api.vestry.example/auth/saml/1/metadata',
    acsUri: 'https://api.vestry.example/auth/saml/1/acs',
    requestId: '_request',
    key,
  };
});

const read = (xml: string, certificates: readonly string[] = [key.certificate], to: Partial<Answered> = {}) =>
  readBase64(encoded(xml), certificates, to);

function readBase64(
  text: string,
  certificates = [key.certificate] as readonly string[],
  to: Partial<Answered> = {},
) {
  const { issuer, entityId, acsUri, requestId } = { ...answered, ...to };
  return readResponse(text, { issuer, entityId, acsUri, requestId, nowMs: Date.now() }, certificates);
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error.errors?.[0]?.code ?? error.slug;
    throw error;
  }
  return 'accepted';
}

describe('a good answer', () => {
  test('tells who has signed in, and how', () => {
    expect(read(answerXml(answered))).toMatchObject({
      issuer: answered.issuer,
      subject: 'ada',
      email: 'ada@saml.example',
      claims: { groups: ['everyone'] },
      session: 's-1',
      acr: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    });
  });

  test.each<[string, Signing]>([
    ['RSA with SHA-384', { signature: `${MORE}rsa-sha384` }],
    [
      'RSA with SHA-512',
      { signature: `${MORE}rsa-sha512`, digest: 'http://www.w3.org/2001/04/xmlenc#sha512' },
    ],
    ['ECDSA with SHA-256', { signature: `${MORE}ecdsa-sha256`, key: CURVE_KEY }],
    ['ECDSA with SHA-512', { signature: `${MORE}ecdsa-sha512`, key: CURVE_KEY }],
  ])('may be signed by %s', (_, signing) => {
    const xml = answerXml(answered, {}, signing);
    expect(read(xml, [key.certificate, CURVE_KEY.certificate]).subject).toBe('ada');
    expect(refusal(() => read(xml.replace('>ada<', '>eve<'), [key.certificate, CURVE_KEY.certificate]))).toBe(
      'signature',
    );
  });

  test('may be signed as a whole beside', () => {
    const xml = signedXml(answerXml(answered), answered, { element: 'Response' });
    expect(read(xml).subject).toBe('ada');
    expect(refusal(() => read(xml.replace('Destination=', 'Consent="c" Destination=')))).toBe('signature');
  });

  test('may be wrapped in lines', () => {
    const lines =
      encoded(answerXml(answered))
        .match(/.{1,76}/g)
        ?.join('\r\n') ?? '';
    expect(readBase64(lines).subject).toBe('ada');
  });

  test('is verified by any certificate of the connection that is valid', () => {
    const xml = answerXml(answered);
    expect(read(xml, [other.certificate, key.certificate]).subject).toBe('ada');
    expect(read(xml, [expired.certificate, key.certificate]).subject).toBe('ada');
    expect(refusal(() => read(xml, [other.certificate]))).toBe('signature');
  });

  test.each([
    [59, 'accepted'],
    [61, 'token-time'],
  ])('a clock that is %i s off: %s', (skew, outcome) => {
    expect(refusal(() => read(answerXml(answered, { from: seconds(skew) })))).toBe(outcome);
    expect(refusal(() => read(answerXml(answered, { until: seconds(-skew) })))).toBe(outcome);
    expect(refusal(() => read(answerXml(answered, { confirmedUntil: seconds(-skew) })))).toBe(outcome);
    expect(refusal(() => read(answerXml(answered, { issuedAt: seconds(skew) })))).toBe(outcome);
  });
});

describe('an answer is refused, though its signature is good, with', () => {
  test.each<[string, string, Parts]>([
    ['another Destination', 'destination', { destination: 'https://elsewhere.example/acs' }],
    ['another Recipient', 'recipient', { recipient: 'https://elsewhere.example/acs' }],
    ['another Issuer', 'issuer-mismatch', { issuer: 'https://other.example/saml' }],
    ['another Issuer around it', 'issuer-mismatch', { responseIssuer: 'https://other.example/saml' }],
    ['another audience', 'audience', { audience: 'https://other.example' }],
    ['no audience', 'audience', { conditions: '<saml:Conditions/>' }],
    ['no conditions', 'answer-malformed', { conditions: '' }],
    [
      'a condition that nobody knows',
      'condition',
      { conditions: '<saml:Conditions><saml:Condition/></saml:Conditions>' },
    ],
    ['sender-vouches', 'confirmation', { method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }],
    ['holder-of-key', 'confirmation', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }],
    ['no confirmation', 'confirmation', { confirmation: '' }],
    ['an endless confirmation', 'confirmation', { confirmedUntil: null }],
    ['a confirmation with a beginning', 'confirmation', { confirmedFrom: new Date() }],
    ['an expired confirmation', 'token-time', { confirmedUntil: seconds(-90) }],
    ['another request confirmed', 'in-response-to', { confirmedTo: '_other' }],
    ['no request confirmed', 'in-response-to', { confirmedTo: null }],
    ['another request around it', 'in-response-to', { responseTo: '_other' }],
    ['no request around it', 'in-response-to', { responseTo: null }],
    ['a failed status', 'provider-refused', { status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }],
    ['an empty status', 'provider-refused', { status: '' }],
    ['an empty name', 'subject-missing', { nameId: `<saml:NameID Format="${PERSISTENT}"></saml:NameID>` }],
    ['a name of spaces', 'subject-missing', { nameId: '<saml:NameID> </saml:NameID>' }],
    ['a name too long', 'subject-missing', { nameId: `<saml:NameID>${'a'.repeat(256)}</saml:NameID>` }],
    ['no name', 'answer-malformed', { nameId: '' }],
    ['two names', 'answer-malformed', { nameId: '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>' }],
    ['elements in a name', 'answer-malformed', { nameId: '<saml:NameID>ada<saml:b/>.evil</saml:NameID>' }],
    [
      'a name of one sign-in',
      'subject-transient',
      {
        nameId: '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_1</saml:NameID>',
      },
    ],
    ['two subjects', 'answer-malformed', { subject: '<saml:Subject/><saml:Subject/>' }],
    ['an old issue', 'token-time', { issuedAt: seconds(-700) }],
    [
      'an instant of another shape',
      'answer-malformed',
      { statement: '<saml:AuthnStatement AuthnInstant="yesterday"/>' },
    ],
    [
      'a session that has ended',
      'token-time',
      { statement: `<saml:AuthnStatement SessionNotOnOrAfter="${seconds(-90).toISOString()}"/>` },
    ],
    ['nothing of how the person came in', 'answer-malformed', { statement: '' }],
  ])('%s: %s', (_, outcome, parts) => {
    expect(refusal(() => read(answerXml(answered, parts)))).toBe(outcome);
  });

  test('an answer that nobody asked for is taken where the provider may begin, and one to a request is not', () => {
    const unsolicited = answerXml({ ...answered, requestId: null });
    expect(read(unsolicited, undefined, { requestId: null }).subject).toBe('ada');
    expect(refusal(() => read(answerXml(answered), undefined, { requestId: null }))).toBe('in-response-to');
    expect(refusal(() => read(unsolicited))).toBe('in-response-to');
  });
});

describe('an answer is refused that is signed by', () => {
  test.each<[string, string, () => Signing]>([
    ['SHA-1', 'signature-algorithm', () => ({ signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })],
    [
      'a digest of SHA-1',
      'signature-algorithm',
      () => ({ digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
    ],
    ['another key', 'signature', () => ({ key: other })],
    [
      'inclusive canonicalisation',
      'signature-algorithm',
      () => ({ canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' }),
    ],
    [
      'canonicalisation with comments',
      'signature-algorithm',
      () => ({ transforms: [ENVELOPED, `${EXCLUSIVE}WithComments`] }),
    ],
    ['another order of transforms', 'signature-algorithm', () => ({ transforms: [EXCLUSIVE, ENVELOPED] })],
  ])('%s: %s', (_, outcome, signing) => {
    expect(refusal(() => read(answerXml(answered, {}, signing())))).toBe(outcome);
  });

  test('nobody', () => {
    expect(refusal(() => read(responseXml(answered, assertionXml(answered))))).toBe('signature');
  });

  test('the response alone', () => {
    const xml = signedXml(responseXml(answered, assertionXml(answered)), answered, { element: 'Response' });
    expect(refusal(() => read(xml))).toBe('signature');
  });

  test('a certificate that expired in 2020', () => {
    const xml = answerXml({ ...answered, key: expired });
    expect(refusal(() => read(xml, [expired.certificate]))).toBe('certificate-expired');
  });

  test('an HMAC under the public key', () => {
    const publicKey = new X509Certificate(key.certificate).publicKey.export({ type: 'spki', format: 'pem' });
    const hmac = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
    const xml = answerXml(answered)
      .replace(`${MORE}rsa-sha256`, hmac)
      .replace(
        /(<ds:SignatureValue>)[^<]*/,
        `$1${createHmac('sha1', publicKey).update('x').digest('base64')}`,
      );
    expect(refusal(() => read(xml))).toBe('signature-algorithm');
  });

  test('the certificate that it brings itself', () => {
    const evil = answerXml({ ...answered, key: other });
    expect(evil).toContain('X509Certificate');
    expect(refusal(() => read(evil))).toBe('signature');
  });
});

const pieces = () => {
  const xml = answerXml(answered);
  const [assertion = ''] = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml) ?? [];
  const [signature = ''] = /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(xml) ?? [];
  return { xml, assertion, signature, bare: assertion.replace(signature, '') };
};
const evil = (parts: Parts = {}) =>
  assertionXml(answered, { nameId: '<saml:NameID>eve</saml:NameID>', ...parts });
/** The evil assertion with something more at its end. */
const evilWith = (more: string) => evil().replace('</saml:Assertion>', `${more}</saml:Assertion>`);
const within = (content: string) => responseXml(answered, content);

describe('signature wrapping', () => {
  test.each<[string, () => string]>([
    [
      'XSW1: the signed response inside the signature of another',
      () => {
        const whole = signedXml(answerXml(answered), answered, { element: 'Response' });
        const [outer = ''] = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(whole) ?? [];
        return within(evil()).replace(
          '<samlp:Status>',
          `${outer.replace('</ds:Signature>', `${whole}</ds:Signature>`)}<samlp:Status>`,
        );
      },
    ],
    [
      'XSW2: the signed response beside a detached signature',
      () => {
        const whole = signedXml(answerXml(answered), answered, { element: 'Response' });
        const [outer = ''] = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(whole) ?? [];
        return within(evil()).replace('<samlp:Status>', `${whole}${outer}<samlp:Status>`);
      },
    ],
    ['XSW3: an assertion before the signed one', () => within(evil() + pieces().assertion)],
    ['XSW3: an assertion behind the signed one', () => within(pieces().assertion + evil())],
    ['XSW4: the signed assertion inside another', () => within(evilWith(pieces().assertion))],
    [
      'XSW5: the signature in another, the signed assertion behind',
      () => {
        const { signature, bare } = pieces();
        return within(evilWith(signature) + bare);
      },
    ],
    [
      'XSW6: the signed assertion inside the signature of another',
      () => {
        const { signature, bare } = pieces();
        return within(evilWith(signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)));
      },
    ],
    [
      'XSW7: an assertion among extensions',
      () => within(`<samlp:Extensions>${evil()}</samlp:Extensions>${pieces().assertion}`),
    ],
    [
      'XSW8: the signed assertion as an object of the signature',
      () => {
        const { signature, bare } = pieces();
        return within(
          evilWith(signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)),
        );
      },
    ],
    [
      'an assertion of the same id',
      () => {
        const { assertion } = pieces();
        const [, id = ''] = / ID="([^"]+)"/.exec(assertion) ?? [];
        return within(evil({ assertionId: id }) + assertion);
      },
    ],
    [
      'the signature moved to the response',
      () => {
        const { signature, bare } = pieces();
        return within(bare).replace('<samlp:Status>', `${signature}<samlp:Status>`);
      },
    ],
    [
      'two SignedInfo (CVE-2025-29774)',
      () => {
        const { xml, signature } = pieces();
        const [info = ''] = /<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/.exec(signature) ?? [];
        return xml.replace(info, info.replace(/(<ds:DigestValue>)[^<]*/, '$1AAAA') + info);
      },
    ],
    [
      'a comment in the digest (CVE-2025-29775)',
      () => answerXml(answered).replace('<ds:DigestValue>', '<ds:DigestValue><!--AAAA-->'),
    ],
    ['two references', () => answerXml(answered).replace(/(<ds:Reference [\s\S]*<\/ds:Reference>)/, '$1$1')],
    ['a reference to everything', () => answerXml(answered).replace(/URI="#[^"]+"/, 'URI=""')],
    ['another name in what is signed (CVE-2025-54419)', () => answerXml(answered).replace('>ada<', '>eve<')],
    ['another attribute in what is signed', () => answerXml(answered).replace('>everyone<', '>admins<')],
    [
      'an assertion of another namespace',
      () => within(evil().replaceAll('saml:', 'x:').replace('xmlns:x=', 'xmlns:x="urn:evil" xmlns:saml=')),
    ],
    [
      'an encrypted assertion',
      () => within('<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
    ],
    ['no assertion', () => within('')],
  ])('%s', (_, build) => {
    const outcome = refusal(() => expect(read(build()).subject).toBe('nobody'));
    expect(['signature', 'answer-malformed', 'encrypted']).toContain(outcome);
  });
});

describe('what parsers read differently', () => {
  test.each<[string, (xml: string) => string]>([
    ['a comment in the name', (xml) => xml.replace('>ada<', '>ada<!---->.evil<')],
    ['a CDATA section', (xml) => xml.replace('>ada<', '><![CDATA[ada]]><')],
    ['a processing instruction', (xml) => xml.replace('>ada<', '>ada<?evil ?><')],
    ['a document type', (xml) => `<!DOCTYPE x [<!ENTITY e "eve">]>${xml}`],
    ['attribute defaults of a document type', (xml) => `<!DOCTYPE x [<!ATTLIST x ID CDATA "1">]>${xml}`],
    ['an entity that nobody knows', (xml) => xml.replace('>ada<', '>&eve;<')],
    ['an element that is left open', (xml) => xml.replace('</samlp:Response>', '')],
    ['two roots', (xml) => `${xml}${xml}`],
    ['text behind the root', (xml) => `${xml}evil`],
    ['an attribute twice', (xml) => xml.replace(' Version="2.0"', ' Version="2.0" Version="2.0"')],
    ['another encoding', (xml) => `<?xml version="1.0" encoding="UTF-7"?>${xml}`],
    ['XML 1.1', (xml) => `<?xml version="1.1"?>${xml}`],
    [
      'elements nested too deep',
      (xml) => xml.replace('<samlp:Status>', `${'<x>'.repeat(51)}${'</x>'.repeat(51)}<samlp:Status>`),
    ],
    [
      'more than 256 KB',
      (xml) => xml.replace('<samlp:Status>', `<x>${'a'.repeat(256 * 1024)}</x><samlp:Status>`),
    ],
  ])('%s', (_, change) => {
    expect(['answer-malformed', 'signature']).toContain(refusal(() => read(change(answerXml(answered)))));
  });

  test('a declaration and a byte order mark are read past', () => {
    const xml = answerXml(answered);
    expect(read(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`).subject).toBe('ada');
    expect(read(`\uFEFF<?xml version='1.0'?>${xml}`).subject).toBe('ada');
  });

  test.each<[string, () => string]>([
    ['nothing', () => ''],
    ['no base64', () => '<samlp:Response/>'],
    ['base64 for URLs', () => encoded(answerXml(answered)).replace(/=*$/, '_')],
    ['bits behind the end', () => 'PGE+PC9hPh=='],
    [
      'a bomb that is deflated (CVE-2025-25293)',
      () => deflateRawSync('<a>'.repeat(100_000)).toString('base64'),
    ],
    ['invalid UTF-8', () => Buffer.from([0x3c, 0xff, 0x3e]).toString('base64')],
    ['UTF-16', () => Buffer.from(answerXml(answered), 'utf16le').toString('base64')],
    ['another document', () => encoded('<a/>')],
  ])('%s', (_, build) => {
    expect(refusal(() => readBase64(build()))).toBe('answer-malformed');
  });
});

describe('attributes', () => {
  const link = 'http://schemas.microsoft.com/claims/groups.link';

  test('name the methods, and groups that were left out', () => {
    const { claims, amr } = read(
      answerXml(answered, {
        attributes: {
          [link]: ['https://graph.example/1'],
          'http://schemas.microsoft.com/claims/authnmethodsreferences': ['pwd', 'mfa'],
        },
      }),
    );
    expect(amr).toEqual(['pwd', 'mfa']);
    expect(claims._claim_names).toMatchObject({ groups: link });
  });

  test('of the names of objects’ own members are attributes', () => {
    const attributes = { __proto__x: ['a'], constructor: ['b'], hasOwnProperty: ['c'] };
    expect(read(answerXml(answered, { attributes })).claims).toMatchObject(attributes);
  });
});
