import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as orderExport } from '#functions/reporting/create-report-export.ts';
import { handler as resumeDividends } from '#functions/scheduled/resume-dividends.ts';
import { handler as resumeReportExports } from '#functions/scheduled/resume-report-exports.ts';
import { handler as resumeUploads } from '#functions/scheduled/resume-uploads.ts';
import { handler as resumeWebhookEvents } from '#functions/scheduled/resume-webhook-events.ts';
import { handler as scheduleVesting } from '#functions/scheduled/schedule-vesting.ts';
import { handler as payWorker } from '#functions/workers/pay-dividend.ts';
import { handler as runWorker } from '#functions/workers/run-dividend.ts';
import { handler as uploadWorker } from '#functions/workers/validate-upload.ts';
import { handler as exportWorker } from '#functions/workers/write-report-export.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { createReportExport } from '#reporting/exports/exports.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders } from '#tests/support/dividends.ts';
import { dropCredentialOf } from '#tests/support/drop-credentials.ts';
import { enroll } from '#tests/support/plans.ts';
import { drain, failedTries, takeAll } from '#tests/support/queue-driver.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { DELIVERY, type DropFolder, dropFolder, storeFile, UPLOAD_HEADER } from '#tests/support/uploads.ts';
import { busMessage, tell, Webhooks } from '#tests/support/webhooks.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import { findTenantOfFolder, upsertDropped } from '#uploads/upload.repository.ts';

const HOUR_MS = 3_600_000;
/** Longer than any message waits, and longer than a dead letter is kept. */
const LATER_HOURS = [14, 720] as const;

let database: TestDatabase;
let aws: TestAws;
let uploads: DropFolder;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  uploads = dropFolder(database.admin, aws);
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const later = (hours: number) => ({ time: new Date(Date.now() + hours * HOUR_MS).toISOString() });
const stateOf = async (table: string, id: string): Promise<string> =>
  (await database.admin.query(`select state from ${table} where id = $1`, [id])).rows[0].state;

const rows = async (text: string, values: unknown[]) => (await database.admin.query(text, values)).rows;

const loadedFrom = async (key: string) =>
  (
    await database.admin.query(
      'select state, accepted from uploads where object_key = $1 order by created_at',
      [key],
    )
  ).rows;

async function declared(issuer: TestTenant): Promise<string> {
  await enterHolders(database.admin, issuer.id, ['10', '20']);
  const id = await new Dividends(issuer.as('OPS')).declare();
  return id;
}

/** Sends the dividend's run, as the day's job does. */
function run(issuer: TestTenant, dividend_id: string): void {
  aws.endpoint.queues.send(
    'vestry-test-dividend-runs',
    JSON.stringify({ tenant_id: issuer.id, dividend_id, closed_on: '2099-12-31' }),
  );
}

describe.each(LATER_HOURS)('%i hours after its message was lost, the sweep finds', (hours) => {
  test('an upload that was begun, and one whose file is stored', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const file = await uploads.drop(`${UPLOAD_HEADER}a-1,Ada Holder,,10\n`, issuer);
    const folder = await findTenantOfFolder(issuer.slug);
    const { id, ownerId } = await dropCredentialOf(database.admin, issuer);
    await upsertDropped(
      folder?.id ?? issuer.id,
      {
        ...{ kind: 'shareholders', filename: 'a.csv', mapping: null, settings: '', request_id: 'r' },
        ...{ object_key: file.key, object_ref: file.ref },
      },
      { id, owner_id: ownerId },
    );
    await takeAll(aws, 'uploads');
    expect(await resumeUploads(later(1), testContext())).toEqual({ uploads: 0 });
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 1 });
    await drain(aws, 'uploads', uploadWorker);
    expect(await uploads.uploadOf(file)).toMatchObject({ state: 'COMPLETED', accepted: 1 });
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 0 });
  });

  test('a dropped file that has no upload, and a second one under its name', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const first = await uploads.drop(`${UPLOAD_HEADER}a-1,Ada Holder,,10\n`, issuer);
    await takeAll(aws, 'uploads');
    expect(await resumeUploads(later(1), testContext())).toEqual({ uploads: 0 });
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 1 });
    await drain(aws, 'uploads', uploadWorker);
    // Nobody can say any more who dropped it, until its own message is found among the dead letters.
    expect(await loadedFrom(first.key)).toEqual([{ state: 'FAILED', accepted: 0 }]);
    // Both messages name the same version, in buckets that have them, as ours do.
    const [{ object_ref: ref, failure }] = await rows('select * from uploads where object_key = $1', [
      first.key,
    ]);
    expect(failure).toMatch(/^unknown-sender: .* Drop it again/);
    await processUpload({ ...first, ref }, DELIVERY);
    expect(await loadedFrom(first.key)).toEqual([{ state: 'COMPLETED', accepted: 1 }]);
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 0 });
    // The row of the first version was made long before the second one was stored.
    await database.admin.query(
      `update uploads set created_at = created_at - interval '1 hour' where object_key = $1`,
      [first.key],
    );
    await storeFile(aws, first.key, `${UPLOAD_HEADER}a-1,Ada Holder,,25\n`);
    await takeAll(aws, 'uploads');
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 1 });
    await drain(aws, 'uploads', uploadWorker);
    expect(await loadedFrom(first.key)).toEqual([
      { state: 'COMPLETED', accepted: 1 },
      { state: 'FAILED', accepted: 0 },
    ]);
  });

  test('nothing in the folder of nobody, nor what is no file', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    for (const key of ['drop/nobody-of-this-name/shareholders/a.csv', `drop/${issuer.slug}/shareholders/`])
      await storeFile(aws, key, 'x');
    await takeAll(aws, 'uploads');
    expect(await resumeUploads(later(hours), testContext())).toEqual({ uploads: 0 });
  });

  test('an export of a report', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const ordered = await call(orderExport, createReportExport, {
      as: issuer.as('OPS'),
      body: { report: 'transactions', parameters: { from: '2026-01-01', to: '2026-12-31' } },
    });
    expect(ordered.status, ordered.text).toBe(202);
    await takeAll(aws, 'report-exports');
    expect(await resumeReportExports(later(1), testContext())).toEqual({ exports: 0 });
    expect(await resumeReportExports(later(hours), testContext())).toEqual({ exports: 1 });
    await drain(aws, 'report-exports', exportWorker);
    expect(await stateOf('report_exports', ordered.body.id)).toBe('DONE');
  });

  test('a chunk of a dividend, and a run', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const id = await declared(issuer);
    run(issuer, id);
    await drain(aws, 'dividend-runs', runWorker);
    expect(await takeAll(aws, 'dividends')).toHaveLength(1);
    await resumeDividends(later(1), testContext());
    await drain(aws, 'dividend-runs', runWorker);
    expect(await takeAll(aws, 'dividends')).toEqual([]);
    await resumeDividends(later(hours), testContext());
    expect(await takeAll(aws, 'dividend-runs')).toHaveLength(1);
    await resumeDividends(later(hours), testContext());
    await drain(aws, 'dividend-runs', runWorker);
    await drain(aws, 'dividends', payWorker);
    expect(await stateOf('dividends', id)).toBe('PENDING');
  });
});

describe('an event for webhooks whose message was lost', () => {
  /** Publishes an event of the tenant, whose message nobody reads. */
  async function published(tenant: TestTenant, type = 'upload.completed'): Promise<string> {
    const id = uuidV7();
    await database.admin.query(
      `insert into outbox (tenant_id, id, type, payload, request_id, published_at) values ($1, $2, $3, $4, 'r', now())`,
      [tenant.id, id, type, { upload_id: uuidV7(), accepted: 1 }],
    );
    return id;
  }
  const deliveriesOf = async (event: string) =>
    (
      await database.admin.query(
        'select webhook_id, type, payload, state from webhook_deliveries where event_id = $1',
        [event],
      )
    ).rows;
  const resume = (hours: number) => resumeWebhookEvents(later(hours), testContext());

  test.each(LATER_HOURS)(
    'is delivered %i hours later, once, to those who subscribed before it',
    async (hours) => {
      const issuer = await insertTestTenant(database.admin, 'ISSUER');
      const webhooks = new Webhooks(issuer.as('ADMIN'));
      const early = await published(issuer);
      const { body: webhook } = await webhooks.create('http://127.0.0.1:9/hook');
      const { body: other } = await webhooks.create('http://127.0.0.1:9/other', ['upload.failed']);
      const event = await published(issuer);
      expect(await resume(1)).toEqual({ events: 0 });
      expect(await resume(hours)).toEqual({ events: 1 });
      expect(await takeAll(aws, 'webhook-deliveries')).toHaveLength(1);
      expect(await deliveriesOf(event)).toMatchObject([
        {
          webhook_id: webhook.id,
          type: 'upload.completed',
          payload: { id: event, tenant_id: issuer.id, schema_version: 1, data: { accepted: 1 } },
          state: 'PENDING',
        },
      ]);
      expect(await deliveriesOf(early)).toEqual([]);
      expect(other.id).not.toBe(webhook.id);
      expect(await resume(hours)).toEqual({ events: 0 });
    },
  );

  test('is none of what a webhook missed before it asked for it, or while it was disabled', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const webhooks = new Webhooks(issuer.as('ADMIN'));
    const { id } = (await webhooks.create('http://127.0.0.1:9/hook')).body;
    const unasked = await published(issuer, 'upload.failed');
    const lost = await published(issuer);
    await webhooks.update(id, { events: ['upload.failed', 'upload.completed'] }, 1);
    const asked = await published(issuer, 'upload.failed');
    expect(await resume(14)).toEqual({ events: 2 });
    for (const [event, deliveries] of [
      [unasked, 0],
      [lost, 1],
      [asked, 1],
    ] as const)
      expect(await deliveriesOf(event)).toHaveLength(deliveries);
    await webhooks.update(id, { status: 'DISABLED' }, 2);
    await published(issuer);
    await webhooks.update(id, { status: 'ACTIVE' }, 3);
    expect(await resume(14)).toEqual({ events: 0 });
    await published(issuer);
    expect(await resume(14)).toEqual({ events: 1 });
    await takeAll(aws, 'webhook-deliveries');
  });

  test('is none of a webhook that was deleted, nor delivered again after its message', async () => {
    const issuer = await insertTestTenant(database.admin, 'ISSUER');
    const webhooks = new Webhooks(issuer.as('ADMIN'));
    const { status, body: webhook } = await webhooks.create('http://127.0.0.1:9/hook');
    expect(status).toBe(201);
    const delivered = await published(issuer);
    await tell(busMessage(issuer.id, delivered));
    expect(await resume(14)).toEqual({ events: 0 });
    await published(issuer);
    await webhooks.delete(webhook.id);
    expect(await resume(14)).toEqual({ events: 0 });
  });
});

test('a chunk that has become a dead letter is found 720 hours later, when its cause is repaired', async () => {
  const issuer = await insertTestTenant(database.admin, 'ISSUER');
  const id = await declared(issuer);
  run(issuer, id);
  await drain(aws, 'dividend-runs', runWorker);
  await database.admin.query(
    `create function fail() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
     create trigger fail before insert on transactions for each row execute function fail()`,
  );
  expect(await failedTries(aws, 'dividends', payWorker)).not.toEqual([]);
  await database.admin.query('drop trigger fail on transactions; drop function fail');
  await takeAll(aws, 'dividends-dlq');
  await resumeDividends(later(720), testContext());
  await drain(aws, 'dividend-runs', runWorker);
  await drain(aws, 'dividends', payWorker);
  expect(await stateOf('dividends', id)).toBe('PENDING');
});

test('a range of plans is found on the day after, and no plan twice', async () => {
  const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  const enrolled = await enroll(sponsor, { employee_id: 'e-1', plan_type: 'RSU' });
  expect(enrolled.status, enrolled.text).toBe(201);
  const at = (time: string) => scheduleVesting({ time }, testContext());
  await database.admin.query(`update plans set vested_as_of = '2099-01-31'`);
  expect(await at('2099-02-01T03:00:00Z')).toMatchObject({ chunks: 1 });
  await takeAll(aws, 'vesting');
  expect(await at('2099-02-02T03:00:00Z')).toMatchObject({ chunks: 1 });
  await database.admin.query(`update plans set vested_as_of = '2099-02-02'`);
  expect(await at('2099-02-03T03:00:00Z')).toMatchObject({ chunks: 0 });
});
