import type { Statement } from './pipeline.ts';

/** A request of a caller, as the log of their tenant has it. */
export interface LoggedRequest {
  /** A UUID version 7 of its instant. */
  readonly id: string;
  readonly atMs: number;
  readonly tenantId: string;
  readonly actorId: string;
  readonly actorRole: string;
  /** Whether an API key calls, and no person. */
  readonly isKey: boolean;
  readonly method: string;
  /** The path of the route in the contract, with its parameters in braces. */
  readonly route: string;
  readonly operation: string;
  readonly requestId: string;
  readonly sourceIp: string | null;
}

/** The answer of a request: the one that its route promises, until another one is known. */
export interface LoggedAnswer {
  readonly status: number;
  readonly problem: string | null;
  readonly durationMs: number | null;
}

const LOG = 'select log_request($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::smallint, $13, $14)';

/** Writes a request's row; with the same id, its answer alone. It wants a transaction of its own, whose tenant it sets. */
export function logStatement(request: LoggedRequest, answer: LoggedAnswer): Statement {
  return {
    text: LOG,
    values: [
      request.tenantId,
      request.id,
      new Date(request.atMs).toISOString(),
      request.actorId,
      request.actorRole,
      request.isKey,
      request.method,
      request.route,
      request.operation,
      request.requestId,
      request.sourceIp,
      answer.status,
      answer.problem,
      answer.durationMs,
    ],
  };
}

/** The rows that may wait, so that a day without the database is no reason to run out of memory. */
const MAX_LATE = 100;
/** Other requests of this environment carry rows along no later than so long after the first of them, if there are any. */
const MAX_WAIT_MS = 1_000;

/** Rows by their ids: another answer of a request that waits takes the place of its row. */
const late = new Map<string, Statement>();
let lateSinceMs = 0;

/** Leaves a row to a later request of this environment, which carries it along. */
export function logLater(
  { id }: Pick<LoggedRequest, 'id'>,
  row: Statement,
  nowMs: number = Date.now(),
): void {
  if (late.size === 0) lateSinceMs = nowMs;
  if (late.size < MAX_LATE) late.set(id, row);
}

/** Takes back the row of a request that is about to be written otherwise. */
export function forgetLate({ id }: Pick<LoggedRequest, 'id'>): void {
  late.delete(id);
}

/** Tells whether no further row should wait. */
export function isLateDue(nowMs: number = Date.now()): boolean {
  return late.size >= MAX_LATE || (late.size > 0 && nowMs - lateSinceMs >= MAX_WAIT_MS);
}

/** Hands over the rows that wait, to whoever is about to write them. */
export function takeLate(): ReadonlyMap<string, Statement> {
  const rows = new Map(late);
  late.clear();
  return rows;
}
