import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import { OriginatingBank } from '#local/odfi/originating-bank.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { approved } from './approvals.ts';
import { ORIGINATOR } from './originator.ts';
import { Payments } from './payment-client.ts';
import type { PaymentsWorld } from './payments.ts';
import { dropCopies, recordOf } from './queue-driver.ts';
import { testContext } from './request.ts';
import { insertTestTenant, type TestTenant } from './tenants.ts';

/** The two ways by which payments reach a bank. */
export const ADAPTERS = ['by API', 'by file'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** Tests share three connections: more at once are told to come again. */
const AT_ONCE = 8;

/** Works on each, some at once. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE)
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  return results;
}

const DAY_SECONDS = 86_400;
const ENOUGH_MS = 600_000;

/** The mock bank, which is part of the world of payments, and the bank that takes files beside it, in the same time. */
export class BothBanks {
  readonly #world: PaymentsWorld;
  readonly #s3 = new S3Client({ forcePathStyle: true });
  readonly #bank: OriginatingBank;
  readonly #read = new Set<string>();
  #isSilent = false;

  constructor(world: PaymentsWorld) {
    this.#world = world;
    this.#bank = new OriginatingBank({
      ...{ s3: this.#s3, bucket: world.aws.uploadsBucket, report: () => undefined },
      isSilent: () => this.#isSilent,
    });
  }

  close(): void {
    this.#s3.destroy();
  }

  /** A tenant that pays in one of the ways. */
  async tenant(adapter: Adapter): Promise<TestTenant> {
    const tenant = await insertTestTenant(this.#world.database.admin, 'ISSUER');
    if (adapter === 'by API') return tenant;
    const settings = { channel: 'NACHA_FILE', ach_originator: ORIGINATOR };
    await approved(tenant, await new Payments(tenant.as('ADMIN')).setSettings(settings));
    return tenant;
  }

  /** Has both banks say nothing from now on, or say what has waited. */
  silence(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#world.silence(isSilent);
    this.#bank.notice();
  }

  /** Lets a day pass as the jobs make it: files are written, fetched and answered, and what is stuck is looked at. */
  async day(): Promise<void> {
    const now = () => this.#world.clock.now();
    await writeDueFiles(now(), 'r', () => ENOUGH_MS);
    await this.answer(now());
    await this.#world.advance(DAY_SECONDS);
    await reconcileStuckPayments(now(), 'r', () => ENOUGH_MS);
  }

  /** Has the bank that takes files do what is due by a time, and what it brings be read. */
  async answer(now: Date): Promise<void> {
    this.#bank.notice();
    await this.#bank.act(now);
    await this.#readInbound();
  }

  /** Brings one of the files that it has brought before once more, under another name. */
  async sayAgain(random: () => number): Promise<void> {
    const brought = [...this.#read].filter((key) => key.endsWith('.ach'));
    const key = brought[Math.floor(random() * brought.length)];
    if (key !== undefined) await this.#put(`${key}.again-${brought.length}`, await this.#textOf(key));
  }

  /** Says of the file that a payment is in, if it is in one, that the bank has not taken it. Answers whether it was said. */
  async rejectFileOf({ slug }: TestTenant, id: string): Promise<boolean> {
    const { rows } = await this.#world.database.admin.query(
      'select f.object_key, f.sha256 from outbound_entries e join outbound_files f on f.id = e.file_id where e.transaction_id = $1',
      [id],
    );
    const [file] = rows;
    if (file?.sha256 == null) return false;
    const name = String(file.object_key).split('/').at(-1);
    await this.#put(`ach/inbound/${slug}/${name}.rej`, `${file.sha256} The bank is mistaken.\n`);
    return true;
  }

  /** Returns the references of all entries that tenants have written into files. */
  async filed(): Promise<string[]> {
    const references: string[] = [];
    for (const Key of await this.#keys('ach/outbound/')) {
      const object = { Bucket: this.#world.aws.uploadsBucket, Key };
      const text = await (await this.#s3.send(new GetObjectCommand(object))).Body?.transformToString(
        'latin1',
      );
      const { batches } = readNachaFile(text ?? '');
      references.push(...batches.flatMap(({ entries }) => entries.map(({ individualId }) => individualId)));
    }
    return references;
  }

  async #readInbound(): Promise<void> {
    const brought = (await this.#keys('ach/inbound/')).filter((key) => !this.#read.has(key));
    for (const key of brought) this.#read.add(key);
    const records = brought.map((key) => recordOf({ Records: [{ s3: { object: { key } } }] }, 1, key));
    const { batchItemFailures } = await readWorker({ Records: records }, testContext());
    // A rejection of a file that was acknowledged, or the other way round, can't be read as one, and is a dead letter beside the desk.
    const unread = batchItemFailures.filter(({ itemIdentifier }) => !/\.(ack|rej)$/.test(itemIdentifier));
    if (unread.length > 0) throw new Error(`not read: ${JSON.stringify(unread)}`);
    await dropCopies(this.#world.aws, 'inbound-files');
  }

  async #textOf(Key: string): Promise<string> {
    const { uploadsBucket: Bucket } = this.#world.aws;
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString('latin1')) ?? '';
  }

  async #put(Key: string, text: string): Promise<void> {
    const { uploadsBucket: Bucket } = this.#world.aws;
    await this.#s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(text, 'latin1') }));
  }

  async #keys(Prefix: string): Promise<string[]> {
    const keys: string[] = [];
    const { uploadsBucket: Bucket } = this.#world.aws;
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#s3 }, { Bucket, Prefix }))
      keys.push(...Contents.map(({ Key = '' }) => Key));
    return keys;
  }
}
