import {
  CompiledQuery,
  createFunctionModule,
  type DatabaseConnection,
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  QueryCreator,
  type QueryExecutor,
  type QueryExecutorProvider,
  type QueryResult,
  type RawBuilder,
  sql,
} from 'kysely';
import type pg from 'pg';
import type { DB } from '#generated/database.ts';
import type { Statement } from './pipeline.ts';

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

/**
 * Kysely's queries without its schema builder, its migrations and its own transactions: those would make a third of every
 * function's bundle, and transactions are opened by `tenantTx` and `systemTx`.
 */
export class Queries extends QueryCreator<Database> implements QueryExecutorProvider {
  readonly #executor: QueryExecutor;

  constructor(executor: QueryExecutor) {
    super({ executor });
    this.#executor = executor;
  }

  get fn() {
    return createFunctionModule<Database, keyof Database>();
  }

  getExecutor(): QueryExecutor {
    return this.#executor;
  }
}

/** Executes a statement that is text already. */
export async function execute(db: Queries, { text, values = [] }: Statement): Promise<void> {
  await db.getExecutor().executeQuery(CompiledQuery.raw(text, [...values]));
}

/** The result of the last statement of a pipeline. */
export function lastOf(results: readonly pg.QueryResult[]): pg.QueryResult {
  const last = results.at(-1);
  if (last === undefined) throw new Error('a pipeline answered fewer results than statements');
  return last;
}

/** Queries that are sent by `send`. */
export function queriesBy(send: Send): Queries {
  const connection = new PipelineConnection(send);
  return new Queries(
    new DefaultQueryExecutor(new PostgresQueryCompiler(), new PostgresAdapter(), {
      provideConnection: (consumer) => consumer(connection),
    }),
  );
}

/** Lists words of ours as literals: of parameters the planner can't tell that an index over just these words has the rows. */
export function literals(words: readonly string[]): RawBuilder<string> {
  return sql.join(words.map((word) => sql.lit(word)));
}
