import pg from 'pg';
import type { ProblemSlug } from '#contracts/problems.ts';
import { DomainError } from '#kernel/domain-error.ts';

/** Unique and check constraints that a client can violate, with the detail of the problem. */
const byConstraint: Record<string, { slug: ProblemSlug; detail: string }> = {
  tenants_slug_key: { slug: 'tenant-exists', detail: 'Another tenant has this slug.' },
  users_email_key: { slug: 'user-exists', detail: 'Another user of this tenant has this email.' },
  shareholders_external_ref_key: {
    slug: 'shareholder-exists',
    detail: 'Another shareholder of this register has this external_ref.',
  },
  shareholders_holdings_check: { slug: 'insufficient-position', detail: 'The holdings would be negative.' },
  shareholders_closed_hold_nothing: {
    slug: 'shareholder-closed',
    detail: 'A closed shareholder can hold nothing.',
  },
  dividends_idempotency_key: {
    slug: 'dividend-exists',
    detail: 'A dividend was declared with this Idempotency-Key before. Use a new key for another one.',
  },
  transactions_dividend_is_paying: {
    slug: 'dividend-not-payable',
    detail: 'Payments of a dividend are sent while it is PENDING or PAYING.',
  },
  votes_effective: {
    slug: 'ballot-exists',
    detail: 'The holder has already voted in this meeting. Revoke that ballot to vote again.',
  },
  votes_meeting_not_open: { slug: 'meeting-not-open', detail: 'Voting has not begun.' },
  votes_meeting_closed: { slug: 'meeting-closed', detail: 'Voting has ended.' },
  position_entries_not_negative: {
    slug: 'insufficient-position',
    detail: 'The position in the security class would be negative.',
  },
  tenant_links_active: { slug: 'tenant-link-exists', detail: 'The sponsor has an active link already.' },
  plans_one_active: { slug: 'plan-exists', detail: 'The employee has an active plan of this type.' },
  plans_distributed_at_most_vested: {
    slug: 'vested-balance-exceeded',
    detail: 'More would have been paid out of the plan than has vested.',
  },
  contributions_idempotency_key: {
    slug: 'contribution-key-used',
    detail:
      'This Idempotency-Key has entered a contribution to the plan; look it up instead of sending it again.',
  },
  contributions_reversed_once: { slug: 'contribution-reversed', detail: 'It was already reversed.' },
  webhooks_one_of_url: { slug: 'webhook-exists', detail: 'Delete that one first, or rotate its secret.' },
  payment_orders_pkey: { slug: 'payment-ordered', detail: 'The payment has been ordered already.' },
  payment_orders_replaced_once: { slug: 'payment-ordered', detail: 'It has been paid again already.' },
  payment_orders_idempotency_key: {
    slug: 'payment-ordered',
    detail: 'This Idempotency-Key has ordered a payment; look it up instead of sending it again.',
  },
  payment_orders_four_eyes: { slug: 'four-eyes', detail: 'Who asked for a payment may not approve it.' },
  payment_orders_decided_once: { slug: 'payment-decided', detail: 'It has been decided already.' },
  legal_holds_shareholder: { slug: 'validation-failed', detail: 'There is no such shareholder to hold.' },
  legal_holds_participant: { slug: 'validation-failed', detail: 'There is no such participant to hold.' },
};

const RETRYABLE_TRANSACTION = new Set(['40001', '40P01']);
/** Connection failures, shutdown, too many connections, lock and statement timeouts. */
const UNAVAILABLE = /^(08...|57P0[1-5]|57014|53[234]00|55P03|25P0[34])$/;
const UNAVAILABLE_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** Every number of a request fits its column; only sums of them can leave it. */
const NUMERIC_OUT_OF_RANGE = '22003';
const RETRY_AFTER_SECONDS = 2;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function isSerializationFailure(error: unknown): boolean {
  return RETRYABLE_TRANSACTION.has(codeOf(error));
}

/** The database can't be reached or gave up the connection; nothing was decided, the caller may try again. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    UNAVAILABLE.test(code) ||
    UNAVAILABLE_SYSTEM.has(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(
      error.message,
    )
  );
}

/** Translates Postgres errors into problems. No other code does. Any other error passes through unchanged. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && error.constraint !== undefined) {
    const known = byConstraint[error.constraint];
    if (known !== undefined) return new DomainError(known.slug, known.detail, { cause: error });
  }
  if (codeOf(error) === NUMERIC_OUT_OF_RANGE) {
    return new DomainError(
      'validation-failed',
      'A resulting quantity would have more than 20 integer digits.',
      {
        cause: error,
      },
    );
  }
  if (isUnavailable(error) || isSerializationFailure(error)) {
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
