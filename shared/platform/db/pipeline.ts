import pg from 'pg';

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
// query of many statements. Only what is sent differs, so only the sending is ours.
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

class PipelineQuery extends Query {
  readonly #statements: readonly Statement[];
  readonly #prepared: PreparedStatements;
  /** Texts first sent to be parsed by this pipeline. After an error the server may have skipped them. */
  readonly parsed: string[] = [];

  constructor(statements: readonly Statement[], prepared: PreparedStatements, callback: Callback) {
    super({ text: statements[0]?.text ?? '' }, undefined, callback);
    this.#statements = statements;
    this.#prepared = prepared;
  }

  override submit(connection: WireConnection): null {
    connection.stream.cork();
    try {
      for (const { text, values = [] } of this.#statements) {
        let name = this.#prepared.find(text);
        if (name === undefined) {
          name = this.#prepared.add(text);
          this.parsed.push(text);
          connection.parse({ text, name });
        }
        connection.bind({ statement: name, values: [...values], valueMapper: prepareValue });
        connection.describe({ type: 'P', name: '' });
        connection.execute({});
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
    return null;
  }
}

/**
 * Sends statements with bound parameters under one Sync: one round trip and, outside a `begin`, one implicit transaction.
 * If a statement fails, the server skips the rest and the promise rejects with that statement's error.
 */
export function pipeline(client: pg.ClientBase, statements: readonly Statement[]): Promise<pg.QueryResult[]> {
  let prepared = preparedByClient.get(client);
  if (prepared === undefined) {
    prepared = new PreparedStatements();
    preparedByClient.set(client, prepared);
  }
  const statementsOfClient = prepared;
  return new Promise((resolve, reject) => {
    const query = new PipelineQuery(statements, statementsOfClient, (error, results) => {
      if (error) {
        statementsOfClient.forget(query.parsed);
        reject(error);
      } else resolve(Array.isArray(results) ? results : [results]);
    });
    client.query(query as unknown as pg.Submittable);
  });
}
