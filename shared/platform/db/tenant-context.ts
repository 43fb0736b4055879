import type pg from 'pg';
import { plainAddress } from '#kernel/source-network.ts';
import * as environment from '#platform/environment.ts';
import { originOfRequest } from './origin.ts';
import { pipeline, type Statement } from './pipeline.ts';
import { waitForAnswers } from './pool.ts';

/** Sets something until the transaction ends, to a parameter of the statement. */
const setting = (name: string, place: number): string => `set_config('${name}', $${place}, true)`;

const SET_TENANT = setting('app.tenant_id', 1);
/** Sets `current_actor()`, the default of columns `created_by`; null: nobody. */
const setActor = (place: number): string => setting('app.actor', place);
/** Lets the database see the clock of a local platform, or a sandbox’s tenant, that was moved ahead; elsewhere there is no other than the machine's. */
const setClock = (): string => {
  const aheadMs = Math.trunc(environment.clockAheadMs());
  return aheadMs === 0 && !environment.hasTenantClocks()
    ? ''
    : `, enter_tenant_clock('${aheadMs} milliseconds')`;
};
const SET_LIMITS = (first: number): string =>
  `${setting('statement_timeout', first)}, ${setting('lock_timeout', first + 1)}`;

/** The time that the database grants by itself, see prepare-database.ts. */
const DEFAULT_SECONDS = 30;
/** A job waits longer for another one than a request may: its message would only come back. */
const LOCK_SECONDS_OF_JOBS = 60;

let limits: readonly [statement: string, lock: string] | undefined;

/**
 * Lets statements run for as long as the function does that sends them. The database grants a request's time by itself; a job
 * with more says so once, and each of its transactions tells the database.
 */
export function letStatementsRunFor(seconds: number): void {
  if (seconds <= DEFAULT_SECONDS) return;
  limits = [`${seconds}s`, `${LOCK_SECONDS_OF_JOBS}s`];
  waitForAnswers(seconds * 1_000);
}

/**
 * Sets the tenant whose rows can be seen until the transaction ends. No other code sets it.
 * @param makesFor see {@link Entrant}
 */
export function setTenant(tenantId: string, makesFor: string | null = null): Statement {
  const text = `select ${SET_TENANT}, ${setActor(2)}${limits === undefined ? '' : `, ${SET_LIMITS(3)}`}${setClock()}`;
  return { text, values: [tenantId, makesFor, ...(limits ?? [])] };
}

/** Whoever begins work for a tenant. */
export interface Entrant {
  /** The tenant whose rows can be seen. */
  readonly tenantId: string;
  /** A user's id; null for the platform itself. */
  readonly actorId: string | null;
  readonly actorRole: string;
  /** The tenant that the user belongs to. @default tenantId */
  readonly actorTenantId?: string;
  /** The session of the token that the request came with, and what the token says of its user. Absent where no token acts. */
  readonly sessionId?: string;
  readonly employeeId?: string | undefined;
  /** Set where an operator acts for a tenant, which must be suspended. */
  readonly acts?: object;
  /** The person or key for whom work without a caller makes rows. @default actorId, as `enter_tenant` sets it */
  readonly makesFor?: string | null;
  /** The request changes something: a suspended tenant's goes no further than its first statement. */
  readonly writes?: true;
}

const ENTER = 'enter_tenant($1, $2, $3, $4, $5, $6, $7)';
/** A setting that is off until the transaction ends. */
export type SettingOff =
  /**
   * The planner reads all of a table whose statistics call it small. A serializable transaction has then read every
   * row, and conflicts with any writer; by an index it reads only what it asked for.
   */
  | 'enable_seqscan'
  /** The commit is visible at once, and durable once whoever opened the transaction has flushed the log, see lock-first.ts. */
  | 'synchronous_commit';

/**
 * Sets the tenant as {@link setTenant} does, and refuses a caller whose session has ended, whose role or employee isn't the
 * token's any more, or who comes from outside their tenant's networks: the statements behind it don't run.
 */
export function enterTenant(
  {
    tenantId,
    actorId,
    actorRole,
    actorTenantId = tenantId,
    sessionId,
    employeeId,
    makesFor,
    writes,
    acts,
  }: Entrant,
  options: { readonly refuseSuspended?: boolean; readonly off?: readonly SettingOff[] } = {},
): Statement {
  const { refuseSuspended = writes ?? false, off = [] } = options;
  if (actorId === null && !refuseSuspended && off.length === 0) return setTenant(tenantId, makesFor);
  const caller = [actorTenantId, actorId, sessionId ?? null, actorRole, employeeId ?? null];
  const origin = originOfRequest();
  const address = origin === undefined ? [] : [plainAddress(origin.sourceIp)];
  // The last parameter of a person's work is the address that they come from; of a job's, for whom it makes rows.
  const [last, use] = actorId === null ? [[makesFor], setActor(8)] : [address, 'require_network($3, $4, $8)'];
  const parts = [
    ENTER,
    ...last.map(() => use),
    ...(acts === undefined ? [] : ['require_suspended($1)']),
    ...(limits === undefined ? [] : [SET_LIMITS(8 + last.length)]),
    ...off.map((name) => `set_config('${name}', 'off', true)`),
  ];
  return {
    text: `select ${parts.join(', ')}${setClock()}`,
    values: [tenantId, refuseSuspended, ...caller, ...last, ...(limits ?? [])],
  };
}

/** Returns the statement that lets a job's transaction without a tenant run longer; none where the default is enough. */
export function setLimits(): readonly Statement[] {
  return limits === undefined ? [] : [{ text: `select ${SET_LIMITS(1)}`, values: limits }];
}

/** Returns the command that lets what a session runs outside of transactions run longer. It pins the session. */
export function limitsOfSession(): string {
  return limits === undefined ? '' : `set statement_timeout = '${limits[0]}'`;
}

const BEGIN = { text: 'begin' } as const;
const COMMIT = { text: 'commit' } as const;
const BEFORE = 2;

/**
 * Runs statements in a transaction of their own, in one round trip, behind the one that sets the tenant. The transaction is begun, since
 * what is set outside of one pins a session to its connection behind RDS Proxy. After an error it waits for its rollback.
 */
export async function statementsOf(
  client: pg.ClientBase,
  enter: Statement,
  statements: readonly Statement[],
  send: (client: pg.ClientBase, statements: readonly Statement[]) => Promise<pg.QueryResult[]> = pipeline,
): Promise<pg.QueryResult[]> {
  const results = await send(client, [BEGIN, enter, ...statements, COMMIT]);
  return results.slice(BEFORE, BEFORE + statements.length);
}
