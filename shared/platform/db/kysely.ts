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

/** Runs one statement on a connection that its owner has chosen; `before` rides in the same round trip. */
class PipelineConnection implements DatabaseConnection {
  readonly #client: pg.ClientBase;
  readonly #before: readonly Statement[];

  constructor(client: pg.ClientBase, before: readonly Statement[]) {
    this.#client = client;
    this.#before = before;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const results = await pipeline(this.#client, [
      ...this.#before,
      { text: query.sql, values: query.parameters },
    ]);
    const result = results[this.#before.length];
    if (result === undefined) throw new Error('a pipeline answered fewer results than statements');
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
  const connection = new PipelineConnection(client, before);
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
