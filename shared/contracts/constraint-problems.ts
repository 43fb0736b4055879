import type { ProblemSlug } from './problems.ts';

/** Unique and check constraints that a client can violate, with the detail of the problem. */
export const CONSTRAINT_PROBLEMS: Readonly<
  Record<string, { readonly slug: ProblemSlug; readonly detail: string }>
> = {
  idempotency_keys_owned: {
    slug: 'request-in-progress',
    detail: 'Another execution of this request took over; ask for its result.',
  },
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
  change_requests_one_pending: {
    slug: 'change-pending',
    detail: 'Have the one that waits decided, or withdraw it.',
  },
  change_requests_second_person: {
    slug: 'four-eyes',
    detail: 'Somebody independent of the proposer must decide.',
  },
  change_requests_four_eyes: { slug: 'four-eyes', detail: 'Another person than the proposer must decide.' },
  change_requests_decided_once: { slug: 'change-decided', detail: 'It has been decided already.' },
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
