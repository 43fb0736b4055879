import { createHmac, randomBytes } from 'node:crypto';

export const SIGNATURE_HEADER = 'vestry-signature';
const SECRET_BYTES = 32;

/** Shown once, and from then on kept sealed. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Returns the place that the secret of a webhook is sealed for. */
export function secretPlace(webhookId: string): string {
  return `webhooks/${webhookId}/secret`;
}

/**
 * Returns `t=<seconds since 1970>,v1=<HMAC-SHA-256 of "<t>.<body>", hexadecimal>`, with a `v1` of each live secret,
 * the newest first: a receiver that has one of them can verify it.
 */
export function signatureOf(secrets: readonly string[], body: string, atSeconds: number): string {
  const macs = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`,
  );
  return [`t=${atSeconds}`, ...macs].join(',');
}
