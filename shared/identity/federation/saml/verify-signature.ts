import { verify, X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { hasStrongKey, STRONG_KEYS } from '#identity/connections/certificate.ts';
import { invalidAnswer, refusedSignIn } from '#identity/federation/provider-errors.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { attributeOf, childrenNamed, elementsOf, isNamed, onlyChild, parseText, textOf } from './xml.ts';

const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
/** Exclusive canonicalisation without comments. */
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const DIGESTS: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const RSA = /^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#rsa-sha(256|384|512)$/;
const ECDSA = /^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#ecdsa-sha(256|384|512)$/;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const CLOCK_SKEW_MS = 60_000;

function invalid(detail: string, cause?: unknown): Error {
  return invalidAnswer('signature', detail, cause);
}

/**
 * Verifies the signature that stands right below an element and covers that element alone, and returns the element as it was signed,
 * read anew: nothing that was not signed can be in it. Keys that the document brings are not looked at.
 * @param xml the document as it was received
 * @throws DomainError `sign-in-invalid`
 */
export function signedElement(xml: string, element: Element, certificates: readonly string[]): Element {
  const id = attributeOf(element, 'ID') ?? '';
  const signature = onlyChild(element, 'ds:Signature');
  const algorithm = requireProfile(signature, id);
  const valid = certificates.map((pem) => new X509Certificate(pem)).filter(isValidNow);
  if (valid.length === 0)
    throw refusedSignIn({
      reason: 'certificate-expired',
      detail:
        'Every certificate of the connection has expired, or is not valid yet. An administrator enters the one that the provider signs with now.',
    });
  for (const certificate of valid) {
    const signed = verified(xml, signature, certificate, algorithm);
    if (signed === undefined) continue;
    const root = parseText(signed);
    if (attributeOf(root, 'ID') !== id || root.localName !== element.localName)
      throw invalid('What is signed is not what is sent.');
    return root;
  }
  throw invalid('No certificate of the connection verifies the signature.');
}

function isValidNow({ validFromDate, validToDate }: X509Certificate): boolean {
  const now = Date.now();
  return validFromDate.getTime() - CLOCK_SKEW_MS <= now && now < validToDate.getTime() + CLOCK_SKEW_MS;
}

/** Lets one shape of signatures through, the one that SAML asks for (Core, 5.4), and returns its algorithm. */
function requireProfile(signature: Element, id: string): string {
  const [info, value, ...more] = elementsOf(signature);
  const isShape =
    info !== undefined &&
    isNamed(info, 'ds:SignedInfo') &&
    value !== undefined &&
    isNamed(value, 'ds:SignatureValue') &&
    more.every((element) => isNamed(element, 'ds:KeyInfo')) &&
    more.length <= 1;
  if (!isShape) throw invalid('A signature has one SignedInfo, one SignatureValue and at most one KeyInfo.');
  if (!BASE64.test(textOf(value))) throw invalid('The signature’s value is not base64.');
  if (algorithmOf(onlyChild(info, 'ds:CanonicalizationMethod')) !== EXCLUSIVE) throw notAccepted();
  const algorithm = algorithmOf(onlyChild(info, 'ds:SignatureMethod'));
  if (!RSA.test(algorithm) && !ECDSA.test(algorithm)) throw notAccepted();
  const reference = onlyChild(info, 'ds:Reference');
  if (id === '' || attributeOf(reference, 'URI') !== `#${id}`)
    throw invalid('The signature does not cover the element that it stands in.');
  const transforms = childrenNamed(onlyChild(reference, 'ds:Transforms'), 'ds:Transform').map(algorithmOf);
  if (transforms.length !== 2 || transforms[0] !== ENVELOPED || transforms[1] !== EXCLUSIVE)
    throw notAccepted();
  if (!DIGESTS.has(algorithmOf(onlyChild(reference, 'ds:DigestMethod')))) throw notAccepted();
  if (!BASE64.test(textOf(onlyChild(reference, 'ds:DigestValue'))))
    throw invalid('The digest is not base64.');
  return algorithm;
}

function algorithmOf(element: Element): string {
  return attributeOf(element, 'Algorithm') ?? '';
}

function notAccepted(): Error {
  return invalidAnswer(
    'signature-algorithm',
    'The answer is signed in a way that is not accepted: RSA or ECDSA with SHA-2, exclusive canonicalisation without comments.',
  );
}

/** Returns the canonical text that a signature covers, or undefined where the key is another. */
function verified(
  xml: string,
  signature: Element,
  certificate: X509Certificate,
  algorithm: string,
): string | undefined {
  const { publicKey } = certificate;
  const kind = RSA.test(algorithm) ? 'rsa' : 'ec';
  if (publicKey.asymmetricKeyType !== kind) return undefined;
  if (!hasStrongKey(certificate)) throw invalid(`The provider’s key must be of ${STRONG_KEYS}.`);
  const bits = algorithm.slice(-3);
  let isGood = false;
  const signed = new SignedXml({ publicCert: publicKey, getCertFromKeyInfo: () => null });
  // One algorithm is known, so that no other can be meant: a public key is no secret for an HMAC.
  signed.SignatureAlgorithms = {
    [algorithm]: class {
      getAlgorithmName = () => algorithm;
      getSignature = (): string => {
        throw new Error('nothing is signed here');
      };
      verifySignature = (text: string, _key: unknown, value: string): boolean => {
        const key = kind === 'rsa' ? publicKey : ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const);
        isGood = verify(`sha${bits}`, Buffer.from(text), key, Buffer.from(value, 'base64'));
        return isGood;
      };
    },
  };
  try {
    signed.loadSignature(signature);
    if (!signed.checkSignature(xml)) throw invalid('The digest of what is signed is another.');
  } catch (error) {
    if (error instanceof Error && /^invalid signature: the signature value/.test(error.message))
      return undefined;
    throw error instanceof DomainError ? error : invalid('The signature can’t be verified.', error);
  }
  const references = signed.getSignedReferences();
  const [text, ...more] = references;
  if (!isGood || text === undefined || more.length > 0)
    throw invalid('The signature covers not one element.');
  return text;
}
