/**
 * The `detail-type` of every event that Vestry puts on its bus, with the version of its schema. Adding a field keeps
 * the version; a change that would break a consumer takes a new one.
 */
export const EVENT_VERSIONS = {
  'shareholder.changed': 1,
  'shares.transferred': 1,
  'corporate-action.changed': 1,
  'dividend.changed': 1,
  'meeting.changed': 1,
  'plan.changed': 1,
  'upload.completed': 1,
  'upload.failed': 1,
  'change.requested': 1,
  'change.decided': 1,
  'security.reported': 1,
  'bank-account.corrected': 1,
  'transaction.created': 1,
  'transaction.sent': 1,
  'transaction.settled': 1,
  'transaction.failed': 1,
  'transaction.cancelled': 1,
  'transaction.returned': 1,
} as const;

export type EventType = keyof typeof EVENT_VERSIONS;

export const EVENT_TYPES = Object.keys(EVENT_VERSIONS) as readonly EventType[];

/** A delivery that a webhook gets when somebody asks for it. It is no event: nobody subscribes to it, and it isn't on the bus. */
export const TEST_DELIVERY = 'webhook.test';

/** The events that carry the state of transactions. */
export const TRANSACTION_EVENTS = [
  'transaction.created',
  'transaction.sent',
  'transaction.settled',
  'transaction.failed',
  'transaction.cancelled',
  'transaction.returned',
] as const satisfies readonly EventType[];

/** Transactions in one event: the bus takes 256 KB, which is three times as much as they are. */
export const TRANSACTIONS_PER_EVENT = 200;

/** Entries in one report of security events, which stays within the 256 KB of the bus and of a message. */
export const ENTRIES_PER_REPORT = 100;

export type TransactionEvent = (typeof TRANSACTION_EVENTS)[number];

/** The `source` of every event. */
export const EVENT_SOURCE = 'vestry';

/**
 * The range of transactions that a bulk writer leaves in the outbox in place of events. Spelling out a million of
 * them would cost half as much as writing them, in the one transaction that others wait for.
 */
export interface CreatedRange {
  readonly dividend_id: string;
  readonly first_shareholder_id: string;
  readonly last_shareholder_id: string;
}

/** A command that the outbox carries out after the commit, in place of publishing an event. */
export type Command =
  /** Starts an execution. Its name makes it one, however often the command is carried out. */
  | {
      readonly type: 'execution.start';
      readonly machine: string;
      readonly name: string;
      readonly input: Record<string, unknown>;
    }
  /** Puts a message on one of our queues. */
  | { readonly type: 'message.send'; readonly queue: string; readonly message: Record<string, unknown> }
  /** Publishes transactions that were created in bulk. */
  | ({ readonly type: 'transactions.publish' } & CreatedRange);
