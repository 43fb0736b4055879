import type pg from 'pg';
import { LOCKS } from '#kernel/locks.ts';
import { keepStatements, pipeline, pipelines, type Statement } from './pipeline.ts';
import { countedFirst } from './request-count.ts';

/**
 * Session locks that are taken before a transaction begins (docs/adr/0010). A row lock inside a serializable
 * transaction comes after its snapshot, so a transaction that waited for it fails on the holder's changes.
 */

const KEY = `hashtextextended($1, ${LOCKS.named})`;
/**
 * Waits as long as `lock_timeout` allows, see prepare-database.ts: a transaction that hangs must not make the others wait for
 * longer than a client does. After that they are told to try again.
 */
export function lockStatement(name: string): Statement {
  return { text: `select pg_advisory_lock(${KEY})`, values: [name] };
}

/** Gives the lock to the next; then a durable commit of nothing makes every commit before it durable. */
const UNLOCK_AND_FLUSH = `select pg_advisory_unlock(${KEY}), pg_logical_emit_message(true, 'vestry', '')`;

/**
 * Commits a transaction that was opened to be durable later, gives the lock to the next, and only then waits for the disk: those who
 * follow one another share its time instead of adding it up. What the next reads is committed, and can't outlive it: the log is written in order.
 * @param statements the last is the commit
 */
export function commitLocked(
  client: pg.ClientBase,
  lockName: string,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  const unlock = { text: UNLOCK_AND_FLUSH, values: [lockName] };
  return pipeline(client, [...statements, unlock]);
}

/** Ends what an error left behind on a connection that took a lock first: its transaction and its session locks. */
export const ROLLBACK_AND_UNLOCK = 'rollback; select pg_advisory_unlock_all()';

/** Takes the lock and then opens a transaction, in one round trip. Answers the results of the statements, without the lock's. */
export async function openLocked(
  client: pg.ClientBase,
  lock: Statement,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  // The lock pins the connection in any case.
  keepStatements(client);
  let opened: pg.QueryResult[] | undefined;
  await countedFirst([lock], async (first) => {
    const [taken = [], results] = await pipelines(client, [first, statements]);
    opened = results;
    return taken;
  });
  return opened ?? [];
}
