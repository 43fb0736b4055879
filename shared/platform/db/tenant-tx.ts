import type pg from 'pg';
import type { AuditAction } from '#contracts/audit-actions.ts';
import type { EventPayload } from '#contracts/event-schemas.ts';
import type { Command, EventType } from '#contracts/event-types.ts';
import type { ProblemSlug } from '#contracts/problems.ts';
import { type TenantId, uuidV7 } from '#kernel/ids.ts';
import type { Errand } from '#kernel/read-tenant.ts';
import type { Role } from '#kernel/roles.ts';
import { maskPayload } from '#platform/observability/mask.ts';
import { traceHeaders } from '#platform/observability/trace.ts';
import { asTransaction } from '#platform/outside-call.ts';
import { isSerializationFailure, isStalePlan, isUnavailable, translateDatabaseError } from './errors.ts';
import { lastOf, type Queries, queriesBy, type Send } from './kysely.ts';
import { commitLocked, lockStatement, openLocked, ROLLBACK_AND_UNLOCK } from './lock-first.ts';
import { NoEffect } from './no-effect.ts';
import { type Opened, openedByFirst } from './opened-by-first.ts';
import { originOfRequest } from './origin.ts';
import { pipeline, type Statement } from './pipeline.ts';
import { appPool } from './pool.ts';
import { countedFirst, countedPipeline } from './request-count.ts';
import { noteStanding } from './standing.ts';
import { enterTenant, setTenant, statementsOf } from './tenant-context.ts';
import type { TenantSession } from './tenant-session.ts';

declare const readBrand: unique symbol;
declare const writeBrand: unique symbol;
declare const serializableBrand: unique symbol;

/** Reads of one tenant: each query is one round trip and its own snapshot. */
export type TenantRead = Pick<Queries, 'selectFrom' | 'selectNoFrom' | 'with' | 'fn' | 'getExecutor'> & {
  readonly [readBrand]: true;
};
/** An open transaction of one tenant. Only {@link tenantTx} makes one. */
export type TenantTx = Queries & { readonly [readBrand]: true; readonly [writeBrand]: true };
export type SerializableTx = TenantTx & { readonly [serializableBrand]: true };

/** The user who acts, the tenant whose data is changed, and the request that it answers. */
export interface Actor {
  readonly tenantId: TenantId;
  /** A user's id; null for the platform itself (workers, schedules). */
  readonly actorId: string | null;
  readonly actorRole: Role | 'SYSTEM' | 'ANONYMOUS';
  /** The tenant the acting user belongs to, when it isn't `tenantId` (operators). */
  readonly actorTenantId?: TenantId;
  /**
   * The person or key whose file or approved request work of the platform carries out: the rows that it makes are theirs (`created_by`).
   * @default actorId
   */
  readonly makesFor?: string | null;
  /** The session of the access token, whose user must still be who it says. Absent where no token acts. */
  readonly sessionId?: string;
  readonly employeeId?: string | undefined;
  /** The bounds of the API key that acts; absent where a person does. */
  readonly key?: object | undefined;
  /** The reason of an operator who acts for a suspended tenant: what they do is an entry of the platform's trail too. */
  readonly acts?: Errand;
  /** Refuses a suspended tenant already where the request only reads. */
  readonly writes?: true;
  /** Operators reactivate what they suspended. */
  readonly allowSuspended?: true;
  readonly requestId: string;
}

export interface AuditEntry {
  readonly action: AuditAction;
  /** `shareholders/<id>`; never a name or another personal datum. */
  readonly resource: string;
  /** Masked before it is written. */
  readonly payload: unknown;
  /** The problem by which the request was refused; absent when it was done. */
  readonly problem?: ProblemSlug;
}

/** The entries of a transaction that has done the same to many rows, see audit-each.ts: one for each, as it would have by itself. */
export interface AuditEach {
  /** The statement that writes them, and the first of its values. */
  readonly text: string;
  readonly rows: string;
}

export interface OutboxEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly type: EventType | Command['type'];
  readonly payload: Record<string, unknown>;
  readonly requestId: string;
}

export interface TenantTxOptions<T> {
  /** The one audit entry of this transaction, made from what the work returned; or those of a set, see audit-each.ts. */
  readonly audit: (result: T) => AuditEntry | AuditEach;
  readonly isolation?: 'read committed' | 'serializable';
  /**
   * Names what transactions of many clients contend for. A session lock on it is taken before the transaction begins, and so
   * before its snapshot: a row lock inside comes too late for a serializable transaction, which fails on what has changed since.
   */
  readonly lockFirst?: string | undefined;
  /** A further statement of the last round trip. If it fails, nothing is committed. */
  readonly complete?: (result: T) => Statement | undefined;
  /** Milliseconds left for retries of serialization failures. @default 5000 */
  readonly retryForMs?: number;
  /** The session to run in, to see what it has staged. @default any connection */
  readonly session?: TenantSession;
}

export interface Committed<T> {
  readonly result: T;
  readonly events: readonly OutboxEvent[];
}

const eventsOf = new WeakMap<object, OutboxEvent[]>();
const actorOf = new WeakMap<object, Actor>();

/** Writes an event to the outbox of the transaction; it is published after the commit, at least once. */
export function emit<T extends EventType>(tx: TenantTx, type: T, payload: EventPayload<T>): void {
  addToOutbox(tx, type, payload);
}

type ItemOf<
  T extends EventType,
  L extends keyof EventPayload<T>,
> = EventPayload<T>[L] extends readonly (infer Item)[] ? Item : never;

/** Emits an event with a long `list`, and what its items share once in `each`; `put-events.ts` spells it out for the bus. */
export function emitAlike<
  T extends EventType,
  L extends keyof EventPayload<T> & string,
  K extends keyof ItemOf<T, L>,
>(
  tx: TenantTx,
  type: T,
  list: L,
  each: Pick<ItemOf<T, L>, K>,
  items: readonly Omit<ItemOf<T, L>, K>[],
): void {
  addToOutbox(tx, type, { each: { [list]: each }, [list]: items });
}

/** Writes what is to be done after the commit to the outbox of the transaction: done at least once, and never without it. */
export function command(tx: TenantTx, { type, ...payload }: Command): void {
  addToOutbox(tx, type, payload);
}

function addToOutbox(tx: TenantTx, type: OutboxEvent['type'], payload: Record<string, unknown>): void {
  const actor = actorOf.get(tx);
  const events = eventsOf.get(tx);
  if (actor === undefined || events === undefined)
    throw new Error('the outbox needs an open tenant transaction');
  // The trace is stored too, so that events which a crash leaves to the sweeper are still part of it.
  const traced = { ...payload, ...traceHeaders() };
  events.push({ id: uuidV7(), tenantId: actor.tenantId, type, payload: traced, requestId: actor.requestId });
}

const BEGIN = {
  'read committed': { text: 'begin isolation level read committed' },
  serializable: { text: 'begin isolation level serializable' },
} as const;

const COMMIT = { text: 'commit' } as const;

const AUDIT_COLUMNS =
  'actor_id, actor_role, action, resource, request_id, payload, source_ip, user_agent, problem';
const AUDIT_VALUES = '$1, $2, $3, $4, $5, $6, $7, $8, $9';
const INSERT_AUDIT = `insert into audit_log (${AUDIT_COLUMNS}) values (${AUDIT_VALUES})`;

/** Begins a statement that leaves thousands of events, each selected with these columns. */
export const INSERT_EVENTS = 'insert into outbox (type, payload, request_id)';

const INSERT_OUTBOX = `insert into outbox (id, type, payload, request_id)
  select id, type, payload, request_id from json_to_recordset($1) as e (id uuid, type text, payload json, request_id text)`;

const INSERT_AUDIT_ONCE = `insert into audit_log (${AUDIT_COLUMNS}, id) values (${AUDIT_VALUES}, $10) on conflict do nothing`;

/** A read of personal data in bulk, as its entry says it. */
export interface Disclosure {
  readonly resource: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The rows of a page: a query looks for one more. Absent: all that it finds. */
  readonly limit?: number | undefined;
}

/** Wraps what sends the statements of a read. */
export type Through = (send: Send) => Send;

/** The way in which a request that discloses reads. */
interface Disclosing {
  readonly send: Send;
  readonly actor: Actor;
  /** Absent where the list is only counted, which discloses nothing. */
  readonly disclosure: Disclosure | undefined;
}

const disclosingOf = new WeakMap<TenantRead, Disclosing>();

/** Returns how a read discloses, see disclosing.ts. */
export function disclosureOfRead(read: TenantRead): Disclosing | undefined {
  return disclosingOf.get(read);
}

/** The role of an API key is told from that of a person. */
function auditedRole({ actorRole, key }: Actor): string {
  return key === undefined ? actorRole : `KEY:${actorRole}`;
}

export function auditStatement(actor: Actor, entry: AuditEntry | AuditEach): Statement {
  const origin = originOfRequest();
  const [ip, agent] = [origin?.sourceIp ?? null, origin?.userAgent ?? null];
  if ('rows' in entry)
    return {
      text: entry.text,
      values: [entry.rows, actor.actorId, auditedRole(actor), actor.requestId, ip, agent],
    };
  return {
    text: INSERT_AUDIT,
    values: [
      actor.actorId,
      auditedRole(actor),
      entry.action,
      entry.resource,
      actor.requestId,
      JSON.stringify(maskPayload(entry.payload)),
      ip,
      agent,
      entry.problem ?? null,
    ],
  };
}

function outboxStatement(events: readonly OutboxEvent[]): Statement {
  const rows = events.map(({ id, type, payload, requestId }) => ({
    id,
    type,
    payload,
    request_id: requestId,
  }));
  return { text: INSERT_OUTBOX, values: [JSON.stringify(rows)] };
}

function open<T>(client: pg.ClientBase, actor: Actor, options: TenantTxOptions<T>): Opened {
  const { isolation = 'read committed', lockFirst } = options;
  const opening = [
    BEGIN[isolation],
    enterTenant(actor, {
      refuseSuspended: !actor.allowSuspended,
      off: [
        ...(isolation === 'serializable' ? (['enable_seqscan'] as const) : []),
        ...(lockFirst === undefined ? [] : (['synchronous_commit'] as const)),
      ],
    }),
  ];
  return openedByFirst(client, async (first) => {
    const statements = [...opening, ...first];
    const results = await (lockFirst === undefined
      ? countedPipeline(client, statements)
      : openLocked(client, lockStatement(lockFirst), statements));
    noteStanding(actor);
    return results;
  });
}

async function attempt<T, N>(
  client: pg.ClientBase,
  actor: Actor,
  work: (tx: TenantTx) => Promise<T | NoEffect<N>>,
  options: TenantTxOptions<T>,
): Promise<Committed<T | N>> {
  const { db, confirm } = open(client, actor, options);
  const tx = db as TenantTx;
  const events: OutboxEvent[] = [];
  eventsOf.set(tx, events);
  actorOf.set(tx, actor);
  const result = await asTransaction(() => work(tx));
  await confirm();
  if (result instanceof NoEffect) {
    await client.query(options.lockFirst === undefined ? 'rollback' : ROLLBACK_AND_UNLOCK);
    return { result: result.result, events: [] };
  }
  const statements = [
    ...completeAs(actor, options.complete?.(result)),
    ...entriesOf(actor, options.audit(result)),
    ...(events.length > 0 ? [outboxStatement(events)] : []),
    COMMIT,
  ];
  const { lockFirst } = options;
  const ending = await (lockFirst === undefined
    ? pipeline(client, statements)
    : commitLocked(client, lockFirst, statements));
  // Postgres answers the commit of a transaction in which a statement failed with ROLLBACK, and without an error.
  if (!ending.some(({ command }) => command === 'COMMIT'))
    throw new Error('the transaction was rolled back at commit');
  return { result, events };
}

/** Both trails have an entry of what an operator does for a tenant. The tenant's comes first, and has what was changed. */
function entriesOf(actor: Actor, entry: AuditEntry | AuditEach): readonly Statement[] {
  const own = auditStatement(actor, entry);
  const { acts, actorTenantId, tenantId } = actor;
  if (acts === undefined || actorTenantId === undefined) return [own];
  const what = 'rows' in entry ? {} : { did: entry.action, of: entry.resource };
  const copy: AuditEntry = {
    action: 'break-glass.acted',
    resource: `tenants/${tenantId}`,
    payload: { ...acts, ...what },
  };
  return [own, setTenant(actorTenantId), auditStatement(actor, copy), setTenant(tenantId)];
}

/**
 * The key of a request is its caller's, also where an operator acts on another tenant. Who acts for a suspended one by a token of that tenant has
 * claimed it there.
 */
function completeAs(
  { tenantId, actorTenantId = tenantId, acts }: Actor,
  complete: Statement | undefined,
): readonly Statement[] {
  if (complete === undefined) return [];
  if (actorTenantId === tenantId || acts !== undefined) return [complete];
  return [setTenant(actorTenantId), complete, setTenant(tenantId)];
}

const MAX_ATTEMPTS = 20;
const DEFAULT_RETRY_MS = 5_000;

/**
 * Runs `work` in one transaction of one tenant. The first query carries begin, tenant context and standing in its round trip; the
 * stored answer, the audit entry, the outbox and the commit are another. Serialization failures are retried with jitter until the
 * deadline. Work that returns `noEffect(…)` is rolled back, and that is no error.
 * @throws DomainError `unauthenticated`, `network-not-allowed`, `tenant-suspended`, `temporarily-unavailable`, and whatever `work` throws
 */
export async function tenantTx<T, N = never>(
  actor: Actor,
  work: (tx: TenantTx) => Promise<T | NoEffect<N>>,
  options: TenantTxOptions<T>,
): Promise<Committed<T | N>> {
  const deadlineMs = performance.now() + (options.retryForMs ?? DEFAULT_RETRY_MS);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await withNewPlans(() => withClient((client) => attempt(client, actor, work, options), options));
    } catch (error) {
      const waitMs = Math.random() * Math.min(200, 5 * 2 ** attempts);
      const mayRetry = attempts < MAX_ATTEMPTS && performance.now() + waitMs < deadlineMs;
      if (!isSerializationFailure(error) || !mayRetry) throw await translateDatabaseError(error);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/**
 * Runs the work once more when a migration has outdated a plan that its connection kept: the connection is gone by then, and what
 * the work did with it.
 */
async function withNewPlans<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isStalePlan(error)) throw error;
    return run();
  }
}

/** Tells whether an error leaves nothing that the next borrower of the connection could use. */
const isUnusable = (error: unknown): boolean => isUnavailable(error) || isStalePlan(error);

/** Borrows a connection of the application role; one that an error left in a transaction is rolled back or dropped. */
async function withClient<T>(
  run: (client: pg.PoolClient) => Promise<T>,
  { session, lockFirst }: Pick<TenantTxOptions<unknown>, 'session' | 'lockFirst'> = {},
): Promise<T> {
  const cleanUp = lockFirst === undefined ? 'rollback' : ROLLBACK_AND_UNLOCK;
  if (session !== undefined) return session.withClient(run, cleanUp);
  const client = await appPool().connect();
  let broken: Error | undefined;
  try {
    return await run(client);
  } catch (error) {
    if (isUnusable(error)) broken = error as Error;
    else await client.query(cleanUp).catch((rollbackError: Error) => (broken = rollbackError));
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Reads of one tenant: every query is a transaction of its own, which carries the tenant's context and the standing of its caller,
 * in one round trip. A lost connection is reported as `temporarily-unavailable`.
 * @param of the caller, or the tenant for work that no token asked for
 * @param disclosure of a caller whose list leaves an entry, see disclosing.ts
 * @param through changes what is sent, see count-list.ts
 * @throws DomainError `unauthenticated`, `temporarily-unavailable`, and whatever `work` throws
 */
export async function tenantRead<T>(
  of: TenantId | Actor,
  work: (read: TenantRead) => Promise<T>,
  disclosure?: Disclosure,
  through?: Through,
): Promise<T> {
  try {
    return await withNewPlans(() => readOnce(of, work, disclosure, through));
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

async function readOnce<T>(
  of: TenantId | Actor,
  work: (read: TenantRead) => Promise<T>,
  disclosure: Disclosure | undefined,
  through: Through | undefined,
): Promise<T> {
  const client = await appPool().connect();
  let broken: Error | undefined;
  try {
    const send: Send = async (statement) => {
      try {
        return lastOf(await statementsFor(client, of, [statement]));
      } catch (error) {
        if (!isUnusable(error))
          await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
        throw error;
      }
    };
    const sent = through === undefined ? send : through(send);
    const read = queriesBy(sent) as unknown as TenantRead;
    if ((disclosure !== undefined || through !== undefined) && typeof of !== 'string')
      disclosingOf.set(read, { send: sent, actor: of, disclosure });
    return await work(read);
  } catch (error) {
    if (isUnusable(error)) broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Writes an audit entry in a transaction of its own, for a refused request, which has none. */
export async function recordAudit(actor: Actor, entry: AuditEntry): Promise<void> {
  await tenantStatements(actor, [auditStatement(actor, entry)]);
}

/**
 * Writes the entry of a request that has no transaction under its tenant: one that was refused, whose caller may have no standing any
 * more, or one that has only read.
 * @param id of an entry that is written once, however often
 * @throws DomainError `temporarily-unavailable`
 */
export async function recordApart(
  { tenantId, ...actor }: Actor,
  entry: AuditEntry,
  id: string = uuidV7(),
): Promise<void> {
  const { values = [] } = auditStatement({ ...actor, tenantId }, entry);
  await tenantStatements(tenantId, [{ text: INSERT_AUDIT_ONCE, values: [...values, id] }]);
}

/**
 * Runs statements under one tenant's context in one transaction and one round trip.
 * @param of the caller, or the tenant for work that no token asked for
 * @throws DomainError `unauthenticated`, `temporarily-unavailable`
 */
export async function tenantStatements(
  of: string | Actor,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  try {
    return await withNewPlans(() => withClient((client) => statementsFor(client, of, statements)));
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

/**
 * Counts a request that has no caller before it does anything, in a round trip of its own.
 * @throws DomainError `too-many-requests`, `temporarily-unavailable`
 */
export async function countAlone(): Promise<void> {
  try {
    await countedFirst([], async (counting) =>
      counting.length === 0 ? [] : withClient((client) => pipeline(client, counting)),
    );
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

/** Writes a row of the log of requests in a transaction and a round trip of its own. */
export async function logAlone(row: Statement): Promise<void> {
  await withClient((client) => pipeline(client, [{ text: 'begin' }, row, COMMIT]));
}

async function statementsFor(
  client: pg.ClientBase,
  of: string | Actor,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  if (typeof of === 'string') return statementsOf(client, setTenant(of), statements);
  const results = await statementsOf(client, enterTenant(of), statements, countedPipeline);
  noteStanding(of);
  return results;
}
