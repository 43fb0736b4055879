import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '#lib/constructs/bundle.ts';
import { nodeOptions } from '#lib/constructs/platform-function.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { insertDropCredential } from '#tests/support/drop-credentials.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { storeFile } from '#tests/support/uploads.ts';
import { validateUpload } from '#uploads/uploads.jobs.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';
import { copyRegister, emptyRegister, type RegisterSample, registerSample } from './register-copy.ts';
import { uploadThroughPlatform } from './upload-through-platform.ts';

const WORKER = 'functions/workers/validate-upload.ts';
const HELP = fileOf('./upload-worker.mjs');

/**
 * A register of which 2 % of the rows are bad, from the stored object to the end of the upload, in the bundle that is deployed
 * ÷ COPY of the valid rows alone into the same table, with the same indexes and the same ledger; and the worker's memory.
 * Then the same through the whole platform. `--bare` copies into a table with the same indexes but without the ledger.
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
  const rounds = Number(values.rounds);
  const sample = registerSample(rows);
  await uploadToWorker(rows, rounds, sample, values.bare);
  await uploadThroughPlatform(rows, rounds, sample);
}

async function uploadToWorker(
  rows: number,
  rounds: number,
  sample: RegisterSample,
  bare: boolean,
): Promise<void> {
  const database = await benchDatabase();
  const aws = await testAws();
  try {
    const bench = new UploadBench(database, aws, sample, bare);
    await bench.arrange(rounds + 1);
    await interleave({
      title: `upload of ${rows} rows, S3 object → register, errors file and queue`,
      unit: 'rows/s',
      ours: { name: 'worker', prepare: () => bench.empty(), run: () => bench.upload().then(() => rows) },
      limit: {
        name: `COPY of the valid rows${bare ? ', without the ledger' : ''}`,
        prepare: () => bench.empty(),
        run: () => bench.copy().then(() => rows),
      },
      atLeast: 0.9,
      rounds,
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
  readonly #sample: RegisterSample;
  readonly #table: string;
  readonly #bundle =
    bundle([{ entry: WORKER, neededBy: 'the benchmark', part: 'jobs' }]).get(WORKER)?.directory ?? '';
  readonly #workers: { child: ChildProcess; event: object }[] = [];
  readonly peaks: number[] = [];

  constructor(database: BenchDatabase, aws: TestAws, sample: RegisterSample, bare: boolean) {
    this.#database = database;
    this.#aws = aws;
    this.#sample = sample;
    this.#table = bare ? 'bare_shareholders' : 'shareholders';
  }

  /** Stores the files and starts the functions, each of which loads one: neither is measured. */
  async arrange(runs: number): Promise<void> {
    const { admin } = this.#database;
    await admin.query('create table bare_shareholders (like shareholders including all)');
    for (let index = 0; index < runs; index += 1) {
      const tenant = await insertTestTenant(admin, 'ISSUER');
      const { principalId } = await insertDropCredential(admin, tenant);
      const file = await storeFile(
        this.#aws,
        `drop/${tenant.slug}/shareholders/register.csv`,
        this.#sample.file,
      );
      const child = fork(HELP, [join(this.#bundle, 'index.mjs')], {
        env: { ...process.env, NODE_OPTIONS: nodeOptions(validateUpload.heapMb) },
      });
      await once(child, 'message');
      const object = { key: file.key, size: file.bytes, eTag: file.ref, sequencer: '1' };
      const Records = [{ userIdentity: { principalId }, s3: { object } }];
      this.#workers.push({ child, event: eventOf({ Records }) });
    }
  }

  async upload(): Promise<void> {
    const worker = this.#workers.shift();
    if (worker === undefined) throw new Error('more runs than were arranged');
    worker.child.send(worker.event);
    const [{ answer, peakBytes }] = (await once(worker.child, 'message')) as [
      { answer: { batchItemFailures: object[] }; peakBytes: number },
    ];
    worker.child.kill();
    if (answer.batchItemFailures.length > 0) throw new Error('the worker failed');
    this.peaks.push(peakBytes);
  }

  async copy(): Promise<void> {
    const { admin } = this.#database;
    const { id } = await insertTestTenant(admin, 'ISSUER');
    await copyRegister(admin, id, this.#sample.valid, this.#table);
  }

  /** Each run finds the same: nothing. */
  empty(): Promise<void> {
    return emptyRegister(this.#database.admin, ['bare_shareholders']);
  }
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
