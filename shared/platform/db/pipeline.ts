import pg from 'pg';
import { databaseSpan } from '#platform/observability/database-span.ts';

/** One statement of a pipeline. Parameters are always bound, never written into the text. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

interface WireConnection {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: Record<string, never>): void;
  sync(): void;
}

type Callback = (error: Error | null, results: pg.QueryResult | pg.QueryResult[]) => void;

// pg's Query reads the messages of one statement after another and collects their results, as it does for a simple
// query of many statements. Only the messages that are sent differ, so only sending is overridden.
const Query = pg.Query as unknown as new (
  config: { text: string },
  values: undefined,
  callback: Callback,
) => { submit(connection: WireConnection): Error | null };

const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils;

/** Texts come from the query compiler and are few; the bound only guards against a text built from data. */
const MAX_PREPARED = 500;

/** The statements that one connection has prepared, by text. */
class PreparedStatements {
  readonly #names = new Map<string, string>();
  #counter = 0;

  find(text: string): string | undefined {
    return this.#names.get(text);
  }

  /** A fresh name, or '' (unnamed) past the bound. */
  add(text: string): string {
    if (this.#names.size >= MAX_PREPARED) return '';
    this.#counter += 1;
    const name = `vestry_${this.#counter}`;
    this.#names.set(text, name);
    return name;
  }

  forget(texts: readonly string[]): void {
    for (const text of texts) this.#names.delete(text);
  }
}

const preparedByClient = new WeakMap<pg.ClientBase, PreparedStatements>();

/**
 * Lets the server keep the statements of a connection from now on, by name: each text is parsed and planned once. Only a
 * connection that does something else that pins it to its session may do so, since a named statement pins it too
 * (docs/adr/0090).
 */
export function keepStatements(client: pg.ClientBase): void {
  if (!preparedByClient.has(client)) preparedByClient.set(client, new PreparedStatements());
}

class PipelineQuery extends Query {
  readonly #statements: readonly Statement[];
  readonly #prepared: PreparedStatements | undefined;
  readonly #next: PipelineQuery | undefined;
  #sent = false;
  /** Texts first sent to be parsed by this pipeline. After an error the server may have skipped them. */
  readonly parsed: string[] = [];

  /** @param next is written along with this query, and waits in the client's queue to read what is answered to it */
  constructor(
    statements: readonly Statement[],
    prepared: PreparedStatements | undefined,
    callback: Callback,
    next?: PipelineQuery,
  ) {
    super({ text: statements[0]?.text ?? '' }, undefined, callback);
    this.#statements = statements;
    this.#prepared = prepared;
    this.#next = next;
  }

  override submit(connection: WireConnection): null {
    if (this.#sent) return null;
    connection.stream.cork();
    try {
      this.#send(connection);
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  #send(connection: WireConnection): void {
    this.#sent = true;
    for (const { text, values = [] } of this.#statements) {
      let name = this.#prepared?.find(text);
      if (name === undefined) {
        name = this.#prepared?.add(text) ?? '';
        this.parsed.push(text);
        connection.parse({ text, name });
      }
      connection.bind({ statement: name, values: [...values], valueMapper: prepareValue });
      connection.describe({ type: 'P', name: '' });
      connection.execute({});
    }
    connection.sync();
    if (this.#next !== undefined) this.#next.#send(connection);
  }
}

interface Sending {
  readonly query: PipelineQuery;
  readonly results: Promise<pg.QueryResult[]>;
}

function prepare(
  statements: readonly Statement[],
  prepared: PreparedStatements | undefined,
  next?: PipelineQuery,
): Sending {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult[]>();
  const callback: Callback = (error, results) => {
    if (error) {
      prepared?.forget(query.parsed);
      reject(error);
    } else resolve(Array.isArray(results) ? results : [results]);
  };
  const query = new PipelineQuery(statements, prepared, callback, next);
  return { query, results: promise };
}

/**
 * Sends statements with bound parameters under one Sync: one round trip and, outside a `begin`, one implicit transaction.
 * If a statement fails, the server skips the rest and the promise rejects with that statement's error.
 */
export function pipeline(client: pg.ClientBase, statements: readonly Statement[]): Promise<pg.QueryResult[]> {
  return databaseSpan(statements, () => {
    const { query, results } = prepare(statements, preparedByClient.get(client));
    client.query(query as unknown as pg.Submittable);
    return results;
  });
}

/**
 * Several pipelines in one round trip, each under a Sync of its own: the transaction of one is over before the next begins.
 * One that fails doesn't keep the next from running; the promise rejects with the first error.
 */
export async function pipelines(
  client: pg.ClientBase,
  groups: readonly (readonly Statement[])[],
): Promise<pg.QueryResult[][]> {
  const prepared = preparedByClient.get(client);
  const sendings: Sending[] = [];
  for (const statements of groups.toReversed())
    sendings.unshift(prepare(statements, prepared, sendings[0]?.query));
  return databaseSpan(groups.flat(), () => {
    for (const { query } of sendings) client.query(query as unknown as pg.Submittable);
    return Promise.all(sendings.map(({ results }) => results));
  });
}
