import { randomUUID } from 'node:crypto';
import { isUuid } from '#kernel/ids.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { CHALLENGE_SECONDS } from './passkey-limits.ts';

/** The place of these signatures among those by the field key. */
const PLACE = 'passkey-sign-in';

/** A text that we have given to somebody to sign, whom we don't know yet. */
export interface SignInChallenge {
  readonly id: string;
  readonly text: string;
  readonly expiresAt: Date;
}

/**
 * Returns what a passkey of whoever signs in has to sign. It carries our signature and is stored nowhere: anybody may ask for as many as they
 * like.
 */
export async function newSignInChallenge(): Promise<string> {
  const said = `${randomUUID()}.${Date.now() + CHALLENGE_SECONDS * 1000}`;
  return written(said, (await fieldSealer()).sign(said, PLACE));
}

/** Returns a challenge that we have given and that has not ended; undefined for anything else. */
export async function openSignInChallenge(text: string): Promise<SignInChallenge | undefined> {
  const [id = '', endsMs = '', ...signature] = Buffer.from(text, 'base64url').toString('utf8').split('.');
  const said = `${id}.${endsMs}`;
  // Base64 has other texts of the same bytes, which would be other challenges.
  if (!isUuid(id) || written(said, signature.join('.')) !== text) return undefined;
  if (!(await fieldSealer()).isSigned(signature.join('.'), said, PLACE)) return undefined;
  const expiresAt = new Date(Number(endsMs));
  return expiresAt.getTime() > Date.now() ? { id, text, expiresAt } : undefined;
}

function written(said: string, signature: string): string {
  return Buffer.from(`${said}.${signature}`).toString('base64url');
}
