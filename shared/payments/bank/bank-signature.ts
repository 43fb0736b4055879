import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older callbacks are refused, and those from as far in the future. */
const MAX_AGE_SECONDS = 300;
export const SIGNATURE_HEADER = 'x-bank-signature';

const HEADER = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** A key for one purpose, from the secret that we share with the bank. */
function keyOf(secret: string, purpose: string): Buffer {
  return createHmac('sha256', secret).update(purpose).digest();
}

/** Returns the key by which the bank identifies us. */
export function bankApiKey(secret: string): string {
  return keyOf(secret, 'orders').toString('hex');
}

/**
 * Returns the signature of a callback. Each client has its own key, so that no client's callback can be used for
 * another's payment.
 */
export function signCallback(secret: string, clientId: string, body: string, atSeconds: number): string {
  const mac = createHmac('sha256', keyOf(secret, `callbacks/${clientId}`)).update(`${atSeconds}.${body}`);
  return `t=${atSeconds},v1=${mac.digest('hex')}`;
}

export function isSignedByBank(
  secret: string,
  clientId: string,
  body: string,
  sent: readonly string[] | undefined,
  nowSeconds: number,
): boolean {
  const [, at = '', mac = ''] = HEADER.exec(sent?.length === 1 ? (sent[0] ?? '') : '') ?? [];
  if (mac === '' || Math.abs(nowSeconds - Number(at)) > MAX_AGE_SECONDS) return false;
  const expected = signCallback(secret, clientId, body, Number(at)).slice(-mac.length);
  return timingSafeEqual(Buffer.from(mac), Buffer.from(expected));
}
