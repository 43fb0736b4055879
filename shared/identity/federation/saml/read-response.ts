import type { Assertion } from '#identity/federation/identity-provider.ts';
import { invalidAnswer } from '#identity/federation/provider-errors.ts';
import { type Expected, readAssertion, requireResponse } from './read-assertion.ts';
import { signedElement } from './verify-signature.ts';
import {
  attributeOf,
  childrenNamed,
  everyElement,
  isNamed,
  MAX_XML_BYTES,
  onlyChild,
  parseXml,
} from './xml.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MAX_ID = 255;

/**
 * Reads an answer of a SAML provider. Whatever decides is read from the signed assertion alone, once its signature is verified; the rest
 * of the answer can only make it refused.
 * @param encoded the form's `SAMLResponse`
 * @throws DomainError `sign-in-invalid`, `sign-in-refused`
 */
export function readResponse(
  encoded: string,
  expected: Expected,
  certificates: readonly string[],
): Assertion {
  const bytes = decoded(encoded);
  const response = parseXml(bytes);
  if (!isNamed(response, 'samlp:Response'))
    throw invalidAnswer('answer-malformed', 'The answer is no SAML response.');
  const all = everyElement(response);
  requireUniqueIds(all);
  if (childrenNamed(response, 'saml:EncryptedAssertion').length > 0)
    throw invalidAnswer(
      'encrypted',
      'The assertion is encrypted, which is not offered: switch it off at the provider.',
    );
  requireResponse(response, expected);
  if (all.filter((element) => isNamed(element, 'saml:Assertion')).length !== 1)
    throw invalidAnswer('answer-malformed', 'The answer must have one assertion.');
  const assertion = onlyChild(response, 'saml:Assertion');
  const signatures = all.filter((element) => isNamed(element, 'ds:Signature'));
  if (signatures.some(({ parentNode }) => parentNode !== response && parentNode !== assertion))
    throw invalidAnswer('signature', 'A signature stands where none belongs.');
  if (childrenNamed(assertion, 'ds:Signature').length === 0)
    throw invalidAnswer('signature', 'The assertion is not signed. Have the provider sign assertions.');
  const xml = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (signatures.some(({ parentNode }) => parentNode === response))
    signedElement(xml, response, certificates);
  return readAssertion(signedElement(xml, assertion, certificates), expected);
}

function decoded(encoded: string): Uint8Array {
  const text = encoded.replace(/\r?\n/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (!BASE64.test(text) || bytes.toString('base64') !== text || bytes.length > MAX_XML_BYTES)
    throw invalidAnswer(
      'answer-malformed',
      `SAMLResponse must be base64 of at most ${MAX_XML_BYTES / 1024} KB.`,
    );
  return bytes;
}

/** An id that stands twice lets a signature mean one element and a reader another. */
function requireUniqueIds(elements: readonly Element[]): void {
  const ids = elements.flatMap((element) =>
    ['ID', 'Id', 'id', 'xml:id', 'AssertionID'].flatMap((name) => attributeOf(element, name) ?? []),
  );
  if (new Set(ids).size !== ids.length || ids.some((id) => id === '' || id.length > MAX_ID))
    throw invalidAnswer('signature', 'An id stands twice in the answer.');
}
