import { Readable } from 'node:stream';
import { pipeline as streamPipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { TenantId } from '#kernel/ids.ts';
import { translateDatabaseError } from './errors.ts';
import { LineEncoder } from './line-encoder.ts';
import { keepStatements, type Statement } from './pipeline.ts';
import { appPool } from './pool.ts';
import { limitsOfSession, setTenant, statementsOf } from './tenant-context.ts';

/**
 * One connection, held over a long piece of work: temporary tables filled by COPY, then transactions that read them
 * (`tenantTx` with `session`). Staging holds no lock and no transaction that others would wait for.
 */
export class TenantSession {
  readonly #client: pg.PoolClient;
  readonly #tenantId: TenantId;

  constructor(client: pg.PoolClient, tenantId: TenantId) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Runs statements under the tenant's context in one transaction and one round trip. */
  run(statements: readonly Statement[]): Promise<pg.QueryResult[]> {
    return this.withClient(
      (client) => statementsOf(client, setTenant(this.#tenantId), statements),
      'rollback',
    );
  }

  /** Streams batches of lines in COPY's text format into a temporary table; row-level security lets COPY into no other. */
  async copyInto(statement: string, batches: AsyncIterable<readonly string[]>): Promise<void> {
    await streamPipeline(Readable.from(encoded(batches)), this.#client.query(copyFrom(statement)));
  }

  /** Runs on the session's connection for `tenantTx`, and leaves no open transaction on it. */
  async withClient<T>(run: (client: pg.PoolClient) => Promise<T>, cleanUp: string): Promise<T> {
    try {
      return await run(this.#client);
    } catch (error) {
      // A lost connection fails again at its next use.
      await this.#client.query(cleanUp).catch(() => undefined);
      throw error;
    }
  }
}

/**
 * Lends a connection for as long as `work` takes, and ends it afterwards with everything temporary on it.
 * @throws DomainError `temporarily-unavailable`, and whatever `work` throws
 */
export async function tenantSession<T>(
  tenantId: TenantId,
  work: (session: TenantSession) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient | undefined;
  try {
    client = await appPool().connect();
    // The staged rows pin the connection in any case.
    keepStatements(client);
    await client.query(limitsOfSession());
    return await work(new TenantSession(client, tenantId));
  } catch (error) {
    throw await translateDatabaseError(error);
  } finally {
    client?.release(true);
  }
}

async function* encoded(batches: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer, void> {
  const encoder = new LineEncoder();
  for await (const batch of batches) yield encoder.encode(batch);
}
