import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { bundle } from '#lib/constructs/bundle.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import type { SampleValues } from '#tests/support/sample-defects.ts';
import { sampleRegister } from '#tests/support/sample-register.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { storeFile } from '#tests/support/uploads.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

const WORKER = 'functions/workers/validate-upload.ts';
const HELP = fileOf('./upload-worker.mjs');
const SEED = 1;

/**
 * A register of which 2 % of the rows are bad, from the stored object to the end of the upload, in the bundle that is deployed
 * ÷ COPY of the valid rows alone into the same table, with the same indexes and the same ledger; and the worker's memory.
 * `--bare` copies into a table with the same indexes but without the ledger.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      bare: { type: 'boolean', default: false },
    },
  });
  const rows = Number(values.rows);
  const database = await benchDatabase();
  const aws = await testAws();
  try {
    const bench = new UploadBench(database, aws, rows, values.bare);
    await bench.arrange(2 * Number(values.rounds) + 2);
    await interleave({
      title: `upload of ${rows} rows, S3 object → register, errors file and queue`,
      unit: 'rows/s',
      ours: { name: 'worker', run: () => bench.upload() },
      limit: {
        name: `COPY of the valid rows${values.bare ? ', without the ledger' : ''}`,
        run: () => bench.copy(),
      },
      atLeast: 0.9,
      rounds: Number(values.rounds),
    });
    console.log(
      `most memory of a worker: ${bench.peaks.map((bytes) => Math.round(bytes / 1e6)).join(', ')} MB; goal 200`,
    );
  } finally {
    await aws.close();
    await database.close();
  }
}

function fileOf(relative: string): string {
  return join(import.meta.dirname, relative);
}

class UploadBench {
  readonly #database: BenchDatabase;
  readonly #aws: TestAws;
  readonly #rows: number;
  readonly #table: string;
  readonly #bundle = bundle([{ entry: WORKER, neededBy: 'the benchmark' }]).get(WORKER)?.directory ?? '';
  readonly #workers: { tenant: TestTenant; child: ChildProcess; event: object }[] = [];
  readonly #tenants: TestTenant[] = [];
  readonly #valid: Buffer[] = [];
  readonly peaks: number[] = [];

  constructor(database: BenchDatabase, aws: TestAws, rows: number, bare: boolean) {
    this.#database = database;
    this.#aws = aws;
    this.#rows = rows;
    this.#table = bare ? 'bare_shareholders' : 'shareholders';
  }

  /** Stores the files and starts the functions, each of which loads one: neither is measured. */
  async arrange(runs: number): Promise<void> {
    const { admin } = this.#database;
    await admin.query('create table bare_shareholders (like shareholders including all)');
    const files: Buffer[] = [];
    for (const { bytes, rows } of sampleRegister({ rows: this.#rows, seed: SEED, format: 'csv' })) {
      files.push(bytes);
      const valid = rows.flatMap(({ code, values }) => (code === undefined ? [copyLine(values)] : []));
      this.#valid.push(Buffer.from(valid.join('')));
    }
    for (let index = 0; index < runs; index += 1) {
      const tenant = await insertTestTenant(admin, 'ISSUER');
      this.#tenants.push(tenant);
      if (index % 2 === 1) continue;
      const file = await storeFile(
        this.#aws,
        `drop/${tenant.slug}/shareholders/register.csv`,
        Buffer.concat(files),
      );
      const child = fork(HELP, [join(this.#bundle, 'index.mjs')]);
      await once(child, 'message');
      const object = { key: file.key, size: file.bytes, eTag: file.ref, sequencer: '1' };
      this.#workers.push({ tenant, child, event: eventOf({ Records: [{ s3: { object } }] }) });
    }
  }

  async upload(): Promise<number> {
    const worker = this.#workers.shift();
    if (worker === undefined) throw new Error('more runs than were arranged');
    await this.#empty();
    worker.child.send(worker.event);
    const [{ answer, peakBytes }] = (await once(worker.child, 'message')) as [
      { answer: { batchItemFailures: object[] }; peakBytes: number },
    ];
    worker.child.kill();
    if (answer.batchItemFailures.length > 0) throw new Error('the worker failed');
    this.peaks.push(peakBytes);
    return this.#rows;
  }

  async copy(): Promise<number> {
    const tenant = this.#tenants.pop();
    await this.#empty();
    const client = await this.#database.admin.connect();
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant?.id]);
    const statement = `copy ${this.#table} (external_ref, name, email, holdings) from stdin`;
    await pipeline(Readable.from(this.#valid), client.query(copyFrom(statement)));
    await client.query('commit');
    client.release();
    return this.#rows;
  }

  /** Each finds the same: nothing. */
  async #empty(): Promise<void> {
    const client: pg.PoolClient = await this.#database.admin.connect();
    await client.query('set session_replication_role = replica');
    await client.query(
      'truncate shareholders, bare_shareholders, position_entries, shareholder_names cascade',
    );
    await client.query('reset session_replication_role');
    await client.query('checkpoint');
    client.release();
  }
}

function copyLine({ external_ref, name, email, holdings }: SampleValues): string {
  const cell = (text: string | null | undefined) =>
    text == null
      ? '\\N'
      : text.replace(/[\\\t\n\r]/g, (c) => ({ '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? '\\\\');
  return `${cell(external_ref)}\t${cell(name)}\t${cell(email)}\t${cell(holdings)}\n`;
}

function eventOf(body: object): object {
  const record = {
    messageId: 'bench',
    receiptHandle: 'bench',
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
  };
  return { Records: [record] };
}
