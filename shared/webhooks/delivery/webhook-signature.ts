import { createHmac, randomBytes } from 'node:crypto';

/** Secrets and signatures are those of Standard Webhooks (standardwebhooks.com), whose libraries verify them. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** Shown once, and from then on kept sealed. */
export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Returns the place that the secret of a webhook is sealed for. */
export function secretPlace(webhookId: string): string {
  return `webhooks/${webhookId}/secret`;
}

export interface Signed {
  /** The same at every attempt. */
  readonly id: string;
  readonly body: string;
  readonly atSeconds: number;
}

/**
 * Returns the headers that sign a delivery: a `v1` of each live secret, the newest first, so that a receiver that has one of
 * them can verify it.
 */
export function signedHeaders(
  secrets: readonly string[],
  { id, body, atSeconds }: Signed,
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${atSeconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': signatures.join(' '),
  };
}
