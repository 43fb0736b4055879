import { X509Certificate } from 'node:crypto';

const LINE = /.{1,64}/g;

/** Returns a certificate in its one normal form, which is compared as text. */
export function toPem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(LINE) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----`;
}

/**
 * Reads a certificate, with or without the lines of PEM around it.
 * @returns undefined for anything else
 */
export function readCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64Of(text), 'base64'));
  } catch {
    return undefined;
  }
}

/** Shorter keys are factored. */
const MIN_RSA_BITS = 2048;

/** The keys by which a provider may sign. */
export const STRONG_KEYS = `RSA, with at least ${MIN_RSA_BITS} bits, or of an elliptic curve`;

/** Tells whether a signature by the key of a certificate proves something. */
export function hasStrongKey({
  publicKey: { asymmetricKeyType, asymmetricKeyDetails },
}: X509Certificate): boolean {
  const isLong = (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
  return asymmetricKeyType === 'ec' || (asymmetricKeyType === 'rsa' && isLong);
}

/** Returns the base64 between the lines of PEM. */
export function base64Of(pem: string): string {
  return pem.replace(/-----(BEGIN|END) CERTIFICATE-----|\s/g, '');
}
