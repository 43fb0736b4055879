import pg from 'pg';
import type { ProblemSlug } from '#contracts/problems.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { NETWORK_FAILURES } from '#platform/network-failures.ts';

const RETRYABLE_TRANSACTION = new Set(['40001', '40P01']);
/**
 * States of SQL that say nothing about the statement: lost connections (08), a server without disk, memory or connections (53), a
 * server that stops or starts (57P), and limits of time for statements, locks and idle transactions. A full disk is answered
 * as a state by the server and as a system's error by everything else.
 */
const UNAVAILABLE = /^(08...|53...|57P0[1-5]|57014|55P03|25P0[34])$/;
const UNAVAILABLE_SYSTEM: ReadonlySet<string> = new Set([...NETWORK_FAILURES, 'ENOENT', 'ENOSPC']);
const FEATURE_NOT_SUPPORTED = '0A000';
/** Every number of a request fits its column; only sums of them can leave it. */
const NUMERIC_OUT_OF_RANGE = '22003';
/** The time after which a request that met an outage is sent again. */
export const RETRY_AFTER_SECONDS = 2;
/** The states by which `enter_tenant`, `require_suspended` and `require_network` refuse. */
const STANDING_PROBLEMS: Readonly<Record<string, { slug: ProblemSlug; detail: string }>> = {
  VS401: {
    slug: 'unauthenticated',
    detail:
      'The session has ended, or its user may do something else now. Refresh the token, or sign in again.',
  },
  VS403: {
    slug: 'tenant-suspended',
    detail: 'Writes are refused until an operator reactivates the tenant.',
  },
  VS409: {
    slug: 'conflict',
    detail: 'The tenant is not suspended any more: its own people act. Open a token that reads.',
  },
  VS40A: {
    slug: 'network-not-allowed',
    detail: 'The tenant may not be used from this address. Come from one of the networks that it allows.',
  },
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function isSerializationFailure(error: unknown): boolean {
  return RETRYABLE_TRANSACTION.has(codeOf(error));
}

/**
 * Tells whether a statement that the connection kept is older than a migration that gave it another result. Nothing has run, and
 * a new connection plans it anew.
 */
export function isStalePlan(error: unknown): boolean {
  return (
    codeOf(error) === FEATURE_NOT_SUPPORTED &&
    /cached plan must not change result type/.test((error as Error).message)
  );
}

/** The database can't be reached or gave up the connection; nothing was decided, the caller may try again. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    UNAVAILABLE.test(code) ||
    UNAVAILABLE_SYSTEM.has(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable/.test(
      error.message,
    )
  );
}

/**
 * Translates Postgres errors into problems. No other code does. Any other error passes through unchanged. The table of
 * constraints is read by whoever meets one, and stays out of every function's cold start.
 */
export async function translateDatabaseError(error: unknown): Promise<unknown> {
  if (error instanceof pg.DatabaseError && error.constraint !== undefined) {
    const { CONSTRAINT_PROBLEMS } = await import('#contracts/constraint-problems.ts');
    const known = CONSTRAINT_PROBLEMS[error.constraint];
    if (known !== undefined) {
      const [slug, detail = error.message] = known;
      return new DomainError(slug, detail, { cause: error });
    }
  }
  const standing = STANDING_PROBLEMS[codeOf(error)];
  if (standing !== undefined) return new DomainError(standing.slug, standing.detail, { cause: error });
  if (codeOf(error) === NUMERIC_OUT_OF_RANGE) {
    return new DomainError(
      'validation-failed',
      'A resulting quantity would have more than 20 integer digits.',
      {
        cause: error,
      },
    );
  }
  if (isUnavailable(error) || isSerializationFailure(error) || isStalePlan(error)) {
    return new DomainError(
      'temporarily-unavailable',
      'The database is busy or restarting. Send the same request again.',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      },
    );
  }
  return error;
}
