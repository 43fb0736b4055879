import * as z from 'zod';
import { ENTRIES_PER_REPORT, EVENT_TYPES, EVENT_VERSIONS, type EventType } from './event-types.ts';
import { CHANGES_PER_EVENT } from './record-events.ts';
import { CONTRIBUTION_SOURCES, TRANSACTION_STATUSES, TRANSACTION_TYPES } from './transactions.ts';

/**
 * The schemas of events. The types that `emit` takes and the JSON Schemas that consumers get (`npm run
 * event-schemas`) both come from here. No field holds personal data, because consumers of the bus keep what they
 * receive; but `security.reported` has addresses, which are what it is for, and goes only to webhooks that name it.
 */

const id = z.uuid();
const amount = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .describe('In units of the currency, exact.');
const quantity = z.string().regex(/^\d+(\.\d+)?$/);
const instant = z.iso.datetime({ offset: true });
const day = z.iso.date();
const count = z.int().nonnegative();

/** A transaction in one version. The higher of two versions is the newer. */
export const TransactionState = z.object({
  id,
  version: z.int().positive(),
  type: z.enum(TRANSACTION_TYPES),
  status: z.enum(TRANSACTION_STATUSES),
  amount: amount.describe('In units of the currency, exact; negative when it takes another one back.'),
  currency: z.string().regex(/^[A-Z]{3}$/),
  shareholder_id: id.optional(),
  plan_id: id.optional(),
  dividend_id: id.optional(),
  compensates: id.optional().describe('The transaction that this one takes back.'),
  reverses: id.optional().describe('The payment whose money this one asks back.'),
  return_code: z.string().optional(),
  source: z.enum(CONTRIBUTION_SOURCES).optional().describe('Who pays a contribution.'),
  effective_date: day.optional().describe('Of a contribution.'),
  created_at: instant,
  updated_at: instant.describe('When it became this version.'),
});
export type TransactionState = z.infer<typeof TransactionState>;

/** A change that waits for a second person, or has been decided. The change itself is read at `/approvals/{id}`. */
const ChangeRequestState = z.object({
  change_request_id: id,
  kind: z.string(),
  state: z.enum(['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'WITHDRAWN']),
  subject: z.object({ type: z.string(), id: z.string() }),
  requested_by: id,
  decided_by: id.optional(),
});

/** An entry of the audit trail, masked as the trail is. */
const SecurityEntry = z.object({
  id,
  ts: instant,
  kind: z.string().describe('Of security event, such as sign-in, denial or controlled-change.'),
  action: z.string(),
  actor_id: z.string().nullable(),
  actor_role: z.string(),
  resource: z.string(),
  request_id: z.string(),
  source_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  outcome: z.enum(['done', 'refused']),
  problem: z.string().nullable(),
  payload: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('Null where it is too long for an event: the trail has it.'),
});

/** The part of an account that a notification of change may correct. */
const Corrected = z.object({
  routing_number: z.string(),
  account_last4: z.string(),
  account_type: z.string(),
});

/** Changes of records, as entries of the audit trail say them. A record is read by its id, as it is then. */
const Changes = z.object({
  changes: z
    .array(
      z.object({
        id: id.describe('Of the record.'),
        action: z.string().describe('Of the audit trail, such as dividend.paid.'),
        changed_at: instant,
        entry_id: id.describe('Of the entry of the audit trail. A change that comes twice has the same.'),
        request_id: z.string().describe('Of the request, or the run of a job, that made the change.'),
        actor_id: z.string().nullable().describe('Null where the platform itself made it.'),
      }),
    )
    .min(1)
    .max(CHANGES_PER_EVENT)
    .describe('In the order of their entries.'),
});

const Transactions = z.object({ transactions: z.array(TransactionState).min(1) });

/** The payload of each event, beside its envelope. */
const eventPayloads = {
  'shareholder.changed': Changes,
  'corporate-action.changed': Changes,
  'dividend.changed': Changes,
  'meeting.changed': Changes,
  'plan.changed': Changes,
  'shares.transferred': z.object({
    transfer_id: id,
    from_shareholder_id: id,
    to_shareholder_id: id,
    quantity,
    security_class: z.string(),
    effective_date: day,
    reverses: id.optional().describe('The transfer that this one takes back.'),
  }),
  'upload.completed': z.object({
    upload_id: id,
    kind: z.string(),
    rows: count,
    accepted: count,
    rejected: count,
    ignored: count,
    dry_run: z.boolean(),
    duplicate_of: id.nullish(),
  }),
  'upload.failed': z.object({ upload_id: id, kind: z.string(), code: z.string().optional() }),
  'change.requested': ChangeRequestState,
  'change.decided': ChangeRequestState,
  'security.reported': z.object({
    first_at: instant.describe('Of the earliest entry that is counted.'),
    last_at: instant.describe('Of the latest entry that is counted.'),
    total: count,
    omitted: count.describe('Entries that are counted, and not among `entries`.'),
    counts: z.array(z.object({ action: z.string(), kind: z.string(), entries: count })).min(1),
    entries: z.array(SecurityEntry).min(1).max(ENTRIES_PER_REPORT),
  }),
  'bank-account.corrected': z.object({
    correction_id: id,
    bank_account_id: id,
    transaction_id: id.nullable().describe('The payment to which the bank has answered; null for a prenote.'),
    code: z.string().describe('Nacha’s change code, such as C01.'),
    meaning: z.string().nullable(),
    applied: z
      .boolean()
      .describe('False where nothing of the account is corrected, or by data that can’t be used.'),
    before: Corrected,
    after: Corrected,
  }),
  'transaction.created': Transactions,
  'transaction.sent': Transactions,
  'transaction.settled': Transactions,
  'transaction.failed': Transactions,
  'transaction.cancelled': Transactions,
  'transaction.returned': Transactions,
} as const satisfies Record<EventType, z.ZodObject>;

export type EventPayload<T extends EventType> = Readonly<z.infer<(typeof eventPayloads)[T]>>;

/** The `detail` of an event on the bus. */
export function detailSchema(type: EventType): z.ZodObject {
  return z
    .object({
      id: id.describe('Of the event: one that comes twice has the same.'),
      tenant_id: id,
      request_id: z.string().describe('Of the request that it follows from.'),
      schema_version: z.literal(EVENT_VERSIONS[type]),
      traceparent: z.string().optional().describe('W3C Trace Context of what it follows from.'),
    })
    .extend(eventPayloads[type].shape);
}

/** An event as EventBridge hands it to a queue, as far as consumers look. */
export const BusMessage = z.object({
  'detail-type': z.enum(EVENT_TYPES),
  time: z.iso.datetime({ offset: true }),
  detail: z.looseObject({ id, tenant_id: id, request_id: z.string(), schema_version: z.number() }),
});
export type BusMessage = z.infer<typeof BusMessage>;
