import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detailSchema } from '#contracts/event-schemas.ts';
import type { EventType } from '#contracts/event-types.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as rebuild } from '#functions/scheduled/rebuild-reporting.ts';
import { dayOf } from '#kernel/calendar.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { sweepOutbox } from '#platform/events/sweep.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { dropCredentialOf } from '#tests/support/drop-credentials.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { randomOf, shuffledCopies } from '#tests/support/random.ts';
import {
  type BusEvents,
  consume,
  move,
  recomputed,
  reported,
  takeTransactionEvents,
} from '#tests/support/reporting.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { storeFile } from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;
/** All that the bus was told, in order. */
let told: BusEvents;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  await liveThrough();
  told = takeTransactionEvents(aws);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

/** Dividends that are paid, fail and are cancelled; contributions and one that is taken back. */
async function liveThrough(): Promise<void> {
  await enterHolders(database.admin, issuer.id, ['8', '16', '40', '80', '800']);
  const dividends = new Dividends(issuer.as('OPS'));
  const [paid] = [await dividends.declare(), await cancelled(dividends)];
  await work(aws);
  const { rows } = await database.admin.query(
    `select id from transactions where dividend_id = $1 order by id`,
    [paid],
  );
  const [first, second, third, fourth] = rows.map(({ id }) => id as string);
  for (const id of [first, second, third]) await move(issuer, id ?? '', 'SENT');
  await move(issuer, first ?? '', 'SETTLED');
  await move(issuer, second ?? '', 'FAILED', 'R03');
  await move(issuer, fourth ?? '', 'FAILED', 'DENIED');

  const plan = await enroll(sponsor, { employee_id: 'E-1', plan_type: 'ESPP' });
  expect(plan.status).toBe(201);
  const entered = await contribute(sponsor, plan.body.id, { amount: '125.50' });
  await contribute(sponsor, plan.body.id, { amount: '50', source: 'EMPLOYER' });
  const reversed = await call(reverseHandler, reverseContribution, {
    as: sponsor.as('ADMIN'),
    params: { id: plan.body.id, contribution_id: entered.body.id },
    headers: { 'Idempotency-Key': randomUUID() },
  });
  expect(reversed.status).toBe(201);
  await payrollFile();
}

/** More contributions than an event holds. Their events are left to the sweeper. */
const PAYROLL_ROWS = 450;

async function payrollFile(): Promise<void> {
  const employee_id = 'E-2';
  const plan = { employee_id, plan_type: '401K', enrolled_on: '2024-01-01' };
  expect((await enroll(sponsor, plan)).status).toBe(201);
  const rows = Array.from({ length: PAYROLL_ROWS }, (_, number) => {
    const day = dayOf(new Date(Date.UTC(2024, 1, 1 + (number >> 1))));
    return `${employee_id},401K,1.${number % 10}5,${day},${number % 2 === 0 ? 'EMPLOYEE' : 'EMPLOYER'}\n`;
  });
  const content = `employee_id,plan_type,amount,period,source\n${rows.join('')}`;
  const credential = await dropCredentialOf(database.admin, sponsor);
  const key = `drop/${sponsor.slug}/contributions/payroll.csv`;
  const file = await storeFile(aws, key, content, credential);
  await processUpload(file, { requestId: 'payroll', isFinal: () => false });
  const left = async () =>
    (
      await database.admin.query(
        `select count(*)::integer as rows from outbox where published_at is null and type = 'transaction.created'`,
      )
    ).rows[0].rows;
  expect(await left()).toBe(3);
  await sweepOutbox(new Date(Date.now() + 60_000), () => 60_000);
  expect(await left()).toBe(0);
}

async function cancelled(dividends: Dividends): Promise<string> {
  const id = await dividends.declare();
  await work(aws);
  expect((await dividends.cancel(id)).status).toBe(200);
  return id;
}

const tenantIds = () => [issuer.id, sponsor.id];

async function clear(): Promise<void> {
  await database.admin.query('truncate reporting_transactions');
}

async function expectConverged(): Promise<void> {
  for (const tenantId of tenantIds()) {
    const ledger = await recomputed(database.admin, tenantId);
    expect(ledger.length).toBeGreaterThan(2);
    expect(await reported(database.admin, tenantId)).toEqual(ledger);
  }
}

test('every event matches its schema, and has no other field', () => {
  expect(new Set(told.map((event) => event['detail-type']))).toEqual(
    new Set(['transaction.created', 'transaction.sent', 'transaction.settled', 'transaction.failed']),
  );
  for (const event of told)
    expect(detailSchema(event['detail-type'] as EventType).parse(event.detail)).toEqual(event.detail);
});

test('of a payroll file, every contribution is', () => {
  const ofFile = told.filter(({ detail }) => detail.request_id === 'payroll');
  expect(ofFile.map(({ detail }) => (detail.transactions as unknown[]).length)).toEqual([200, 200, 50]);
});

test('every version of every transaction is published', async () => {
  const versions = new Map<string, Set<number>>();
  for (const { detail } of told)
    for (const { id, version } of detail.transactions as { id: string; version: number }[])
      versions.set(id, (versions.get(id) ?? new Set()).add(version));
  const { rows } = await database.admin.query('select id, version from transactions');
  expect(rows.length).toBe(versions.size);
  for (const { id, version } of rows)
    expect([...(versions.get(id) ?? [])].sort()).toEqual(Array.from({ length: version }, (_, i) => i + 1));
});

describe('the reporting tables become equal to the ledger', () => {
  test('in the order in which things happened', async () => {
    await clear();
    expect(await consume(told)).toEqual([]);
    await expectConverged();
  });

  test.each([1, 2, 3, 4, 5])(
    'from events that come in any order and up to four times (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      await clear();
      const batchSize = 1 + Math.floor(random() * 10);
      expect(await consume(shuffledCopies(told, 4, random), batchSize)).toEqual([]);
      await expectConverged();
    },
  );

  test('from workers that run at once', async () => {
    const random = randomOf(6);
    await clear();
    const parts = Array.from({ length: 3 }, () => consume(shuffledCopies(told, 2, random)));
    expect((await Promise.all(parts)).flat()).toEqual([]);
    await expectConverged();
  });

  test('a message that can’t be read fails alone', async () => {
    await clear();
    const broken = told.map((event, index) =>
      index === 1 ? { ...event, detail: { ...event.detail, transactions: [{ id: 'x' }] } } : event,
    );
    expect(await consume(broken)).toEqual(['1']);
    expect(await consume(told.slice(1, 2))).toEqual([]);
    await expectConverged();
  });
});

describe('the nightly comparison', () => {
  const compare = () =>
    rebuild({ id: 'night', time: '2026-01-01T04:00:00Z' }, testContext(600_000)) as Promise<{
      compared: number;
      repaired: number;
      complete: boolean;
    }>;

  test('finds an event that never arrived, once', async () => {
    await clear();
    await consume(told.filter((_, index) => index % 3 !== 0));
    const first = await compare();
    expect(first).toMatchObject({ complete: true });
    expect(first.repaired).toBeGreaterThan(0);
    await expectConverged();
    expect(await compare()).toEqual({ ...first, repaired: 0 });
  });

  test('fills empty tables, and undoes changes by hand', async () => {
    await clear();
    const built = await compare();
    expect(built.repaired).toBe(built.compared);
    await database.admin.query(
      `update reporting_transactions set amount = amount + 1 where type = 'DIVIDEND'`,
    );
    expect((await compare()).repaired).toBeGreaterThan(0);
    await expectConverged();
  });

  test('and events beside it don’t undo each other', async () => {
    await clear();
    await Promise.all([compare(), consume(shuffledCopies(told, 2, randomOf(7)))]);
    await expectConverged();
  });

  test('stops when its time is over', async () => {
    const short = await rebuild({ id: 'night', time: '2026-01-01T04:00:00Z' }, testContext(1_000));
    expect(short).toMatchObject({ complete: false });
  });
});
