import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { handler as transferHandler } from '#functions/register/transfer-shares.ts';
import { dayOf } from '#kernel/calendar.ts';
import { sweepOutbox } from '#platform/events/sweep.ts';
import { transferShares } from '#register/positions.routes.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let holders: string[];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  holders = [];
  for (const external_ref of ['A', 'B']) {
    const body = { external_ref, name: 'Holder', holdings: '100' };
    holders.push((await call(createHandler, createShareholder, { as: acme.as('OPS'), body })).body.id);
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

async function transfer() {
  const [from_shareholder_id, to_shareholder_id] = holders;
  const effective_date = dayOf(new Date());
  return call(transferHandler, transferShares, {
    as: acme.as('OPS'),
    headers: { 'Idempotency-Key': crypto.randomUUID() },
    body: { from_shareholder_id, to_shareholder_id, quantity: '1', effective_date },
  });
}

async function unpublished(): Promise<string[]> {
  const { rows } = await database.admin.query('select id from outbox where published_at is null order by id');
  return rows.map(({ id }) => id);
}

/** Later, when what was not published right away is due; a run that comes after another is later than that. */
const sweep = (minutes = 1) => sweepOutbox(new Date(Date.now() + minutes * 60_000), () => 30_000);

const published = () => aws.events.map(({ event }) => (event.detail as { id: string }).id);

test('an event is on the bus right after the commit', async () => {
  const before = aws.events.length;
  expect((await transfer()).status).toBe(201);
  expect(await unpublished()).toEqual([]);
  expect(aws.events.slice(before).map(({ event }) => event['detail-type'])).toEqual(['shares.transferred']);
});

test('an event that the bus refuses or can’t receive stays for the sweeper, and the request still succeeds', async () => {
  const refusing = mockClient(EventBridgeClient);
  refusing
    .on(PutEventsCommand)
    .resolvesOnce({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] })
    .rejects(new Error('no network'));
  expect((await transfer()).status).toBe(201);
  expect((await transfer()).status).toBe(201);
  refusing.restore();
  const left = await unpublished();
  expect(left).toHaveLength(2);
  expect(await sweep()).toEqual({ published: 2 });
  expect(await unpublished()).toEqual([]);
  expect(published()).toEqual(expect.arrayContaining(left));
});

test('of a batch that is taken in part, the rest is published by the next run', async () => {
  const refusing = mockClient(EventBridgeClient);
  refusing.on(PutEventsCommand).rejects(new Error('no network'));
  for (let number = 0; number < 3; number += 1) await transfer();
  refusing.reset();
  refusing
    .on(PutEventsCommand)
    .resolvesOnce({
      FailedEntryCount: 1,
      Entries: [{ EventId: '1' }, { ErrorCode: 'InternalFailure' }, { EventId: '3' }],
    })
    .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
  expect(await sweep()).toEqual({ published: 2 });
  refusing.restore();
  expect(await unpublished()).toHaveLength(1);
  // Not at once: it waits after each attempt.
  expect(await sweep()).toEqual({ published: 0 });
  expect(await sweep(2)).toEqual({ published: 1 });
});

test('a sweeper that dies before it marks publishes again, under the same id', async () => {
  const refusing = mockClient(EventBridgeClient);
  refusing.on(PutEventsCommand).rejects(new Error('no network'));
  await transfer();
  refusing.restore();
  const [id] = await unpublished();
  await database.admin.query(`alter table outbox add constraint dead check (published_at is null) not valid`);
  await expect(sweep()).rejects.toThrow();
  await database.admin.query('alter table outbox drop constraint dead');
  expect(await sweep()).toEqual({ published: 1 });
  expect(published().filter((candidate) => candidate === id)).toHaveLength(2);
});

describe('an event that can never be published', () => {
  const POISONED = 450;
  let globex: TestTenant;

  beforeAll(async () => {
    globex = await insertTestTenant(database.admin, 'ISSUER');
  });
  afterEach(() => database.admin.query(`delete from outbox where request_id = 'poison'`));

  /** Older than all others, and more of them than a batch takes. */
  const poison = (type: string, payload: object) =>
    database.admin.query(
      `insert into outbox (tenant_id, type, payload, request_id, created_at)
       select $1, $2, $3, 'poison', now() - interval '1 hour' + n * interval '1 millisecond' from generate_series(1, ${POISONED}) n`,
      [globex.id, type, payload],
    );

  test.each([
    ['a message to no queue', 'message.send', { queue: 'no-such-queue', message: {} }],
    ['an execution of no machine', 'execution.start', { machine: 'no-such-machine', name: 'x', input: {} }],
  ])('%s does not delay other tenants', async (_, type, payload) => {
    const refusing = mockClient(EventBridgeClient);
    refusing.on(PutEventsCommand).rejects(new Error('no network'));
    await transfer();
    refusing.restore();
    const [id] = await unpublished();
    await poison(type, payload);
    expect(await sweep()).toEqual({ published: 1 });
    expect(published()).toContain(id);
    const left = await database.admin.query(
      `select min(attempts) as fewest, max(attempts) as most, count(*)::integer as rows from outbox where published_at is null`,
    );
    expect(left.rows[0]).toEqual({ fewest: 1, most: 1, rows: POISONED });
  });

  test('of a call that the bus refuses as a whole, the others are put by themselves', async () => {
    const refusing = mockClient(EventBridgeClient);
    refusing.on(PutEventsCommand).rejects(new Error('no network'));
    await transfer();
    const [id] = await unpublished();
    await poison('upload.completed', { text: 'poison' });
    refusing.reset();
    refusing.on(PutEventsCommand).callsFake(({ Entries = [] }: PutEventsCommandInput) => {
      if (Entries.some(({ Detail }) => Detail?.includes('poison')))
        throw Object.assign(new Error('Detail'), { name: 'ValidationException', $fault: 'client' });
      return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'x' })) };
    });
    expect(await sweep()).toEqual({ published: 1 });
    refusing.restore();
    expect(await unpublished()).not.toContain(id);
  });

  test('is tried more and more rarely, four times an hour at least', async () => {
    await poison('message.send', { queue: 'no-such-queue', message: {} });
    const attempts = async () =>
      (await database.admin.query('select max(attempts) as most from outbox where published_at is null'))
        .rows[0].most as number;
    const tried: number[] = [];
    let before = 0;
    for (let minute = 1; minute <= 90; minute += 1) {
      await sweep(minute);
      const now = await attempts();
      if (now > before) tried.push(minute);
      before = now;
    }
    expect(tried).toEqual([1, 2, 3, 5, 9, 17, 32, 47, 62, 77]);
  });
});
