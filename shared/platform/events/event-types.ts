/** The `detail-type` of every event that Vestry puts on its bus. */
export const EVENT_TYPES = [
  'shares.transferred',
  'upload.completed',
  'upload.failed',
  'transaction.created',
  'transaction.sent',
  'transaction.settled',
  'transaction.failed',
  'transaction.returned',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** The `source` of every event. */
export const EVENT_SOURCE = 'vestry';

/** What is done after a commit, by way of the same outbox, instead of being told on the bus. */
export type Command =
  /** Starts an execution. Its name makes it one, however often the command is carried out. */
  | {
      readonly type: 'execution.start';
      readonly machine: string;
      readonly name: string;
      readonly input: Record<string, unknown>;
    }
  /** Puts a message on a queue of ours. */
  | { readonly type: 'message.send'; readonly queue: string; readonly message: Record<string, unknown> };
