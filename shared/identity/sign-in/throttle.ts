import { createHash } from 'node:crypto';
import { DomainError } from '#kernel/domain-error.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import { FREE_ATTEMPTS } from './sign-in-limits.ts';

/** Fewer are left while the account is attacked from everywhere, or everybody from the source: nobody is locked out by others. */
const FREE_UNDER_ATTACK = 3;
const ATTACK_FAILURES = 100;
const ATTACK_SECONDS = 15 * 60;
/** Every further attempt doubles the wait before the next. */
const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 15 * 60;
/** Attempts that lie so far back count no more. */
const COUNT_SECONDS = 24 * 60 * 60;

export interface Attempt {
  readonly pair: Buffer;
  readonly account: Buffer;
  readonly source: Buffer;
}

function key(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\0')).digest();
}

/** Only hashes are kept; they exist for unknown accounts too, so that a refusal reveals nothing about an account. */
export function attemptOf(tenant: string, email: string, address: string): Attempt {
  const source = sourceNetwork(address);
  return {
    pair: key('pair', tenant, email, source),
    account: key('account', tenant, email),
    source: key('source', source),
  };
}

async function query(text: string, values: readonly unknown[]): Promise<number> {
  try {
    const { rows } = await appPool().query<{ value: number | null }>(text, [...values]);
    return rows[0]?.value ?? 0;
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

/**
 * Counts an attempt before its password is verified, so that attempts at the same time are no more than attempts one after another.
 * @throws DomainError `too-many-requests`
 */
export async function takeAttempt({ pair, account, source }: Attempt): Promise<void> {
  const retryAfterSeconds = await query(
    'select take_login_attempt($1, $2::bytea[], $3, $4, $5, $6, $7, $8, $9) as value',
    [
      ...[pair, [account, source], FREE_ATTEMPTS, FREE_UNDER_ATTACK, ATTACK_FAILURES, ATTACK_SECONDS],
      ...[COUNT_SECONDS, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS],
    ],
  );
  if (retryAfterSeconds === 0) return;
  const detail = `There were too many attempts to sign in to this account from here. Try again in ${retryAfterSeconds} seconds.`;
  throw new DomainError('too-many-requests', detail, { retryAfterSeconds });
}

/** Counts a failure for the account, whatever its source, and for the source, whatever the account. */
export async function countFailure({ account, source }: Attempt): Promise<void> {
  await query('select add_login_failure($1::bytea[], $2)', [[account, source], ATTACK_SECONDS]);
}

/** Forgets the attempts at the account from this source: one good account must not reset the counts of a guesser. */
export async function clearAttempts({ pair }: Attempt): Promise<void> {
  await query('select clear_login_failures($1)', [pair]);
}
