import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { LIMIT_WINDOW_SECONDS, type RequestClass } from '#contracts/request-classes.ts';
import type { DomainError } from '#kernel/domain-error.ts';
import { KnownQuotas, type Left } from './known-quotas.ts';
import { pipeline, type Statement } from './pipeline.ts';
import { isLateDue, logLater, takeLate } from './request-log.ts';

/** The requests of a class that somebody may send in a window. */
export interface Quota {
  readonly of: 'user' | 'tenant' | 'source';
  /** The id of the user or the tenant; for a source, a hash in the shape of one. */
  readonly key: string;
  readonly requests: number;
}

/** A request that is counted and logged once, ahead of the first statement that it sends. */
export interface CountedRequest {
  readonly requestClass: RequestClass;
  readonly quotas: readonly Quota[];
  /** Its row of its tenant's log; absent where nobody calls. */
  readonly log?: { readonly id: string; readonly isRead: boolean; statement(): Statement };
  /** Tells that it was counted, or that the statement which counts it is on its way. */
  counted: boolean;
  /** The requests that are left, as far as is known. */
  left?: Left;
}

const requests = new AsyncLocalStorage<CountedRequest>();
const known = new KnownQuotas();

/** Runs a request that is counted along with whatever it sends to the database first. */
export function asCounted<T>(request: CountedRequest, run: () => T): T {
  return requests.run(request, run);
}

/**
 * Refuses the request that runs if its quota is known to be used up.
 * @throws DomainError `too-many-requests`
 */
export async function refuseUncounted(): Promise<void> {
  const request = requests.getStore();
  const left = request && known.findUsedUp(nameOf(request));
  if (request === undefined || left === undefined) return;
  request.left = left;
  throw await tooManyOf(request, left);
}

const BEGIN = { text: 'begin' } as const;
const COMMIT = { text: 'commit' } as const;
const TAKE = 'select take_request($1::uuid[], $2::integer[], $3, $4, $5) as taken';
/** The place of its result among those of the statements ahead. */
const TAKEN = 1;
/** The state by which `take_request` refuses. */
const QUOTA_REACHED = 'VS429';

/**
 * Sends statements behind those that count and log the request, unless that was done, or there is no request: in the same round trip and under the
 * same Sync, so that none of them runs for a request that isn't let in. Count and log are a transaction of their own, which is over before any
 * of them begins.
 * @returns the results of the statements
 * @throws DomainError `too-many-requests`
 */
export async function countedFirst(
  statements: readonly Statement[],
  send: (statements: readonly Statement[]) => Promise<pg.QueryResult[]>,
): Promise<pg.QueryResult[]> {
  const request = requests.getStore();
  if (request === undefined || request.counted) return send(statements);
  request.counted = true;
  const isAhead = wasCountedAhead(request);
  const rows = rowsOf(request, isAhead);
  const own = [...(isAhead ? [] : [countOf(request)]), ...rows.values()];
  const ahead = own.length === 0 ? [] : [BEGIN, ...own, COMMIT];
  const askedMs = Date.now();
  try {
    const results = await send([...ahead, ...statements]);
    if (!isAhead) noteCounts(request, results, askedMs);
    return results.slice(ahead.length);
  } catch (error) {
    rows.delete(request.log?.id ?? '');
    for (const [id, row] of rows) logLater({ id }, row);
    throw await reached(request, error, askedMs);
  }
}

/** Returns the rows to write now, by their ids. A read that was counted ahead sends nothing of its own to the database but its query: its row waits. */
function rowsOf({ log }: CountedRequest, isAhead: boolean): Map<string, Statement> {
  if (log?.isRead && isAhead && !isLateDue()) {
    logLater(log, log.statement());
    return new Map();
  }
  if (log === undefined && isAhead) return new Map();
  const rows = new Map(takeLate());
  if (log !== undefined) rows.set(log.id, log.statement());
  return rows;
}

/** Sends statements on a connection as {@link countedFirst} does. */
export function countedPipeline(
  client: pg.ClientBase,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  return countedFirst(statements, (all) => pipeline(client, all));
}

/** Tells whether the request was counted along with an earlier one, and lets it in. */
function wasCountedAhead(request: CountedRequest): boolean {
  const left = known.takeAhead(nameOf(request));
  if (left === undefined) return false;
  request.left = left;
  return true;
}

function countOf(request: CountedRequest): Statement {
  const { quotas, requestClass } = request;
  const keys = quotas.map(({ key }) => key);
  const limits = quotas.map((quota) => quota.requests);
  const wanted = known.wanted(nameOf(request), limits);
  return { text: TAKE, values: [keys, limits, requestClass, LIMIT_WINDOW_SECONDS, wanted] };
}

function noteCounts(request: CountedRequest, results: readonly pg.QueryResult[], askedMs: number): void {
  const [row] = (results[TAKEN]?.rows ?? []) as { taken: number[] }[];
  const [counted = 1, ...counts] = row?.taken ?? [];
  const resetMs = counts.pop() ?? 0;
  const remaining = request.quotas.map((quota, index) => quota.requests - Number(counts[index]));
  request.left = known.note(nameOf(request), counted, { remaining, resetMs }, askedMs);
}

/** Translates the error of a request that isn't let in; any other passes through. */
async function reached(request: CountedRequest, error: unknown, askedMs: number): Promise<unknown> {
  const { code, detail = '' } = error as { code?: string; detail?: string };
  if (code !== QUOTA_REACHED) return error;
  const [number, resetMs = 0] = detail.split(' ').map(Number);
  const remaining = request.quotas.map((_, index) => (index + 1 === number ? 0 : undefined));
  request.left = known.note(nameOf(request), 1, { remaining, resetMs }, askedMs);
  return tooManyOf(request, request.left, error);
}

async function tooManyOf(request: CountedRequest, left: Left, cause?: unknown): Promise<DomainError> {
  const { tooMany } = await import('./too-many.ts');
  return tooMany(request, left, cause);
}

/** Other quotas of the same user are another name, so that a change of the configuration takes effect. */
function nameOf({ requestClass, quotas }: CountedRequest): string {
  return [requestClass, ...quotas.flatMap(({ key, requests }) => [key, requests])].join(' ');
}
