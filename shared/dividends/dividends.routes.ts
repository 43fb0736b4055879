import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { PAYMENT_STANDINGS } from '#contracts/transactions.ts';
import { daysBetween } from '#kernel/calendar.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  DEFAULT_SECURITY_CLASS,
  dateOut,
  decimalOut,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  positiveQuantity,
  securityClass,
} from '#kernel/fields.ts';
import { amount, amountOut, currency } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';
import { MAX_DAYS_TO_PAYABLE } from './dividend-dates.ts';
import { DIVIDEND_STATES } from './dividend-state.ts';

const WITHHOLDING_RULES = ['BACKUP', 'NONRESIDENT'] as const;

/** The terms, and what the snapshot found: null until then. */
export const DividendSummary = z.object({
  id: idOut,
  state: z.enum(DIVIDEND_STATES),
  /** Nothing is paid while it is required, or was denied. */
  approval: z.enum(['NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED']),
  security_class: z.string(),
  currency: z.string(),
  rate_per_share: decimalOut.optional(),
  total_pool: amountOut.optional(),
  declaration_date: dateOut,
  record_date: dateOut,
  payable_date: dateOut,
  /** While it is DECLARED: the day on which positions are frozen, once the record date is over in the issuer’s time zone. */
  frozen_from: dateOut.optional(),
  holders: z.number().int().nullable(),
  total_amount: amountOut.nullable(),
  /** The part of total_amount that is withheld for the tax authority. */
  withheld_amount: amountOut.nullable(),
  residual: decimalOut.nullable(),
  snapshot_sha256: z.string().nullable(),
  positions_known_at: instantOut.nullable(),
  /** The split whose fractions it pays: `rate_per_share` is the price of a whole share, and `holdings` of its lines are the shares before the split. */
  corporate_action_id: idOut.optional(),
  cancel_reason: z.enum(['REQUESTED', 'NO_HOLDERS', 'TOO_LARGE']).optional(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

/** A dividend with its sums, computed from the current lines and transactions. */
export const Dividend = DividendSummary.extend({
  /** Null until the snapshot: total_amount and what adjustments have changed of it. It is owed until it is paid: entitled = tax + paid + in flight + unpaid. */
  entitled_amount: amountOut.nullable(),
  /** The sum of the adjustments, which may be negative. */
  adjusted_amount: amountOut.nullable(),
  /** withheld_amount and what adjustments have changed of it: owed to the tax authority. */
  tax_amount: amountOut.nullable(),
  /** Settled, and not come back. */
  paid_amount: amountOut.nullable(),
  /** The bank has been told to pay it. */
  in_flight_amount: amountOut.nullable(),
  unpaid_amount: amountOut.nullable(),
  /** Payments that came back, also where they were made again since. */
  returned_amount: amountOut.nullable(),
  reconciled: z.boolean(),
  reconciliation: z.object({
    /** Those of the snapshot and the adjustments. */
    lines: z.number().int(),
    lines_total: amountOut,
    payable_lines: z.number().int(),
    transactions: z.number().int(),
    transactions_total: amountOut,
    /** The tax that lines and adjustments have: lines_total = transactions_total + withheld_total. */
    withheld_total: amountOut,
    unmatched: z.number().int(),
    /** Holders whose message was given up on: see the dead-letter queue. */
    failed_holders: z.number().int(),
  }),
});

export const DividendLine = z.object({
  shareholder_id: idOut,
  /** Null where the name was erased. */
  holder_name: z.string().nullable(),
  /** Those of the snapshot; 0 in the line of an adjustment. */
  holdings: decimalOut,
  /** The holder is entitled to so much; the payment is less by what is withheld. */
  amount: amountOut,
  /** Negative where an adjustment has undone what was withheld. */
  withheld: amountOut,
  /** The rule that applied when the line was made, and its percentage: BACKUP, or NONRESIDENT, also where a treaty makes it 0. */
  withholding: z.object({ rule: z.enum(WITHHOLDING_RULES), rate: decimalOut }).optional(),
  /** Null until the transaction exists, and for ever if the amount rounds to zero. A reduction has the payment of what it has left of another one. */
  transaction_id: idOut.nullable(),
  /** The standing of a line is that of its newest payment. What was denied, has failed or has come back is still owed; what is ADJUSTED was taken back by an adjustment, which has what is left of it. */
  status: z.enum(PAYMENT_STANDINGS).nullable(),
  /** The line corrects what the holder is owed. */
  adjustment: z.object({ id: idOut, reason: z.string(), date: dateOut }).optional(),
});

export const ShareholderDividend = DividendLine.omit({ shareholder_id: true, holder_name: true }).extend({
  dividend_id: idOut,
  state: z.enum(DIVIDEND_STATES),
  security_class: z.string(),
  currency: z.string(),
  record_date: dateOut,
  payable_date: dateOut,
});

const NewDividend = z
  .strictObject({
    security_class: securityClass.default(DEFAULT_SECURITY_CLASS),
    currency,
    declaration_date: isoDate.optional(),
    record_date: isoDate,
    payable_date: isoDate,
    rate_per_share: positiveQuantity.optional(),
    total_pool: amount.optional(),
    /** It is another dividend, though one with the same terms stands. */
    repeats_terms: z.boolean().default(false),
  })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], input: value, message });
    if (value.rate_per_share === undefined && value.total_pool === undefined)
      refuse('rate_per_share', 'is required, or total_pool');
    if (value.rate_per_share !== undefined && value.total_pool !== undefined)
      refuse('total_pool', 'must not be given together with rate_per_share');
    if (value.payable_date < value.record_date) refuse('payable_date', 'must not be before record_date');
    else if (daysBetween(value.record_date, value.payable_date) > MAX_DAYS_TO_PAYABLE)
      refuse('payable_date', `must be at most ${MAX_DAYS_TO_PAYABLE} days after record_date`);
    if (value.declaration_date !== undefined && value.record_date < value.declaration_date)
      refuse('record_date', 'must not be before declaration_date');
  });

const issuer = { tenants: ['ISSUER'] } as const;
const writers = { ...issuer, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...issuer, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

export const scheduleDividend = route({
  operationId: 'scheduleDividend',
  method: 'POST',
  path: '/dividends/schedule',
  summary: 'Declare a dividend',
  description:
    'With `rate_per_share`, each holder is paid holdings × rate, rounded half to even at the minor unit; with `total_pool`, the pool is split to the minor unit by the largest remainder. Holders of `security_class` (default COMMON) at the close of `record_date` are entitled: positions are frozen once it is over where the issuer lives, which is at once when the record date is before today; `frozen_from` names the day. Where the issuer withholds tax (`/settings/register`), that is decided then as well, by the forms that are on record and hold on the payable date. `declaration_date` defaults to today and must not be after it. The terms of another dividend that stands are refused unless `repeats_terms`. Nothing is paid before a second person has approved the dividend, see `/approvals`.',
  ...writers,
  body: NewDividend,
  example: {
    currency: 'USD',
    record_date: '2027-03-01',
    payable_date: '2027-03-15',
    rate_per_share: '0.125',
  },
  status: 201,
  location: '/dividends/{id}',
  response: DividendSummary,
  concurrency: 'etag',
  idempotency: 'required',
  audit: 'dividend.declared',
  problems: ['dividend-exists', 'dividend-repeated'],
  uses: ['eventBus:put', 'queue:dividend-runs:send'],
});

export const DividendPreview = z.object({
  holders: z.number().int(),
  /** Those whose amount doesn’t round to zero. */
  payable_holders: z.number().int(),
  total_amount: amountOut,
  /** Tax, by the forms that are on record now and hold on the payable date. */
  withheld_amount: amountOut,
  residual: decimalOut,
  positions_as_of: dateOut,
  /** The record date is over: only entries that are back-dated can still change it. */
  is_final: z.boolean(),
  frozen_from: dateOut,
  /** The day on which banks can pay: the payable date, or the next one after a weekend or a holiday of the Federal Reserve. */
  first_banking_day: dateOut,
  /** Payees’ accounts take USD only: nothing of a dividend in another currency can be paid. */
  blocked_reasons: z.array(z.literal('CURRENCY_NOT_PAYABLE')),
  /** Ten lines at most, the largest first. */
  largest: z.array(
    DividendLine.pick({ shareholder_id: true, holdings: true, amount: true, withheld: true }).extend({
      external_ref: z.string(),
    }),
  ),
});

export const previewDividend = route({
  operationId: 'previewDividend',
  method: 'POST',
  path: '/dividends/preview',
  summary: 'Compute what a dividend would come to',
  description:
    'The body is that of a declaration, and nothing is stored. Positions are those at the close of the record date, or of today as far as they are known, while that isn’t over. `first_banking_day` is later than `payable_date` where that is no day on which the Federal Reserve pays. `blocked_reasons` says why nothing of it could be paid here: `CURRENCY_NOT_PAYABLE` in a currency that payees’ accounts don’t take. `residual` is `total_amount` minus the exact amount that is owed.',
  ...writers,
  body: NewDividend,
  example: {
    currency: 'USD',
    record_date: '2027-03-01',
    payable_date: '2027-03-15',
    rate_per_share: '0.125',
  },
  status: 200,
  response: DividendPreview,
  idempotency: 'none',
  problems: [],
  uses: [],
  // Computes a million lines.
  timeoutSeconds: 29,
});

export const DIVIDEND_SORTS = {
  byItself: '-created_at',
  keys: { created_at: 'age', record_date: 'date', payable_date: 'date' },
} as const satisfies Sorts;

export const listDividends = route({
  operationId: 'listDividends',
  method: 'GET',
  path: '/dividends',
  summary: 'List dividends',
  description:
    'Newest first, or as `sort` says. A single dividend’s answer adds the sums of its lines and transactions.',
  ...readers,
  sorts: DIVIDEND_SORTS,
  query: z.strictObject({
    ...countedPage,
    ...sortBy(DIVIDEND_SORTS),
    state: z.enum(DIVIDEND_STATES, `must be one of ${DIVIDEND_STATES.join(', ')}`).optional(),
  }),
  status: 200,
  response: listOf(DividendSummary),
  problems: [],
  uses: [],
});

export const getDividend = route({
  operationId: 'getDividend',
  method: 'GET',
  path: '/dividends/{id}',
  summary: 'Get a dividend, reconciled',
  description:
    '`reconciliation` is computed by the database for this answer. `reconciled` is true if every line that isn’t zero has its transaction, and Σ lines = `total_amount` = Σ transactions + `withheld_amount`; for a cancelled dividend, if no transaction is left to pay. `residual` is `total_amount` minus the exact amount that is owed. `snapshot_sha256` hashes the lines as `<shareholder id>,<holdings>,<amount in minor units>`, with `,<minor units withheld>` where tax is withheld, in the order of ids, cut into blocks of 1,000: it is the SHA-256 of the blocks’ SHA-256, each in hexadecimal and with a line feed.',
  ...readers,
  params: idInPath,
  status: 200,
  response: Dividend,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
  // Sums a million lines and their transactions.
  timeoutSeconds: 29,
});

export const listDividendLines = route({
  operationId: 'listDividendLines',
  method: 'GET',
  path: '/dividends/{id}/lines',
  summary: 'List the entitlements of a dividend, with their payments',
  ...readers,
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(DividendLine),
  discloses: true,
  problems: ['not-found'],
  uses: [],
});

export const cancelDividend = route({
  operationId: 'cancelDividend',
  forSuspended: true,
  method: 'POST',
  path: '/dividends/{id}/cancel',
  summary: 'Cancel a dividend before its first payment',
  description:
    'A dividend that somebody has approved is cancelled once a second person approves that too: the answer is then a change request, and the dividend goes on until it is decided. Every pending transaction of the dividend becomes FAILED with `return_code` CANCELLED; for a large dividend, within moments after the answer. Once a payment was sent, the answer is 409; so it is for the fractions of a split, which the reversal of the split cancels.',
  ...writers,
  params: idInPath,
  status: 200,
  response: DividendSummary,
  concurrency: 'if-match-honoured',
  audit: 'dividend.cancelled',
  waiting: ChangeRequest,
  problems: ['not-found', 'dividend-not-cancellable', 'change-pending'],
  uses: ['eventBus:put', 'queue:dividend-runs:send'],
});

export const listShareholderDividends = route({
  operationId: 'listShareholderDividends',
  method: 'GET',
  path: '/shareholders/{id}/dividends',
  summary: 'List the dividends of a holder of record',
  description: 'Dividends are listed newest first, once their snapshot has been taken.',
  ...readers,
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(ShareholderDividend),
  problems: ['not-found'],
  uses: [],
});
