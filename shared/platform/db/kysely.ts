import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import type { DB } from '#generated/database.ts';
import { pipeline, type Statement } from './pipeline.ts';

export type Database = DB;

/** Sends one statement on the connection that its owner has chosen. */
export type Send = (statement: Statement) => Promise<pg.QueryResult>;

class PipelineConnection implements DatabaseConnection {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#send({ text: query.sql, values: query.parameters });
    return {
      rows: result.rows as R[],
      ...(result.rowCount === null ? {} : { numAffectedRows: BigInt(result.rowCount) }),
    };
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for a generator; streaming goes through cursors elsewhere
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('this connection does not stream');
  }
}

const refuseTransaction = async (): Promise<void> => {
  throw new Error('transactions are opened by tenantTx and systemTx');
};

/** A Kysely whose every query runs on `client`, after `before` in the same implicit or explicit transaction. */
export function kyselyOn(client: pg.ClientBase, before: readonly Statement[] = []): Kysely<Database> {
  return kyselyBy(async (statement) => lastOf(await pipeline(client, [...before, statement])));
}

/** The result of the last statement of a pipeline. */
export function lastOf(results: readonly pg.QueryResult[]): pg.QueryResult {
  const last = results.at(-1);
  if (last === undefined) throw new Error('a pipeline answered fewer results than statements');
  return last;
}

/** A Kysely whose every query is sent by `send`. */
export function kyselyBy(send: Send): Kysely<Database> {
  const connection = new PipelineConnection(send);
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: refuseTransaction,
    commitTransaction: refuseTransaction,
    rollbackTransaction: refuseTransaction,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
