/** One line of control of an execution: the execution itself, a branch of Parallel, or an item of Map. */
export interface Branch {
  /** 0 is the execution itself. */
  readonly id: number;
  /** The branch whose Parallel or Map state waits for this one. */
  readonly parent?: number;
  /** The part of Parallel that it runs; of Map always the first. */
  readonly part?: number;
  /** The position of its output in its parent's result. */
  readonly position?: number;
  /** The item of a Map, for `$$.Map.Item`. */
  readonly item?: { readonly Index: number; readonly Value: unknown };
  /** Name of the current state. */
  state: string;
  /** Raw input of the current state. */
  input: unknown;
  enteredMs: number;
  /** Retries so far of the current state, by retrier. */
  retries: number[];
  lastEventId: number;
  pending: Pending;
}

/** The event that a branch waits for. Instants are milliseconds since 1970 on the platform's clock. */
export type Pending =
  /** The branch is to be run by `drive`; this is never stored. */
  | { readonly kind: 'ready'; readonly isRetry: boolean }
  | { readonly kind: 'wait'; readonly dueMs: number }
  | { readonly kind: 'retry'; readonly dueMs: number }
  | TaskPending
  | { readonly kind: 'children'; readonly total: number }
  /** Its siblings. */
  | { readonly kind: 'ended'; readonly output: unknown };

export interface TaskPending {
  readonly kind: 'task';
  /** Names this attempt: what comes for another one is too late. */
  readonly attempt: string;
  readonly functionName: string;
  /** JSON text; kept so that running the task again after a kill gives the function the same. */
  readonly payload: string;
  readonly waitsForToken: boolean;
  /** The function has taken a task that waits for its token, and is not called again. */
  readonly isSubmitted: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly heartbeatMs: number | undefined;
}

/** When a branch goes on by itself. */
export function dueOf({ pending }: Branch): number | undefined {
  if (pending.kind === 'wait' || pending.kind === 'retry') return pending.dueMs;
  if (pending.kind !== 'task') return undefined;
  const { timeoutMs = Number.POSITIVE_INFINITY, heartbeatMs = Number.POSITIVE_INFINITY } = pending;
  const dueMs = Math.min(timeoutMs, heartbeatMs);
  return Number.isFinite(dueMs) ? dueMs : undefined;
}

/** The task with its time starting now. */
export function withDeadlines(task: TaskPending, nowMs: number): TaskPending {
  const after = (seconds: number | undefined) => (seconds === undefined ? undefined : nowMs + seconds * 1000);
  return { ...task, timeoutMs: after(task.timeoutSeconds), heartbeatMs: after(task.heartbeatSeconds) };
}
