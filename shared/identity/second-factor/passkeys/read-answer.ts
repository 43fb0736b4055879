import { createHash } from 'node:crypto';
import { isOurPage, relyingPartyId } from './relying-party.ts';

/** The reasons for which an answer of an authenticator is refused, as the trail and its user have them. */
export const REASONS = {
  malformed: 'is not what an authenticator answers',
  'unknown-passkey': 'is none of yours',
  'wrong-type': 'was made for something else',
  'wrong-challenge': 'signs another challenge, or one that was used or has ended: begin anew',
  'wrong-origin': 'was asked for by a page that is not ours',
  'wrong-domain': 'was made for another domain',
  'not-verified': 'was used without a PIN, fingerprint or face: it must verify its user',
  'counter-back': 'counts back: it may have been copied. Remove it, and add another',
  'wrong-signature': 'is signed wrongly',
} as const;
export type Reason = keyof typeof REASONS;

const RP_HASH_BYTES = 32;
const FLAGS_AT = 32;
const COUNT_AT = 33;
const SHORTEST_BYTES = 37;
const PRESENT_AND_VERIFIED = 0b101;

interface ClientData {
  readonly type?: unknown;
  readonly challenge?: unknown;
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
}

/**
 * Returns why what the browser has signed along is not ours, if it isn't (Web Authentication, 7.1 and 7.2).
 */
export function refuseClientData(
  clientDataJson: string,
  type: 'webauthn.create' | 'webauthn.get',
  challenge: string | undefined,
): Reason | undefined {
  const data = parsed(clientDataJson);
  if (data === undefined || typeof data.origin !== 'string') return 'malformed';
  if (data.type !== type) return 'wrong-type';
  if (challenge === undefined || data.challenge !== challenge) return 'wrong-challenge';
  return data.crossOrigin === true || !isOurPage(data.origin) ? 'wrong-origin' : undefined;
}

/** Returns why the authenticator's own data are refused, if they are, and its count of signatures. */
export function readAuthenticatorData(data: Buffer): {
  readonly refused: Reason | undefined;
  readonly signCount: bigint;
} {
  if (data.length < SHORTEST_BYTES) return { refused: 'malformed', signCount: 0n };
  const signCount = BigInt(data.readUInt32BE(COUNT_AT));
  const domain = createHash('sha256').update(relyingPartyId()).digest();
  if (!data.subarray(0, RP_HASH_BYTES).equals(domain)) return { refused: 'wrong-domain', signCount };
  const isVerified = ((data[FLAGS_AT] ?? 0) & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED;
  return { refused: isVerified ? undefined : 'not-verified', signCount };
}

/** Returns the challenge that the browser says it has signed. */
export function challengeIn(clientDataJson: string): string {
  const { challenge } = parsed(clientDataJson) ?? {};
  return typeof challenge === 'string' ? challenge : '';
}

function parsed(clientDataJson: string): ClientData | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    return undefined;
  }
}
