import { createHash } from 'node:crypto';
import { DomainError } from '#kernel/domain-error.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';

/** Failures of an account or from an address within the window before further attempts are refused unread. */
const WINDOW_SECONDS = 15 * 60;
const FAILURES_PER_ACCOUNT = 10;
const FAILURES_PER_ADDRESS = 100;

export interface Attempt {
  readonly account: Buffer;
  readonly address: Buffer;
}

function key(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\0')).digest();
}

/** Only hashes are kept; they exist for unknown accounts too, so that a refusal reveals nothing about an account. */
export function attemptOf(tenant: string, email: string, address: string): Attempt {
  return { account: key('account', tenant, email), address: key('address', address) };
}

async function query(text: string, values: readonly unknown[]): Promise<number> {
  try {
    const { rows } = await appPool().query<{ value: number | null }>(text, [...values]);
    return rows[0]?.value ?? 0;
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

/** @throws DomainError `too-many-requests` */
export async function refuseThrottled({ account, address }: Attempt): Promise<void> {
  const count = 'select count_login_failures($1::bytea[], $2) as value';
  const ofAccount = await query(count, [[account], WINDOW_SECONDS]);
  const ofAddress = await query(count, [[address], WINDOW_SECONDS]);
  if (ofAccount >= FAILURES_PER_ACCOUNT || ofAddress >= FAILURES_PER_ADDRESS) {
    throw new DomainError(
      'too-many-requests',
      'Too many failed sign-ins. Try again in a quarter of an hour.',
      {
        retryAfterSeconds: WINDOW_SECONDS,
      },
    );
  }
}

export async function countFailure({ account, address }: Attempt): Promise<void> {
  await query('select add_login_failure($1::bytea[], $2)', [[account, address], WINDOW_SECONDS]);
}

/** A success clears the account, not the address: one good account must not reset the count of a guesser. */
export async function clearFailures({ account }: Attempt): Promise<void> {
  await query('select clear_login_failures($1)', [account]);
}
