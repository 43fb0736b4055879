import type pg from 'pg';
import { lastOf, type Queries, queriesBy } from './kysely.ts';
import { pipeline, type Statement } from './pipeline.ts';

/** A transaction that its first query opens. */
export interface Opened {
  readonly db: Queries;
  /** Opens the transaction if no query has. Rejects unless it was opened. */
  confirm(): Promise<void>;
}

/**
 * Opens a transaction along with its first query, in one round trip.
 * @param open sends the statements that open the transaction and those of the first query, and answers the results of all
 */
export function openedByFirst(
  client: pg.ClientBase,
  open: (first: readonly Statement[]) => Promise<pg.QueryResult[]>,
): Opened {
  let opening: Promise<pg.QueryResult[]> | undefined;
  const confirm = async () => {
    opening ??= open([]);
    await opening;
  };
  const db = queriesBy(async (statement) => {
    if (opening !== undefined) {
      await confirm();
      return lastOf(await pipeline(client, [statement]));
    }
    opening = open([statement]);
    await confirm();
    return lastOf(await opening);
  });
  return { db, confirm };
}
