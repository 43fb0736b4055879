import * as z from 'zod';
import { TRANSACTION_STATUSES, TRANSACTION_TYPES } from '#contracts/transactions.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, id, idInPath, idOut, instantOut, isoDate, text } from '#kernel/fields.ts';
import { amount, amountOut, currency } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { PAYMENT_EVENT_KINDS } from '#payments/bank/bank-event-kind.ts';
import { NotificationOfChange } from '#payments/payees/account-correction.ts';
import { route } from '#platform/http/route.ts';

const APPROVALS = ['NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED', 'WITHDRAWN'] as const;

export const Transaction = z.object({
  id: idOut,
  tenant_id: idOut,
  type: z.enum(TRANSACTION_TYPES),
  status: z.enum(TRANSACTION_STATUSES),
  amount: amountOut,
  currency: z.string(),
  shareholder_id: idOut.optional(),
  plan_id: idOut.optional(),
  /** The name of whom it pays, where the payment is read and the name was not erased. */
  payee_name: z.string().optional(),
  dividend_id: idOut.optional(),
  /** The dividend whose entitlement it pays again, in place of a payment that was cancelled, failed, was denied or came back. */
  repays_dividend_id: idOut.optional(),
  /** The transaction that this one compensates. */
  compensates: idOut.optional(),
  /** The payment whose money this one asks back: it is a `REVERSAL`. */
  reverses: idOut.optional(),
  return_code: z.string().optional(),
  /** Nacha’s meaning of `return_code`, where it is one of Nacha’s. */
  return_meaning: z.string().optional(),
  memo: z.string().optional(),
  /** Once it was ordered. */
  approval: z.enum(APPROVALS).optional(),
  bank_account_id: idOut.optional(),
  /** The first day on which it leaves, in the tenant’s time zone. */
  not_before: dateOut.optional(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

export const TransactionWithHistory = Transaction.extend({
  history: z.array(
    z.object({
      version: z.number().int(),
      from: z.enum(TRANSACTION_STATUSES),
      to: z.enum(TRANSACTION_STATUSES),
      return_code: z.string().nullable(),
      occurred_at: instantOut,
    }),
  ),
  /** The transaction that took this one back, after a late return. */
  compensated_by: idOut.optional(),
  /** The newest transaction that asks, or has asked, for its money back. */
  reversed_by: idOut.optional(),
  /** The transaction that paid again what was cancelled, failed or was returned here. */
  replaced_by: idOut.optional(),
  /** The bank has said these of it against what it had said before. */
  exceptions: z
    .array(
      z.object({
        id: idOut,
        state: z.enum(['OPEN', 'RESOLVED']),
        stood_as: z.enum(['SETTLED', 'RETURNED', 'FAILED', 'CANCELLED', 'REVERSED']),
        said: z.enum(PAYMENT_EVENT_KINDS),
        code: z.string().nullable(),
        noted_at: instantOut,
      }),
    )
    .optional(),
  /** The payee’s bank has corrected the account by these, for the payments to come. */
  notifications_of_change: z.array(NotificationOfChange).optional(),
  /** The person who has cancelled it, and why. */
  cancelled_by: idOut.optional(),
  cancel_reason: z.string().optional(),
  /** The reason for which a reversal asks for the money. */
  reversal_reason: z.string().optional(),
});

/** The first day on which the payment may leave. */
const notBefore = { not_before: isoDate.optional() };
const money = { amount, currency, memo: text(80).optional(), bank_account_id: id.optional(), ...notBefore };

const Order = z.union(
  [
    z.strictObject({ shareholder_id: id, ...money }),
    z.strictObject({ plan_id: id, ...money }),
    z.strictObject({
      transaction_id: id,
      amount: amount.optional(),
      currency: currency.optional(),
      memo: text(80).optional(),
      bank_account_id: id.optional(),
      ...notBefore,
    }),
  ],
  'must name one of shareholder_id, plan_id and transaction_id; the first two with amount and currency',
);

const readers = { roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
const EXAMPLE_ID = '0198c0de-0000-7000-8000-000000000001';

export const createDisbursement = route({
  operationId: 'createDisbursement',
  method: 'POST',
  path: '/transactions/disburse',
  summary: 'Pay a shareholder, a plan participant, or a pending dividend',
  description: [
    '`transaction_id` names a pending payment of a dividend, or one that was cancelled, has failed or was returned, which a new transaction then pays again. `amount` and `currency` may be repeated, and must be equal.',
    'The payee must be verified (`kyc_status`), now and when the payment is sent. A distribution is taken from the vested balance of its plan. Above the tenant’s threshold it waits for a second person, see `/approvals`; what was ordered on the day without one, by the same user or to the same payee, counts with it.',
    'Nothing leaves before the payable date of its dividend, or before `not_before`, on any channel: until then it is held.',
    'The answer is the transaction, still PENDING; follow it at its `Location`.',
  ].join('\n\n'),
  roles: ['ADMIN', 'OPS'],
  body: Order,
  example: { shareholder_id: EXAMPLE_ID, amount: '125.50', currency: 'USD', memo: 'Refund' },
  status: 202,
  location: '/transactions/{id}',
  response: Transaction,
  concurrency: 'etag',
  idempotency: 'required',
  audit: 'payment-order.requested',
  problems: [
    ...([
      'not-found',
      'shareholder-closed',
      'payment-ordered',
      'payment-in-doubt',
      'dividend-not-payable',
      'approval-required',
    ] as const),
    ...(['kyc-required', 'bank-account-required', 'bank-account-blocked', 'currency-mismatch'] as const),
    ...(['vested-balance-exceeded', 'channel-unavailable'] as const),
  ],
  uses: ['bank:terms', 'eventBus:put', 'disbursementMachine:start'],
});

export const TRANSACTION_SORTS = {
  byItself: '-created_at',
  keys: { created_at: 'age', amount: 'amount' },
} as const satisfies Sorts;

/** The payments of a tenant are too many to be put in another order than their own; those of one payee are few. */
function refuseUnbounded(
  {
    sort,
    shareholder_id,
    plan_id,
  }: { readonly [Name in 'sort' | 'shareholder_id' | 'plan_id']?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (sort?.endsWith('amount') !== true || shareholder_id !== undefined || plan_id !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['sort'],
    message: 'sorts by amount the payments of one payee; name a `shareholder_id` or a `plan_id`',
  });
}

export const listTransactions = route({
  operationId: 'listTransactions',
  method: 'GET',
  path: '/transactions',
  summary: 'List transactions',
  description:
    'The newest come first, or as `sort` says. Payments are sorted by amount where they are those of one payee, by `shareholder_id` or `plan_id`.',
  ...readers,
  sorts: TRANSACTION_SORTS,
  query: z
    .strictObject({
      ...countedPage,
      ...sortBy(TRANSACTION_SORTS),
      status: z.enum(TRANSACTION_STATUSES, `must be one of ${TRANSACTION_STATUSES.join(', ')}`).optional(),
      type: z.enum(TRANSACTION_TYPES, `must be one of ${TRANSACTION_TYPES.join(', ')}`).optional(),
      approval: z.enum(APPROVALS, `must be one of ${APPROVALS.join(', ')}`).optional(),
      shareholder_id: id.optional(),
      plan_id: id.optional(),
      dividend_id: id.optional(),
    })
    .superRefine(refuseUnbounded),
  status: 200,
  response: listOf(Transaction),
  discloses: true,
  problems: [],
  uses: [],
});

export const getTransaction = route({
  operationId: 'getTransaction',
  method: 'GET',
  path: '/transactions/{id}',
  summary: 'Get a transaction with its history',
  ...readers,
  params: idInPath,
  status: 200,
  response: TransactionWithHistory,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

const decision = {
  method: 'POST',
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: Transaction,
  concurrency: 'if-match-honoured',
  problems: ['not-found', 'payment-decided', 'change-decided', 'four-eyes'],
  uses: ['eventBus:put', 'disbursementMachine:start', 'disbursementMachine:report'],
} as const;

export const approveTransaction = route({
  operationId: 'approveTransaction',
  peopleOnly: true,
  path: '/transactions/{id}/approve',
  summary: 'Approve a payment, or a reversal, that another user has ordered',
  ...decision,
  problems: [...decision.problems, 'payment-not-reversible', 'reversal-too-late', 'payment-in-doubt'],
  audit: 'payment-order.approved',
});

export const denyTransaction = route({
  operationId: 'denyTransaction',
  peopleOnly: true,
  path: '/transactions/{id}/deny',
  summary: 'Deny a payment that another user has ordered',
  description: 'The payment fails with the code `DENIED`.',
  ...decision,
  audit: 'payment-order.denied',
});

export const cancelTransaction = route({
  operationId: 'cancelTransaction',
  forSuspended: true,
  method: 'POST',
  path: '/transactions/{id}/cancel',
  summary: 'Cancel a payment that the bank does not have',
  description:
    'Any payment that waits: for approval, for its day, for the bank, or for a file that is not prepared yet. It ends as `CANCELLED`; a request for its approval ends too. What a dividend owes by it stays owed, and can be ordered again by its `transaction_id` or with all unpaid of the dividend; what a plan pays goes back to its balance; anything else is ordered anew. Once the bank may have it, the answer is 409: from then on its money is asked back, see `/transactions/{id}/reversal`.',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  body: z.strictObject({ reason: text(200) }),
  example: { reason: 'The amount was mistyped.' },
  status: 200,
  response: Transaction,
  concurrency: 'if-match',
  idempotency: 'required',
  audit: 'payment-order.cancelled',
  problems: ['not-found', 'precondition-failed', 'precondition-required', 'payment-not-cancellable'],
  uses: ['eventBus:put', 'disbursementMachine:start', 'disbursementMachine:report'],
});
