import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import { OriginatingBank } from '#local/odfi/originating-bank.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { approved } from './approvals.ts';
import { ORIGINATOR } from './originator.ts';
import { Payments } from './payment-client.ts';
import type { PaymentsWorld } from './payments.ts';
import { recordOf } from './queue-driver.ts';
import { testContext } from './request.ts';
import { insertTestTenant, type TestTenant } from './tenants.ts';

/** The two ways by which payments reach a bank. */
export const ADAPTERS = ['by API', 'by file'] as const;
export type Adapter = (typeof ADAPTERS)[number];

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
    this.#bank.notice();
    await this.#bank.act(now());
    await this.#readInbound();
    await this.#world.advance(DAY_SECONDS);
    await reconcileStuckPayments(now(), 'r', () => ENOUGH_MS);
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
    expect((await readWorker({ Records: records }, testContext())).batchItemFailures).toEqual([]);
  }

  async #keys(Prefix: string): Promise<string[]> {
    const keys: string[] = [];
    const { uploadsBucket: Bucket } = this.#world.aws;
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#s3 }, { Bucket, Prefix }))
      keys.push(...Contents.map(({ Key = '' }) => Key));
    return keys;
  }
}
