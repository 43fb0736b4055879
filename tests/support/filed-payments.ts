import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { handler as acknowledgeBankFile } from '#functions/payments/acknowledge-bank-file.ts';
import { handler as fetchBankFile } from '#functions/payments/fetch-bank-file.ts';
import { handler as getBankFile } from '#functions/payments/get-bank-file.ts';
import { handler as listBankFiles } from '#functions/payments/list-bank-files.ts';
import { handler as matchBankItem } from '#functions/payments/match-bank-item.ts';
import { handler as rejectBankFile } from '#functions/payments/reject-bank-file.ts';
import { handler as getBankReconciliation } from '#functions/reporting/get-bank-reconciliation.ts';
import { handler as readWorker } from '#functions/workers/read-inbound-files.ts';
import * as bankFiles from '#payments/files/bank-files.routes.ts';
import * as fetching from '#payments/files/fetch-bank-file.routes.ts';
import * as matching from '#payments/files/match-bank-item.routes.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { type SampleAnswer, sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import * as reconciliation from '#reporting/reports/bank-reconciliation.routes.ts';
import { approved } from './approvals.ts';
import { ORIGINATOR } from './originator.ts';
import { Payments, verifiedHolder } from './payment-client.ts';
import type { PaymentsWorld } from './payments.ts';
import { dropCopies, recordOf } from './queue-driver.ts';
import { call, type TestResponse, testContext } from './request.ts';
import type { TestTenant } from './tenants.ts';

export interface FiledPayment {
  readonly id: string;
  readonly holder: string;
  readonly accountId: string;
}

/** Payments of a tenant that go to the bank in files, and the folders of those. */
export class FiledPayments {
  readonly ops: Payments;
  readonly #world: PaymentsWorld;
  readonly #tenant: TestTenant;
  readonly #s3 = new S3Client({ forcePathStyle: true });

  private constructor(world: PaymentsWorld, tenant: TestTenant) {
    this.#world = world;
    this.#tenant = tenant;
    this.ops = new Payments(tenant.as('OPS'));
  }

  static async of(world: PaymentsWorld, tenant: TestTenant, more: object = {}): Promise<FiledPayments> {
    const set = await new Payments(tenant.as('ADMIN')).setSettings({
      channel: 'NACHA_FILE',
      ach_originator: ORIGINATOR,
      ...more,
    });
    await approved(tenant, set);
    return new FiledPayments(world, tenant);
  }

  close(): void {
    this.#s3.destroy();
  }

  /** Ordered, and waiting for a file. */
  async order(amount: string, account: object = {}): Promise<FiledPayment> {
    const { admin } = this.#world.database;
    const { id: holder, accountId } = await verifiedHolder(admin, this.#tenant.id, this.ops, '000123456789');
    const named =
      Object.keys(account).length === 0 ? accountId : (await this.ops.addAccount(holder, account)).body.id;
    const order = { shareholder_id: holder, amount, currency: 'USD', bank_account_id: named };
    const { body } = await this.ops.order(order);
    await expect.poll(() => this.#waits(body.id), { timeout: 20_000 }).toBe(true);
    return { id: body.id, holder, accountId: named };
  }

  /** Whether orders wait for a file. */
  async waits(ids: readonly string[]): Promise<boolean> {
    const waiting = await Promise.all(ids.map((id) => this.#waits(id)));
    return waiting.every(Boolean);
  }

  async #waits(id: string): Promise<boolean> {
    const { rows } = await this.#world.database.admin.query(
      `select released_at is not null and task_token is not null as waits from payment_orders where transaction_id = $1`,
      [id],
    );
    return rows[0]?.waits === true;
  }

  async outbound(): Promise<string[]> {
    const Prefix = `ach/outbound/${this.#tenant.slug}/`;
    const { Contents = [] } = await this.#s3.send(
      new ListObjectsV2Command({ Bucket: this.#world.aws.uploadsBucket, Prefix }),
    );
    return Contents.map(({ Key = '' }) => Key);
  }

  async textOf(Key: string): Promise<string> {
    const { Body } = await this.#s3.send(
      new GetObjectCommand({ Bucket: this.#world.aws.uploadsBucket, Key }),
    );
    return (await Body?.transformToString()) ?? '';
  }

  /** Returns the entry that the bank has for a payment, from the files that it has fetched. */
  async sent(id: string): Promise<SampleAnswer['entry']> {
    const { rows } = await this.#world.database.admin.query(
      'select e.trace_number, f.object_key from outbound_entries e join outbound_files f on f.id = e.file_id where e.transaction_id = $1',
      [id],
    );
    const { batches } = readNachaFile(await this.textOf(rows[0].object_key));
    const entry = batches
      .flatMap(({ entries }) => entries)
      .find(({ traceNumber }) => traceNumber === rows[0].trace_number);
    return { traceNumber: rows[0].trace_number, reference: entry?.individualId ?? '' };
  }

  async list(query: Record<string, string> = {}): Promise<TestResponse['body'][]> {
    const { body } = await call(listBankFiles, bankFiles.listBankFiles, {
      as: this.#tenant.as('OPS'),
      query,
    });
    return body.data;
  }

  file(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return call(getBankFile, bankFiles.getBankFile, { as: this.#tenant.as('OPS'), params: { id }, query });
  }

  /** Says that a file is in order, as somebody who has read it. */
  async acknowledge(id: string, as = this.#tenant.as('OPS')): Promise<TestResponse> {
    const headers = { 'If-Match': `"${(await this.file(id)).body.version}"` };
    return call(acknowledgeBankFile, bankFiles.acknowledgeBankFile, { as, params: { id }, headers });
  }

  /** Fetches a file as it is now. */
  async fetch(id: string, as = this.#tenant.as('OPS')): Promise<TestResponse> {
    const headers = { 'If-Match': `"${(await this.file(id)).body.version}"` };
    return call(fetchBankFile, fetching.fetchBankFile, { as, params: { id }, headers });
  }

  /** Proposes that the bank has not taken a file. */
  async reject(id: string, reason = 'Ms Doe of the bank, on the telephone.'): Promise<TestResponse> {
    const headers = { 'If-Match': `"${(await this.file(id)).body.version}"` };
    const as = this.#tenant.as('OPS');
    return call(rejectBankFile, bankFiles.rejectBankFile, { as, params: { id }, headers, body: { reason } });
  }

  /** Proposes to book an item to a payment, or what else it stands for, as its file is now or was in a version. */
  async match(
    { file, item, version }: { file: string; item: string; version?: number },
    standsFor: string | object,
    as = this.#tenant.as('OPS'),
  ): Promise<TestResponse> {
    const params = { id: file, item_id: item };
    const body = typeof standsFor === 'string' ? { transaction_id: standsFor } : standsFor;
    const headers = { 'If-Match': `"${version ?? (await this.file(file)).body.version}"` };
    return call(matchBankItem, matching.matchBankItem, { as, params, body, headers });
  }

  /** Asks how the bank's statements and the ledger agree. */
  async reconciliation(query: Record<string, string> = {}): Promise<TestResponse['body']> {
    const as = this.#tenant.as('COMPLIANCE');
    return (await call(getBankReconciliation, reconciliation.getBankReconciliation, { as, query })).body;
  }

  /** Drops a file where the bank does; answers the notification that S3 makes of it. */
  async drop(name: string, content: string | readonly SampleAnswer[]): Promise<object> {
    const Key = `ach/inbound/${this.#tenant.slug}/${name}`;
    const Body = Buffer.from(typeof content === 'string' ? content : sampleReturnFile(content), 'latin1');
    await this.#s3.send(new PutObjectCommand({ Bucket: this.#world.aws.uploadsBucket, Key, Body }));
    return { Records: [{ s3: { object: { key: Key } } }] };
  }

  /** Drops a file and has it read, so many times. Returns the failures. */
  async answer(name: string, content: string | readonly SampleAnswer[], times = 1): Promise<number> {
    const event = { Records: [recordOf(await this.drop(name, content))] };
    let failures = 0;
    for (let time = 0; time < times; time++)
      failures += (await readWorker(event, testContext())).batchItemFailures.length;
    await dropCopies(this.#world.aws, 'inbound-files');
    return failures;
  }
}

/** Reads files of the bank, and returns how many could not be read to their end. */
export async function readInbound(events: readonly object[]): Promise<number> {
  const records = events.map((event, index) => recordOf(event, 1, String(index)));
  return (await readWorker({ Records: records }, testContext())).batchItemFailures.length;
}
