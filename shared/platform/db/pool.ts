import pg from 'pg';
import * as environment from '#platform/environment.ts';
import { keepStatements } from './pipeline.ts';
import { APP_ROLE, SYSTEM_ROLE } from './roles.ts';

// int8 is money or a count, numeric a quantity, date a calendar day: none of them survives a float or a time zone.
const INT8 = 20;
const DATE = 1082;
pg.types.setTypeParser(INT8, BigInt);
pg.types.setTypeParser(DATE, String);

/** One request at a time runs in an environment; the second connection is for progress beside a long load. */
let maxConnections = 3;
const CONNECT_TIMEOUT_MS = 5_000;
/** The database ends what runs too long; here ends what a database that has vanished will never answer. */
let answerTimeoutMs = 25_000;

const pools = new Map<string, pg.Pool>();

function createPool(user: string): pg.Pool {
  const { host, port, database, password, tls, direct } = environment.database();
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    password: password ?? (() => iamToken(host, port, user)),
    ssl: tls ? { rejectUnauthorized: true } : false,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
    // A frozen environment can't keep a connection alive; a dead one is found on the next use.
    idleTimeoutMillis: 0,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // A lost connection emits an error while it is idle or between two statements of its borrower. Without a listener
  // that would end the process; the borrower's next statement fails anyway.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    // Nobody shares the session, so nothing is lost by pinning it.
    if (direct) keepStatements(client);
  });
  return pool;
}

async function iamToken(hostname: string, port: number, username: string): Promise<string> {
  const { Signer } = await import('@aws-sdk/rds-signer');
  return new Signer({ hostname, port, username, region: environment.region() }).getAuthToken();
}

function pool(user: string): pg.Pool {
  let found = pools.get(user);
  if (found === undefined) {
    found = createPool(user);
    pools.set(user, found);
  }
  return found;
}

export const appPool = (): pg.Pool => pool(APP_ROLE);
export const systemPool = (): pg.Pool => pool(SYSTEM_ROLE);

/** Waits for so long for the answer to a statement. It must be called before the first connection. */
export function waitForAnswers(timeoutMs: number): void {
  answerTimeoutMs = timeoutMs;
}

/** Lets one process stand for several environments, in tests and benchmarks. It must be called before the first connection. */
export function standForEnvironments(count: number): void {
  maxConnections = count;
}

/** Ends every connection; for tools and tests that outlive their work. */
export async function closePools(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((p) => p.end()));
}
