import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { link } from '#contracts/links.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { route } from '#platform/http/route.ts';

export const EXCEPTION_KINDS = [
  'BANK_ITEM',
  'CONTRADICTION',
  'STATEMENT_ITEM',
  'NOT_AT_BANK',
  'UNACKNOWLEDGED_FILE',
  'STUCK_PAYMENT',
] as const;
const EXCEPTION_STATES = ['OPEN', 'RESOLVED'] as const;

/** A person can end an exception by this operation. */
const Action = z.object({ operation: z.string(), method: z.literal('POST'), href: link });

export const PaymentException = z.object({
  /** The id of the item, the contradiction, the file or the payment, by kind. */
  id: idOut,
  kind: z.enum(EXCEPTION_KINDS),
  state: z.enum(EXCEPTION_STATES),
  /** The instant from which it is one. */
  since: instantOut,
  reason: z.string(),
  code: z.string().nullable(),
  /** The meaning of the code, where it is one that we know. */
  meaning: z.string().nullable(),
  transaction_id: idOut.nullable(),
  /** The name of whom the payment pays; null where it is about none, or the name was erased. */
  payee_name: z.string().nullable(),
  bank_file_id: idOut.nullable(),
  amount: amountOut.nullable(),
  currency: z.string().nullable(),
  /** The payment or the file that it is about. */
  subject: link,
  /** These are what can be done; empty once it is resolved. */
  actions: z.array(Action),
});

export const listExceptions = route({
  operationId: 'listExceptions',
  method: 'GET',
  path: '/exceptions',
  summary: 'List what people must look at between us and the bank',
  description: [
    'The newest come first. `BANK_ITEM`: an item of a file that names no payment, or can’t be read. `CONTRADICTION`: the bank has said of a payment that has ended what it can’t be; nothing is paid in its place until two people have resolved it. `STATEMENT_ITEM`: an entry of a bank’s statement that stands for nothing of the ledger, or by which money is back that the ledger knows nothing of (`not-in-ledger`); the latter ends with the bank’s return, or when two people have said that the payment was returned. `NOT_AT_BANK`: a payment that has left in the ledger (`not-paid-by-bank`), or has come back in it (`not-back-at-bank`), of which the bank’s statements have nothing, though one tells of the fifth day behind; it ends when a statement has it, when an entry is matched with it, or when two people have said what has become of the payment. `UNACKNOWLEDGED_FILE`: a file that nobody has said the bank has, four hours after it was prepared. `STUCK_PAYMENT`: a payment that was to leave an hour ago by the bank’s API, or four days ago by file, or that the bank has had for seven days without an answer.',
    '`actions` names the operations by which each can be ended, the reversal of a payment among them where it can be asked for today.',
  ].join('\n\n'),
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    ...countedPage,
    kind: z.enum(EXCEPTION_KINDS, `must be one of ${EXCEPTION_KINDS.join(', ')}`).optional(),
    state: z.enum(EXCEPTION_STATES, `must be one of ${EXCEPTION_STATES.join(', ')}`).default('OPEN'),
  }),
  status: 200,
  response: listOf(PaymentException),
  discloses: true,
  problems: [],
  uses: [],
});

const OUTCOMES = ['SETTLED', 'RETURNED', 'FAILED'] as const;

export const resolveTransaction = route({
  operationId: 'resolveTransaction',
  method: 'POST',
  path: '/transactions/{id}/resolve',
  summary: 'Say by hand what has become of a payment that is in doubt',
  description:
    'For a payment that the bank may have and of which it says nothing, or about which it contradicts itself, or of which the bank’s statements have something else than the ledger. `reason` is the evidence: who at the bank has said it, and when. A second person decides, see `/approvals`; the payment then is what it would be, had the bank said so: `SETTLED`, `RETURNED` (with the code of the return, if there is one), or `FAILED`, where the bank has never carried it out. Where a payment that has ended was received after all, a payment that takes its place is booked as settled, and nothing is sent.',
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z.strictObject({
    outcome: z.enum(OUTCOMES, `must be one of ${OUTCOMES.join(', ')}`),
    code: z.string().max(3).refine(isReturnReasonCode, 'must be a return code, R01 to R85').optional(),
    reason: text(500),
  }),
  example: { outcome: 'SETTLED', reason: 'Confirmed by Ms Doe of the bank on the telephone, November 12.' },
  status: 202,
  response: ChangeRequest,
  concurrency: 'if-match',
  idempotency: 'required',
  audit: 'payment-resolution.requested',
  problems: [
    'not-found',
    'precondition-failed',
    'precondition-required',
    'change-pending',
    'payment-not-in-doubt',
    'payment-ordered',
  ],
  uses: ['eventBus:put'],
});
