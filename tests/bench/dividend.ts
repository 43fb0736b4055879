import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ChunkMessage } from '#dividends/dividend-message.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import type { Order } from './dividend-worker.ts';
import { interleave } from './interleave.ts';

const WORKERS = 2;
/** The event source mapping hands out batches of this size. */
const MESSAGES_PER_BATCH = 10;
/** Holders that are paid by a message each; the rate doesn't depend on their number. */
const SINGLES = 10_000;
const TENANT = '0198c0de-0000-7000-8000-000000000001';

/** A dividend run to PENDING against one INSERT … SELECT into the same table, and against one message for each holder. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      holders: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const holders = Number(values.holders);
  const database = await benchDatabase();
  const bus = await eventBus();
  const workers = await startWorkers();
  try {
    const bench = new DividendBench(database, workers, await freeze(database, holders));
    const rounds = Number(values.rounds);
    const set = await interleave({
      title: `dividend of ${holders} holders to PENDING, ${WORKERS} workers`,
      unit: 'holders/s',
      ours: { name: 'chunk messages through the worker', ...bench.chunks() },
      limit: { name: 'one INSERT … SELECT', ...bench.insertSelect() },
      atLeast: 0.85,
      rounds,
    });
    const single = await interleave({
      title: 'the same by one message and one insert for each holder',
      unit: 'holders/s',
      ours: { name: 'chunk messages through the worker', ...bench.chunks() },
      limit: { name: `a message each, ${WORKERS} workers`, ...bench.singles() },
      atLeast: 30,
      rounds,
    });
    if (!set.met || !single.met) process.exitCode = 1;
  } finally {
    for (const worker of workers) worker.kill();
    bus.close();
    await database.close();
  }
}

/** Takes events and says so, like the bus, whose own work isn't ours. */
async function eventBus() {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { Entries } = JSON.parse(Buffer.concat(parts).toString()) as { Entries: unknown[] };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'taken' })) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'BENCH',
    AWS_SECRET_ACCESS_KEY: 'only-for-benchmarks',
    EVENT_BUS_NAME: 'bench',
  });
  return server;
}

async function startWorkers(): Promise<ChildProcess[]> {
  const workers = Array.from({ length: WORKERS }, () =>
    fork(join(import.meta.dirname, 'dividend-worker.ts')),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return workers;
}

interface FrozenDividend {
  readonly id: string;
  readonly holders: readonly string[];
  readonly messages: readonly ChunkMessage[];
}

/** Enters holders and freezes a dividend on them; says how long the snapshot took. */
async function freeze({ admin, connectAsApp }: BenchDatabase, count: number): Promise<FrozenDividend> {
  await admin.query(`insert into tenants (id, slug, name, type) values ($1, 'bench', 'Bench', 'ISSUER')`, [
    TENANT,
  ]);
  const app = await connectAsApp();
  try {
    await app.query(`select set_config('app.tenant_id', $1, false)`, [TENANT]);
    await app.query('begin');
    const change = await insertPositionChange(app, { effective_date: '2026-01-01' });
    await app.query(
      `insert into shareholders (external_ref, name, holdings, position_change_id)
       select 'R' || n, 'Holder ' || n, (n * 7919) % 9000 + 10 + n % 2 * 0.5, $2 from generate_series(1, $1::bigint) as n`,
      [count, change],
    );
    await app.query('commit');
    await admin.query('analyze');
    const declared = await app.query(
      `insert into dividends (security_class, currency, exponent, rate_per_share, declaration_date, record_date, payable_date, idempotency_key)
       values ('COMMON', 'USD', 2, 0.125, '2026-01-02', '2026-01-03', '2026-02-01', 'bench') returning id`,
    );
    const { id } = declared.rows[0] as { id: string };
    const startedMs = performance.now();
    await app.query('select take_dividend_snapshot($1, clock_timestamp(), $2)', [id, ROWS_PER_CHUNK]);
    console.log(`snapshot of ${count} holders in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    await admin.query('analyze');
    const chunks = await app.query<ChunkMessage>(
      `select tenant_id, dividend_id, first_shareholder_id, last_shareholder_id from dividend_chunks order by first_shareholder_id`,
    );
    const lines = await app.query<{ shareholder_id: string }>(
      'select shareholder_id from dividend_lines order by shareholder_id limit $1',
      [SINGLES],
    );
    return { id, holders: lines.rows.map((row) => row.shareholder_id), messages: chunks.rows };
  } finally {
    await app.end();
  }
}

class DividendBench {
  readonly #database: BenchDatabase;
  readonly #workers: readonly ChildProcess[];
  readonly #dividend: FrozenDividend;

  constructor(database: BenchDatabase, workers: readonly ChildProcess[], dividend: FrozenDividend) {
    this.#database = database;
    this.#workers = workers;
    this.#dividend = dividend;
  }

  chunks() {
    const { id, messages } = this.#dividend;
    return {
      prepare: () => this.#unpaid(),
      run: async () => {
        const orders = batchesOf(messages, MESSAGES_PER_BATCH).map(
          (batch): Order => ({ kind: 'chunks', messages: batch }),
        );
        await this.#carryOut(orders);
        return this.#paid(id, 'PENDING');
      },
    };
  }

  insertSelect() {
    const { id } = this.#dividend;
    return {
      prepare: () => this.#unpaid(),
      run: async () => {
        const app = await this.#database.connectAsApp();
        try {
          await app.query(`select set_config('app.tenant_id', $1, false)`, [TENANT]);
          await app.query(
            `insert into transactions (id, type, amount, currency, shareholder_id, dividend_id)
             select transaction_id, 'DIVIDEND', amount, 'USD', shareholder_id, dividend_id from dividend_lines
             where dividend_id = $1 and transaction_id is not null order by shareholder_id`,
            [id],
          );
        } finally {
          await app.end();
        }
        return this.#paid(id, 'SNAPSHOT');
      },
    };
  }

  singles() {
    const { id, holders } = this.#dividend;
    return {
      prepare: () => this.#unpaid(),
      run: async () => {
        const orders = batchesOf(holders, MESSAGES_PER_BATCH).map(
          (batch): Order => ({ kind: 'holders', tenantId: TENANT, dividendId: id, holders: batch }),
        );
        await this.#carryOut(orders);
        return this.#paid(id, 'SNAPSHOT');
      },
    };
  }

  /** Hands orders to whichever worker is free. */
  async #carryOut(orders: readonly Order[]): Promise<void> {
    const left = orders.values();
    const drive = async (worker: ChildProcess): Promise<void> => {
      for (const order of left) {
        worker.send(order);
        const [failures] = await once(worker, 'message');
        if (failures !== 0) throw new Error(`${failures} messages failed`);
      }
    };
    await Promise.all(this.#workers.map(drive));
  }

  /** Proof that the work was done; cheap beside it. */
  async #paid(id: string, state: string): Promise<number> {
    const { rows } = await this.#database.admin.query(
      `select state, (select count(*)::integer from transactions where dividend_id = $1) as paid from dividends where id = $1`,
      [id],
    );
    if (rows[0].state !== state) throw new Error(`the dividend is ${rows[0].state}`);
    return rows[0].paid;
  }

  /** Takes every payment away, past the triggers that forbid it. */
  async #unpaid(): Promise<void> {
    const client = await this.#database.admin.connect();
    try {
      await client.query('set session_replication_role = replica');
      await client.query('truncate transactions cascade');
      await client.query('truncate outbox, audit_log, journal cascade');
      await client.query(`update dividends set state = 'SNAPSHOT', version = 2`);
      await client.query(`update dividend_chunks set state = 'QUEUED'`);
      await client.query('vacuum dividends, dividend_chunks');
      await client.query('checkpoint');
    } finally {
      await client.query('set session_replication_role = origin');
      client.release();
    }
  }
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
