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

/** Returns the base64 between the lines of PEM. */
export function base64Of(pem: string): string {
  return pem.replace(/-----(BEGIN|END) CERTIFICATE-----|\s/g, '');
}
