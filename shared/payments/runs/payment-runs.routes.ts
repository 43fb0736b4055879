import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';

export const DividendDisbursement = z.object({
  dividend_id: idOut,
  state: z.enum(['SCHEDULED', 'RUNNING', 'DONE']),
  /** The run pays again what was cancelled or denied, has failed or come back. */
  only: z.literal('UNPAID').optional(),
  /** Payments by where they stand. Those that wait for an order, a person or the bank are pending. */
  pending: z.number().int(),
  sent: z.number().int(),
  settled: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  /** Settled, and returned since. */
  returned: z.number().int(),
  ordered: z.number().int(),
  /** Holders who were passed over; order again when their papers are right. */
  without_kyc: z.number().int(),
  without_account: z.number().int(),
  /** Once it is `DONE`: the payments of the dividend that nobody has ever ordered. A run of what is unpaid leaves them to a call without `only`. */
  never_ordered: z.number().int().optional(),
  started_at: instantOut,
  updated_at: instantOut,
});

const ofDividend = {
  tenants: ['ISSUER'],
  path: '/dividends/{id}/disburse',
  params: idInPath,
  response: DividendDisbursement,
} as const;

export const disburseDividend = route({
  operationId: 'disburseDividend',
  method: 'POST',
  summary: 'Pay all pending payments of a dividend, or all unpaid ones again',
  description:
    'Above the tenant’s threshold the run waits, with its total, for one approval of a second person; the answer is then a change request. A run before the payable date is `SCHEDULED`, and begins by itself on that day; until then the dividend can be cancelled. Payments are ordered in the background; `GET` shows the progress. Holders who are not verified or have no bank account are skipped and counted: a further call orders what has become payable. Payees’ accounts are in the United States: a dividend in another currency than USD is refused. `If-Match` names the version of the dividend. With `only: UNPAID` the run pays again, once each, what was cancelled or denied, has failed or come back by now; it begins when no other run of the dividend is under way, and leaves what nobody has ever ordered (`never_ordered`).',
  ...ofDividend,
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({ only: z.literal('UNPAID', 'must be UNPAID').optional() }),
  bodyOptional: true,
  example: { only: 'UNPAID' },
  status: 202,
  location: '/dividends/{id}/disburse',
  concurrency: 'if-match-honoured',
  idempotency: 'required',
  audit: 'payment-run.started',
  waiting: ChangeRequest,
  problems: ['not-found', 'dividend-not-payable', 'currency-mismatch', 'approval-required', 'change-pending'],
  uses: ['eventBus:put', 'queue:payment-runs:send'],
});

export const getDividendDisbursement = route({
  operationId: 'getDividendDisbursement',
  method: 'GET',
  summary: 'Get the progress of a dividend’s payment',
  ...ofDividend,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  status: 200,
  problems: ['not-found'],
  uses: [],
});

/** Each keeps a holder from being paid. An account counts only where the holder has none that can be paid into. */
export const BLOCKED_REASONS = [
  'KYC_UNVERIFIED',
  'KYC_PENDING',
  'KYC_REJECTED',
  'CURRENCY_NOT_PAYABLE',
  'NO_ACCOUNT',
  'ACCOUNT_AWAITING_APPROVAL',
  'ACCOUNT_COOLING_OFF',
  'ACCOUNT_AWAITING_PRENOTE',
  'ACCOUNT_CLOSED',
] as const;

export const BlockedPayment = z.object({
  shareholder_id: idOut,
  external_ref: z.string(),
  name: z.string(),
  amount: amountOut,
  currency: z.string(),
  /** The adjustment by which the amount is owed; absent for what the snapshot found. */
  adjustment_id: idOut.optional(),
  reasons: z.array(z.enum(BLOCKED_REASONS)),
  /** The end of the cooling-off of a new account. */
  usable_from: instantOut.nullable(),
});

export const listBlockedPayments = route({
  ...ofDividend,
  operationId: 'listBlockedPayments',
  method: 'GET',
  path: '/dividends/{id}/blocked',
  summary: 'List the holders whom a dividend can’t be paid to now, and why',
  description:
    'Holders are listed by id, once their positions are frozen, while the dividend owes them something and nothing is on its way. `reasons` has all that a run would pass them over for: that they are not verified, that their accounts do not take the dividend’s currency (`CURRENCY_NOT_PAYABLE`: accounts take USD only), and that no account of theirs can be paid into. An account is `ACCOUNT_CLOSED` when the bank or its holder says that nothing can be paid into it any more; `usable_from` is the end of `ACCOUNT_COOLING_OFF`.',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    ...countedPage,
    reason: z.enum(BLOCKED_REASONS, `must be one of ${BLOCKED_REASONS.join(', ')}`).optional(),
  }),
  status: 200,
  response: listOf(BlockedPayment),
  discloses: true,
  problems: ['not-found'],
  uses: [],
  // Walks the holders who can be paid, up to a million, to the next that can't.
  timeoutSeconds: 29,
});
