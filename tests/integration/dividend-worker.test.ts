import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChunkMessage } from '#dividends/dividend-message.ts';
import { handler as resume } from '#functions/scheduled/resume-dividends.ts';
import { handler as sweep } from '#functions/scheduled/sweep-outbox.ts';
import { handler as payWorker } from '#functions/workers/pay-dividend.ts';
import { handler as runWorker } from '#functions/workers/run-dividend.ts';
import { queueName, type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { drain, dropCopies, failedTries, recordOf, redrive, takeAll } from '#tests/support/queue-driver.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const HOLDERS = 4_200;

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let dividends: Dividends;
let holders: string[];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  dividends = new Dividends(acme.as('OPS'));
  holders = await enterHolders(
    database.admin,
    acme.id,
    Array.from({ length: HOLDERS }, (_, index) => (index % 100 === 0 ? '0.01' : String((index % 90) + 8))),
  );
  await database.admin.query('analyze shareholders; analyze transactions; analyze dividend_lines');
});

/** Returns what a run leaves behind, without the times. */
async function tablesOf(id: string): Promise<unknown> {
  const { rows } = await database.admin.query(
    `select (select state from dividends where id = $1) as state,
       (select md5(string_agg(t.id || t.shareholder_id::text || t.amount || t.status || t.version, ',' order by t.id)) from transactions t where dividend_id = $1) as transactions,
       (select string_agg(c.state || c.holders, ',' order by first_shareholder_id) from dividend_chunks c where dividend_id = $1) as chunks,
       (select string_agg(reason || amount, ',') from journal where dividend_id = $1) as journal,
       (select array_agg(action || coalesce(payload ->> 'count', '') order by action, payload ->> 'first') from audit_log where resource = 'dividends/' || $1) as audit`,
    [id],
  );
  return { ...rows[0], told: toldOf(id).size };
}

/** The transactions of a dividend that the bus was told of, and by which event. */
function toldOf(id: string): Map<string, string> {
  const told = new Map<string, string>();
  for (const { event } of aws.events) {
    const { id: eventId, transactions } = event.detail as { id: string; transactions: Transaction[] };
    if (event['detail-type'] !== 'transaction.created') continue;
    expect(transactions.length).toBeLessThanOrEqual(200);
    for (const transaction of transactions.filter(({ dividend_id }) => dividend_id === id)) {
      expect(transaction).toMatchObject({ version: 1, status: 'PENDING', type: 'DIVIDEND' });
      told.set(transaction.id, eventId);
    }
  }
  return told;
}

interface Transaction {
  readonly id: string;
  readonly dividend_id: string;
}

/** The chunk messages of a dividend that was just frozen, in order. */
async function frozen(id: string): Promise<ChunkMessage[]> {
  await drain(aws, 'dividend-runs', runWorker);
  const messages = await takeAll<ChunkMessage>(aws, 'dividends');
  expect(messages.every(({ dividend_id }) => dividend_id === id)).toBe(true);
  return messages.toSorted((a, b) => (a.first_shareholder_id < b.first_shareholder_id ? -1 : 1));
}

async function deliver(messages: readonly unknown[], tries = 1): Promise<number> {
  const records = messages.map((message, index) => recordOf(message, tries, String(index)));
  const { batchItemFailures } = await payWorker({ Records: records }, testContext());
  await dropCopies(aws, 'dividends');
  return batchItemFailures.length;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('duplicates and reordering', () => {
  test.each([1, 2, 3])('leave the tables of the ordered run (seed %i)', async (seed) => {
    const ordered = await dividends.declare();
    for (const message of await frozen(ordered)) expect(await deliver([message])).toBe(0);
    const expected = (await tablesOf(ordered)) as Record<string, unknown>;
    expect(expected).toMatchObject({ state: 'PENDING', told: HOLDERS - HOLDERS / 100 });

    const id = await dividends.declare();
    const next = random(seed);
    const shuffled = (await frozen(id))
      .flatMap((message) => Array(1 + Math.floor(next() * 5)).fill(message) as ChunkMessage[])
      .map((message) => ({ message, rank: next() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ message }) => message);
    expect(shuffled.length, `seed ${seed}`).toBeGreaterThan(5);
    const half = Math.floor(shuffled.length / 2);
    // Two workers at once.
    const failures = await Promise.all([deliver(shuffled.slice(0, half)), deliver(shuffled.slice(half))]);
    expect(failures).toEqual([0, 0]);
    // Ids of transactions are each run's own.
    expect({ ...((await tablesOf(id)) as object), transactions: '' }).toEqual({
      ...expected,
      transactions: '',
    });
    const { reconciled, created_by } = (await dividends.get(id)).body;
    expect(reconciled).toBe(true);
    const creators = 'select distinct created_by from transactions where dividend_id = $1';
    expect((await database.admin.query(creators, [id])).rows).toEqual([{ created_by }]);
    expect(created_by).not.toBeNull();
  });

  test('of the message that starts a run change nothing, at any point of it', async () => {
    const id = await dividends.declare();
    const [start] = await takeAll<object>(aws, 'dividend-runs');
    const run = () => runWorker({ Records: [recordOf(start)] }, testContext());
    await Promise.all([run(), run()]);
    await run();
    await drain(aws, 'dividends', payWorker);
    const before = await tablesOf(id);
    expect(before).toMatchObject({ state: 'PENDING' });
    await run();
    await work(aws);
    expect(await tablesOf(id)).toEqual(before);
  });
});

describe('a worker that dies', () => {
  /** Loses the connection in the middle of a chunk, once. */
  async function dieOnce(holder: string | undefined): Promise<void> {
    await database.admin.query(`
      create sequence deaths; grant usage on sequence deaths to vestry_app;
      create function die() returns trigger language plpgsql as $$
      begin
        if nextval('vestry.deaths') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
      create trigger die before insert on transactions for each row when (new.shareholder_id = '${holder}') execute function die()`);
  }
  const revive = () =>
    database.admin.query('drop trigger die on transactions; drop function die; drop sequence deaths');

  test('in a chunk has its message delivered again, and nothing is doubled', async () => {
    const id = await dividends.declare();
    const messages = await frozen(id);
    await dieOnce(holders[1_501]);
    try {
      expect(await deliver(messages)).toBe(1);
      expect((await dividends.get(id)).body.state).toBe('SNAPSHOT');
      expect(await deliver(messages, 2)).toBe(0);
    } finally {
      await revive();
    }
    expect((await dividends.get(id)).body).toMatchObject({
      state: 'PENDING',
      reconciled: true,
      reconciliation: { transactions: HOLDERS - HOLDERS / 100 },
    });
  });

  test('between the last chunk and the end is made good by the redelivery, or by the schedule', async () => {
    for (const recover of ['redelivery', 'schedule']) {
      const id = await dividends.declare();
      const messages = await frozen(id);
      await database.admin.query(
        `alter table dividends add constraint dies check (state <> 'PENDING') not valid`,
      );
      expect(await deliver(messages)).toBe(1);
      await database.admin.query('alter table dividends drop constraint dies');
      expect((await dividends.get(id)).body.state).toBe('SNAPSHOT');
      if (recover === 'redelivery') await deliver(messages.slice(-1), 2);
      else await resumeLater();
      expect((await dividends.get(id)).body, recover).toMatchObject({ state: 'PENDING', reconciled: true });
    }
  });

  test('before its messages are on the queue is made good by the schedule', async () => {
    const id = await dividends.declare();
    const url = process.env.DIVIDENDS_QUEUE_URL;
    process.env.DIVIDENDS_QUEUE_URL = `${url}-gone`;
    const [start] = await takeAll<object>(aws, 'dividend-runs');
    const { batchItemFailures } = await runWorker({ Records: [recordOf(start)] }, testContext());
    process.env.DIVIDENDS_QUEUE_URL = url;
    expect(batchItemFailures).toHaveLength(1);
    await dropCopies(aws, 'dividend-runs');
    expect((await dividends.get(id)).body.state).toBe('SNAPSHOT');
    await resumeLater();
    expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
  });

  async function resumeLater(): Promise<void> {
    await resume({ time: new Date(Date.now() + 600_000).toISOString() }, testContext());
    await work(aws);
  }
});

describe('a holder who fails', () => {
  const poison = (holder: string | undefined) =>
    database.admin.query(`
      create function fail() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
      create trigger fail before insert on transactions for each row when (new.shareholder_id = '${holder}') execute function fail()`);
  const cure = () => database.admin.query('drop trigger fail on transactions; drop function fail');

  test('is alone: the others of the chunk are written once, and only they are not', async () => {
    const bad = holders[2_222];
    const id = await dividends.declare();
    await poison(bad);
    try {
      await work(aws);
      const { queues } = aws.endpoint;
      expect(queues.attributes(queueName('dividends-dlq'))).toMatchObject({ visible: 1 });
      const [letter] = await queues.receive(queueName('dividends-dlq'), { visibilityTimeoutSeconds: 0 });
      expect(JSON.parse(letter?.body ?? '')).toMatchObject({
        first_shareholder_id: bad,
        last_shareholder_id: bad,
      });
      expect((await dividends.get(id)).body).toMatchObject({
        state: 'SNAPSHOT',
        reconciled: false,
        reconciliation: { transactions: HOLDERS - HOLDERS / 100 - 1, unmatched: 1, failed_holders: 1 },
      });
    } finally {
      await cure();
    }
    redrive(aws, 'dividends');
    await work(aws);
    await work(aws);
    expect((await dividends.get(id)).body).toMatchObject({
      state: 'PENDING',
      reconciled: true,
      reconciliation: { transactions: HOLDERS - HOLDERS / 100, failed_holders: 0 },
    });
    const { rows } = await database.admin.query(
      'select count(*)::integer as n from transactions where dividend_id = $1 and shareholder_id = $2',
      [id, bad],
    );
    expect(rows[0].n).toBe(1);
    expect(await tablesOf(id)).toMatchObject({ told: HOLDERS - HOLDERS / 100 });
  });

  test('among ten messages fails for as many deliveries as the queue allows', async () => {
    const id = await dividends.declare();
    await poison(holders[7]);
    let tries: number[];
    try {
      await drain(aws, 'dividend-runs', runWorker);
      tries = await failedTries(aws, 'dividends', payWorker);
    } finally {
      await cure();
    }
    expect(tries).toEqual([1, 2, 3, 4, 5]);
    await takeAll(aws, 'dividends-dlq');
    expect((await dividends.cancel(id)).status).toBe(200);
  });

  test('together with everyone else is no failure of holders: the chunk is tried again whole', async () => {
    const id = await dividends.declare();
    const messages = await frozen(id);
    await database.admin.query('alter table transactions add constraint none check (amount < 0) not valid');
    try {
      expect(await deliver(messages)).toBe(messages.length);
    } finally {
      await database.admin.query('alter table transactions drop constraint none');
    }
    expect(await takeAll(aws, 'dividends')).toEqual([]);
    expect(await deliver(messages, 2)).toBe(0);
    expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
  });
});

test('the relay publishes what the bus has not received, in the same events', async () => {
  const id = await dividends.declare();
  await work(aws);
  const told = toldOf(id);
  expect(told.size).toBe(HOLDERS - HOLDERS / 100);
  aws.events.length = 0;
  await database.admin.query(
    `update outbox set published_at = null, created_at = now() - interval '1 hour' where payload ->> 'dividend_id' = $1`,
    [id],
  );
  await sweep({ time: new Date().toISOString() }, testContext());
  expect(toldOf(id)).toEqual(told);
});

test('a tenant that is suspended meanwhile is paid once it is active again', async () => {
  const id = await dividends.declare();
  const messages = await frozen(id);
  await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [acme.id]);
  expect(await deliver(messages)).toBe(0);
  await resume({ time: new Date(Date.now() + 600_000).toISOString() }, testContext());
  expect(await takeAll(aws, 'dividend-runs')).toEqual([]);
  await database.admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [acme.id]);
  await resume({ time: new Date(Date.now() + 600_000).toISOString() }, testContext());
  await work(aws);
  expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
});

test('chunks whose messages are dead letters are found again, and those under way are left alone', async () => {
  const id = await dividends.declare();
  await frozen(id);
  const later = { time: new Date(Date.now() + 600_000).toISOString() };
  await resume(later, testContext());
  expect(await takeAll(aws, 'dividend-runs')).toEqual([]);
  await database.admin.query(
    `update dividend_chunks set enqueued_at = now() - interval '14 hours' where dividend_id = $1`,
    [id],
  );
  await resume(later, testContext());
  await work(aws);
  expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
});
