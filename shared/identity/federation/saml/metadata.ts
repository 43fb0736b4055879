import { base64Of } from '#identity/connections/certificate.ts';
import { invalidAnswer } from '#identity/federation/provider-errors.ts';
import {
  attributeOf,
  childrenNamed,
  escapeXml,
  everyElement,
  isNamed,
  onlyChild,
  parseXml,
  textOf,
} from './xml.ts';

const SAML2 = 'urn:oasis:names:tc:SAML:2.0:protocol';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

/** The part of a provider's metadata that a connection needs. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly sso_url: string;
  /** They are written as they stand there, without the lines of PEM. */
  readonly certificates: readonly string[];
}

/**
 * Reads the metadata of a provider. It is taken from whoever enters it, who vouches for it; a signature in it is not looked at.
 * @throws DomainError `sign-in-invalid`
 */
export function readProviderMetadata(text: string): ProviderMetadata {
  const root = parseXml(Buffer.from(text.trim()));
  const [entity, ...others] = everyElement(root).filter((element) => isNamed(element, 'md:EntityDescriptor'));
  if (entity === undefined || others.length > 0)
    throw invalidAnswer('metadata', 'It must describe one entity.');
  const provider = onlyChild(entity, 'md:IDPSSODescriptor');
  if (!(attributeOf(provider, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(SAML2))
    throw invalidAnswer('metadata', 'The provider must speak SAML 2.0.');
  const sso = childrenNamed(provider, 'md:SingleSignOnService').find(
    (service) => attributeOf(service, 'Binding') === REDIRECT,
  );
  if (sso === undefined)
    throw invalidAnswer(
      'metadata',
      'The provider must take requests by HTTP-Redirect, and names no address.',
    );
  const certificates = childrenNamed(provider, 'md:KeyDescriptor')
    .filter((key) => (attributeOf(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => everyElement(key).filter((element) => isNamed(element, 'ds:X509Certificate')))
    .map(textOf);
  return {
    issuer: attributeOf(entity, 'entityID') ?? '',
    sso_url: attributeOf(sso, 'Location') ?? '',
    certificates,
  };
}

export interface OurMetadata {
  readonly entityId: string;
  readonly acsUri: string;
  /** The certificate of the key by which requests are signed, as PEM. */
  readonly certificate: string;
}

/** Describes us to a provider: what to send where, and whose signature our requests have. */
export function ourMetadata({ entityId, acsUri, certificate }: OurMetadata): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${escapeXml(entityId)}">`,
    `<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="${SAML2}">`,
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64Of(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>',
    `<md:AssertionConsumerService Binding="${POST}" Location="${escapeXml(acsUri)}" index="0" isDefault="true"/>`,
    '</md:SPSSODescriptor></md:EntityDescriptor>',
  ].join('\n');
}
