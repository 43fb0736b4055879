import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, idInPath, idOut, instantOut, page, text } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { EXPLANATIONS } from './explanations.ts';

const DIRECTIONS = ['inbound', 'outbound'] as const;
const FILE_STATES = [
  ...(['RECEIVED', 'APPLIED', 'PARTLY', 'UNREADABLE'] as const),
  ...(['PREPARED', 'FETCHED', 'ACKNOWLEDGED', 'REJECTED'] as const),
] as const;
const FILE_KINDS = ['PAYMENTS', 'ANSWERS', 'STATEMENT'] as const;
const ITEM_STATES = ['APPLIED', 'UNMATCHED', 'UNREADABLE', 'RESOLVED'] as const;

/** Items by what has come of them; an outbound file has none. */
const Counts = z.object({
  items: z.number().int(),
  applied: z.number().int(),
  unmatched: z.number().int(),
  unreadable: z.number().int(),
  resolved: z.number().int(),
  /** Batches that answer nothing of ours, and statements of other accounts. */
  ignored_batches: z.number().int(),
});

export const BankFile = z.object({
  id: idOut,
  direction: z.enum(DIRECTIONS),
  /** It has payments of ours, what the bank says of them, or an account’s statements. */
  kind: z.enum(FILE_KINDS),
  state: z.enum(FILE_STATES),
  object_key: z.string(),
  /** The bytes of an inbound file. */
  bytes: z.number().int().optional(),
  /** The first fault of a file in which nothing can be read, or why the bank has not taken an outbound file. */
  reason: z.string().optional(),
  reason_line: z.number().int().optional(),
  /** The day of an outbound file, its payments with the reversals among them, and the dollars that it pays. */
  day: dateOut.optional(),
  payments: z.number().int().optional(),
  /** The accounts that an outbound file asks for by entries of no money, if it has any. */
  prenotes: z.number().int().optional(),
  total: amountOut.optional(),
  /** The dollars that its reversals take back, if it has any. */
  total_reversed: amountOut.optional(),
  counts: Counts,
  /** Set once the bank or a person has said that an outbound file has arrived, or that nothing is open in an inbound one. */
  acknowledged_at: instantOut.optional(),
  /** The person; absent where the bank has said so. */
  acknowledged_by: idOut.optional(),
  /** The first time that somebody has fetched an outbound file here, and who it was. */
  fetched_at: instantOut.optional(),
  fetched_by: idOut.optional(),
  /** Set once the bank has not taken an outbound file: nothing of it is paid. */
  rejected_at: instantOut.optional(),
  /** The person who has proposed to say so; absent where the bank has. */
  rejected_by: idOut.optional(),
  version: z.number().int(),
  created_at: instantOut,
  updated_at: instantOut,
});

const BankItem = z.object({
  id: idOut,
  state: z.enum(ITEM_STATES),
  /** Its place in the file; where the bank broke no lines, the number of the record. */
  line: z.number().int(),
  kind: z.enum(['RETURNED', 'CORRECTED', 'DEBIT', 'CREDIT']).nullable(),
  code: z.string().nullable(),
  /** The meaning of the code, by Nacha, or of a statement by BAI or ISO 20022, where it is one that we know. */
  meaning: z.string().nullable(),
  trace_number: z.string().nullable(),
  original_trace_number: z.string().nullable(),
  /** The dollars that came back; of a statement those that were booked, negative for a debit. */
  amount: amountOut.nullable(),
  /** Why it waits for a person. */
  reason: z.string().nullable(),
  transaction_id: idOut.nullable(),
  /** The account whose prenote it answers; null where it answers none. */
  bank_account_id: idOut.nullable(),
  /** These are an entry’s of a statement. */
  booked_on: dateOut.optional(),
  reference: z.string().optional(),
  outbound_file_id: idOut.optional(),
  explanation: z.enum(EXPLANATIONS).optional(),
});

/** An account’s statement, as the bank has made it. */
const BankStatement = z.object({
  id: idOut,
  line: z.number().int(),
  reference: z.string().nullable(),
  currency: z.string(),
  from: dateOut,
  to: dateOut,
  opening_balance: amountOut,
  closing_balance: amountOut,
  entries: z.number().int(),
  /** Entries that another statement had brought before. */
  repeated: z.number().int(),
});

const shared = {
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  tenants: ['ISSUER', 'SPONSOR'],
} as const;

export const listBankFiles = route({
  operationId: 'listBankFiles',
  method: 'GET',
  path: '/bank-files',
  summary: 'List the files that went to the bank and came from it',
  description:
    'The newest come first. A file that went out is `PREPARED`, `FETCHED` once somebody has fetched it here, and then `ACKNOWLEDGED` or `REJECTED`. One that came in is `RECEIVED`, and then `APPLIED`, `PARTLY` (something in it waits) or `UNREADABLE`; so is what the bank says of a file that we have not written. A bank’s statements (camt.053 or BAI2) come in at the same place, and are told apart by what they are.',
  ...shared,
  query: z.strictObject({
    ...countedPage,
    direction: z.enum(DIRECTIONS, `must be one of ${DIRECTIONS.join(', ')}`).optional(),
    state: z.enum(FILE_STATES, `must be one of ${FILE_STATES.join(', ')}`).optional(),
  }),
  status: 200,
  response: listOf(BankFile),
  problems: [],
  uses: [],
});

export const getBankFile = route({
  operationId: 'getBankFile',
  method: 'GET',
  path: '/bank-files/{id}',
  summary: 'Get a file of the bank with its items',
  description:
    'Items are listed by line, `limit` at a time; `next_cursor` leads to more. An item that is `UNMATCHED` or `UNREADABLE` waits for a person. Of a bank’s statement each entry is one: `APPLIED` where it stands for a file, a batch, a payment or a return of ours.',
  ...shared,
  params: idInPath,
  query: z.strictObject({
    ...page,
    item_state: z.enum(ITEM_STATES, `must be one of ${ITEM_STATES.join(', ')}`).optional(),
  }),
  status: 200,
  response: BankFile.extend({
    /** The statements of a file of such, those that are booked. */
    statements: z.array(BankStatement).optional(),
    items: z.array(BankItem),
    next_cursor: z.string().nullable(),
  }),
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const rejectBankFile = route({
  operationId: 'rejectBankFile',
  method: 'POST',
  path: '/bank-files/{id}/reject',
  summary: 'Say that the bank has not taken an outbound file',
  description:
    'For a file that is neither acknowledged nor answered. `reason` is the evidence: who at the bank has said it, and when. A second person decides, see `/approvals`; within minutes each of its payments then is `FAILED` with the code `REJECTED`, owed as before, and can be ordered again. A bank says so itself by `ach/inbound/<tenant>/<file>.rej`, with the SHA-256 of the file and why.',
  ...shared,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z.strictObject({ reason: text(200) }),
  example: { reason: 'The file control does not add up, says Ms Doe of the bank on the telephone.' },
  status: 202,
  response: ChangeRequest,
  concurrency: 'if-match',
  audit: 'bank-file.rejection-requested',
  problems: [
    ...(['not-found', 'precondition-failed', 'precondition-required', 'change-pending'] as const),
    'bank-file-not-open',
  ],
  uses: ['eventBus:put'],
});

export const acknowledgeBankFile = route({
  operationId: 'acknowledgeBankFile',
  method: 'POST',
  path: '/bank-files/{id}/acknowledge',
  summary: 'Say that the bank has a file, or that nothing is open in one of its files',
  description:
    'An outbound file that the bank has not acknowledged itself, or an inbound one of which something is not applied. Payments are settled by the passing of days only when their file is acknowledged, and no inbound file of the tenant is open. What is `UNMATCHED` or `UNREADABLE` can still be matched afterwards.',
  ...shared,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  status: 200,
  response: BankFile,
  concurrency: 'if-match',
  audit: 'bank-file.acknowledged',
  problems: ['not-found', 'precondition-failed', 'precondition-required', 'bank-file-not-open'],
  uses: [],
});
