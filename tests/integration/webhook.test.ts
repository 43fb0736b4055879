import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listAudit } from '#audit/audit.routes.ts';
import { CHANGES_PER_EVENT, RECORD_EVENTS } from '#contracts/record-events.ts';
import { handler as auditHandler } from '#functions/audit/list-audit.ts';
import { handler as report } from '#functions/scheduled/report-trail.ts';
import { handler as retry } from '#functions/scheduled/retry-webhooks.ts';
import { handler as listEventsHandler } from '#functions/webhooks/list-events.ts';
import { handler as deliver } from '#functions/workers/deliver-webhook.ts';
import { handler as record } from '#functions/workers/record-webhook-attempt.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { allSettled } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends } from '#tests/support/dividends.ts';
import type { Json } from '#tests/support/json.ts';
import { type Heard, type Listener, listen } from '#tests/support/listener.ts';
import { drain, recordOf, takeAll } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { busMessage, isSigned, settle, tell, Webhooks } from '#tests/support/webhooks.ts';
import * as events from '#webhooks/events.routes.ts';

let database: TestDatabase;
let aws: TestAws;
let listener: Listener;
let acme: TestTenant;
let admin: Webhooks;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  listener = await listen();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  admin = new Webhooks(acme.as('ADMIN'));
});
afterEach(async () => {
  await listener.close();
  // The sweep is of all tenants: what a test has left behind would be due in the next.
  await database.admin.query(
    `update webhook_deliveries set state = 'CANCELLED', next_attempt_at = null where state = 'PENDING'`,
  );
});

const here = () => `http://127.0.0.1:${listener.port}/hook`;

async function webhook(events?: readonly string[]): Promise<Json> {
  const created = await admin.create(here(), events);
  expect(created.status, created.text).toBe(201);
  return created.body;
}

const retryAt = (time: Date) =>
  retry({ id: 'retry', time: time.toISOString() }, testContext()) as Promise<{ sent: number }>;
const only = async (id: string): Promise<Json> => {
  const { data } = (await admin.deliveries(id)).body;
  expect(data).toHaveLength(1);
  return data[0];
};

const spanAround = (time: Date) => ({
  from: new Date(time.getTime() - 3_600_000).toISOString(),
  to: new Date(time.getTime() + 3_600_000).toISOString(),
});

describe('a delivery', () => {
  test('is a signed POST of the event on the bus', async () => {
    const { id, secret } = await webhook();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const eventId = uuidV7();
    expect(await tell(busMessage(acme.id, eventId, 'upload.completed', { rows: 3 }))).toEqual([]);
    await settle(aws);
    const { headers, body } = listener.heard[0] as Heard;
    expect(JSON.parse(body)).toEqual({
      id: eventId,
      type: 'upload.completed',
      time: '2026-03-01T12:00:00Z',
      tenant_id: acme.id,
      schema_version: 1,
      data: { rows: 3 },
    });
    expect(headers['webhook-id']).toBe((await only(id)).id);
    expect(headers['webhook-timestamp']).toMatch(/^\d{10}$/);
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(isSigned({ headers, body }, secret)).toBe(true);
    expect(isSigned({ headers, body: `${body} ` }, secret)).toBe(false);
    expect(isSigned({ headers: { ...headers, 'webhook-id': uuidV7() }, body }, secret)).toBe(false);
    expect(await only(id)).toMatchObject({
      state: 'DELIVERED',
      event_id: eventId,
      next_attempt_at: null,
      attempts: [{ attempt: 1, status: 200, error: null }],
    });
    expect(headers['vestry-event']).toBe('upload.completed');
  });

  test('is created once for each event, however often the bus delivers it', async () => {
    const { id } = await webhook();
    const message = busMessage(acme.id, uuidV7());
    await tell(message, message);
    await tell(message);
    await settle(aws);
    expect(listener.heard).toHaveLength(1);
    expect((await only(id)).attempts).toHaveLength(1);
  });

  test('is made of the events that a webhook asks for, and of its own tenant', async () => {
    await webhook(['transaction.settled', 'transaction.returned']);
    const other = await insertTestTenant(database.admin, 'SPONSOR');
    await tell(
      busMessage(acme.id, uuidV7(), 'transaction.sent'),
      busMessage(other.id, uuidV7(), 'transaction.settled'),
      busMessage(acme.id, uuidV7(), 'transaction.settled'),
    );
    await settle(aws);
    expect(listener.heard.map(({ body }) => JSON.parse(body).type)).toEqual(['transaction.settled']);
  });

  test('a message that can’t be read fails alone', async () => {
    await webhook();
    const broken = { ...busMessage(acme.id, uuidV7()), detail: {} } as never;
    expect(await tell(broken, busMessage(acme.id, uuidV7()))).toEqual(['0']);
    await settle(aws);
    expect(listener.heard).toHaveLength(1);
  });
});

describe('the list of events', () => {
  const list = (as: Principal, query: Record<string, string> = {}) =>
    call(listEventsHandler, events.listEvents, { as, query });

  /** Puts an event into the outbox, as a request does. */
  async function happen(tenant: TestTenant, type: string, payload: object, at = new Date()): Promise<string> {
    const id = uuidV7(at.getTime());
    await database.admin.query(
      'insert into outbox (tenant_id, id, type, payload, request_id, created_at) values ($1, $2, $3, $4, $5, $6)',
      [tenant.id, id, type, JSON.stringify(payload), 'request-1', at],
    );
    return id;
  }

  test('has them as webhooks get them, the newest first, of the caller’s tenant alone, and no command', async () => {
    const [mine, other] = [
      await insertTestTenant(database.admin, 'ISSUER'),
      await insertTestTenant(database.admin, 'ISSUER'),
    ];
    const before = new Date(Date.now() - 1_000);
    const first = await happen(mine, 'upload.completed', { rows: 3, traceparent: '00-a-b-01' }, before);
    const second = await happen(mine, 'transaction.settled', {
      transactions: [{ id: 'a' }, { id: 'b' }],
      each: { transactions: { currency: 'USD' } },
    });
    await happen(mine, 'message.send', { queue: 'mails', message: { link: 'secret' } });
    await happen(other, 'upload.completed', { rows: 4 });
    const { body } = await list(mine.as('OPS'));
    const shared = { time: expect.any(String), tenant_id: mine.id, schema_version: 1 };
    expect(body.data).toEqual([
      {
        ...{ id: second, type: 'transaction.settled', ...shared },
        data: {
          transactions: [
            { id: 'a', currency: 'USD' },
            { id: 'b', currency: 'USD' },
          ],
        },
      },
      { id: first, type: 'upload.completed', ...shared, data: { rows: 3 } },
    ]);
    expect(body.next_cursor).toBeNull();
    expect(
      (await list(mine.as('OPS'), { type: 'upload.completed', total_count: 'true' })).body,
    ).toMatchObject({
      ...{ data: [{ id: first }], total_count: { value: 1, exact: true } },
    });
  });

  test('is paged, bounded by time, and each page fits into an answer', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const now = Date.now();
    const ids: string[] = [];
    for (let minutes = 6; minutes > 0; minutes -= 1)
      ids.unshift(
        await happen(
          tenant,
          'upload.completed',
          { note: 'x'.repeat(400_000) },
          new Date(now - minutes * 60_000),
        ),
      );
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const { body, text } = await list(tenant.as('ADMIN'), cursor === undefined ? {} : { cursor });
      expect(text.length).toBeLessThan(1_100_000);
      seen.push(...body.data.map(({ id }: Json) => id));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(ids);
    const span = { from: new Date(now - 3 * 60_000).toISOString(), to: new Date(now - 60_000).toISOString() };
    expect((await list(tenant.as('ADMIN'), span)).body.data.map(({ id }: Json) => id)).toEqual(
      ids.slice(1, 3),
    );
  });

  test('has no security events for those who don’t read the trail', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const id = await happen(tenant, 'security.reported', { entries: [] });
    expect((await list(tenant.as('OPS'))).body.data).toEqual([]);
    expect((await list(tenant.as('OPS'), { type: 'security.reported' })).body.data).toEqual([]);
    expect((await list(tenant.as('COMPLIANCE'))).body.data).toMatchObject([{ id }]);
    expect((await list(tenant.as('OPS'), { type: 'message.send' })).status).toBe(422);
  });
});

const reportNow = () =>
  report({ id: 'report', time: new Date().toISOString() }, testContext()) as Promise<{ reported: number }>;
/** Runs the job, and answers what it tells the tenant by events of some types. */
async function toldOf(...types: string[]): Promise<Json[]> {
  await allSettled(database.admin);
  const before = aws.events.length;
  await reportNow();
  return aws.events
    .slice(before)
    .map(({ event }) => event as Json)
    .filter((event) => types.includes(event['detail-type']) && event.detail.tenant_id === acme.id);
}

describe('security events', () => {
  const reports = () => toldOf('security.reported');
  const reportsSince = (before: number): Json[] =>
    aws.events
      .slice(before)
      .map(({ event }) => event as Json)
      .filter((event) => event['detail-type'] === 'security.reported' && event.detail.tenant_id === acme.id);
  const enter = (
    client: Pick<pg.ClientBase, 'query'>,
    action: string,
    times = 1,
    payload = '{"a": 1}',
    userAgent = 'curl',
  ) =>
    client.query(
      `insert into audit_log (tenant_id, actor_role, action, resource, request_id, payload, source_ip, user_agent, problem)
       select $1, 'ANONYMOUS', $2, 'login', 'r-' || n, $4, '192.0.2.7', $5, 'invalid-credentials' from generate_series(1, $3::integer) n`,
      [acme.id, action, times, payload, userAgent],
    );

  test('are told once, with counts and where each came from, to the webhook that names them', async () => {
    const { secret } = await webhook(['security.reported']);
    await admin.create(`${here()}/other`);
    await enter(database.admin, 'login.failed');
    await enter(database.admin, 'shares.transferred');
    const [told] = await reports();
    expect(told.detail).toMatchObject({
      total: 3,
      omitted: 0,
      counts: [
        { action: 'login.failed', kind: 'sign-in', entries: 1 },
        { action: 'webhook.created', kind: 'configuration', entries: 2 },
      ],
    });
    expect(told.detail.entries.at(-1)).toMatchObject({
      ...{
        action: 'login.failed',
        kind: 'sign-in',
        actor_role: 'ANONYMOUS',
        resource: 'login',
        request_id: 'r-1',
      },
      ...{ source_ip: '192.0.2.7', user_agent: 'curl', outcome: 'refused', problem: 'invalid-credentials' },
      payload: { a: 1 },
    });
    expect(await reports()).toEqual([]);
    const actionsOf = async (security: string) => {
      const { body } = await call(auditHandler, listAudit, { as: acme.as('ADMIN'), query: { security } });
      return new Set(body.data.map(({ action }: Json) => action));
    };
    expect(await actionsOf('true')).toEqual(new Set(['webhook.created', 'login.failed']));
    expect(await actionsOf('false')).toEqual(new Set(['shares.transferred', 'security.reported']));
    await tell(told);
    await settle(aws);
    expect(listener.heard).toHaveLength(1);
    expect(isSigned(listener.heard[0] as Heard, secret)).toBe(true);
    expect(JSON.parse((listener.heard[0] as Heard).body).data.total).toBe(3);
  });

  test('are one event, however many there are, and many of one hide no other', async () => {
    await webhook(['security.reported']);
    const quotes = { quotes: '"'.repeat(240) };
    await enter(database.admin, 'user.disabled', 1, JSON.stringify(quotes));
    await enter(database.admin, 'user.invited', 1, JSON.stringify({ long: 'x'.repeat(500) }));
    await enter(database.admin, 'login.failed', 1_000);
    const [told, ...more] = await reports();
    expect(more).toEqual([]);
    expect(told.detail).toMatchObject({ total: 1_003, omitted: 903 });
    const payloadOf = (name: string) =>
      told.detail.entries.find(({ action }: Json) => action === name)?.payload;
    expect(payloadOf('user.disabled')).toEqual(quotes);
    expect(payloadOf('user.invited')).toBeNull();
    expect(payloadOf('webhook.created')).toMatchObject({ events: ['security.reported'] });

    await enter(database.admin, 'login.failed', 100, JSON.stringify(quotes), '"'.repeat(256));
    const [long] = await reports();
    expect(long.detail.entries.length + long.detail.omitted).toBe(100);
    await tell(long);
    await settle(aws);
    expect(JSON.parse((listener.heard[0] as Heard).body).data.total).toBe(100);
  });

  test('are neither lost when their transaction ends late, nor told twice by two runs at once', async () => {
    await webhook(['security.reported']);
    const late = await database.admin.connect();
    await late.query('begin');
    await enter(late, 'user.disabled');
    await enter(database.admin, 'login.failed');
    const before = aws.events.length;
    await reportNow();
    await late.query('commit');
    late.release();
    await enter(database.admin, 'access.denied');
    await allSettled(database.admin);
    await Promise.all([reportNow(), reportNow(), reportNow()]);
    const told = reportsSince(before);
    const all = told.flatMap(({ detail }) => detail.entries.map(({ action }: Json) => action));
    expect(all.sort()).toEqual(['access.denied', 'login.failed', 'user.disabled', 'webhook.created']);
  });

  test('begin with the subscription, and end with the last', async () => {
    await enter(database.admin, 'login.failed');
    await allSettled(database.admin);
    const { id } = await webhook(['security.reported']);
    expect((await reports())[0].detail.counts).toMatchObject([{ action: 'webhook.created' }]);
    await admin.delete(id);
    await enter(database.admin, 'login.failed', 3);
    expect(await reports()).toEqual([]);
    const { id: next } = await webhook(['security.reported']);
    const [told] = await reports();
    expect(told.detail.counts).toMatchObject([{ action: 'webhook.created', entries: 1 }]);
    const { id: other } = (await admin.create(`${here()}/other`)).body;
    await admin.update(next, { status: 'DISABLED' });
    await enter(database.admin, 'login.failed', 3);
    for (const [subscriber, change] of [
      [other, { events: ['security.reported'] }],
      [next, { status: 'ACTIVE' }],
    ] as const) {
      await allSettled(database.admin);
      await admin.update(subscriber, change, (await admin.get(subscriber)).body.version);
      expect((await reports())[0].detail.counts).toMatchObject([{ action: 'webhook.updated', entries: 1 }]);
    }
  });
});

describe('changed records', () => {
  const ALL = Object.values(RECORD_EVENTS);
  const changesOf = (events: Json[]) =>
    events.flatMap(({ detail, ...event }) =>
      detail.changes.map(({ id, action }: Json) => [event['detail-type'], id, action]),
    );

  test('are told by their events, whoever changed them: a request, or what followed from it', async () => {
    const { secret } = await webhook(['dividend.changed', 'shareholder.changed']);
    const register = new Register(acme.as('OPS'));
    const { id: holder } = await register.holder('100');
    const dividends = new Dividends(acme.as('OPS'));
    const id = await dividends.declare();
    const cancelled = await dividends.cancel(id);
    expect(cancelled.status, cancelled.text).toBe(200);
    const told = await toldOf(...ALL);
    expect(changesOf(told)).toEqual(
      expect.arrayContaining([
        ['shareholder.changed', holder, 'shareholder.created'],
        ['dividend.changed', id, 'dividend.declared'],
        ['dividend.changed', id, 'dividend.cancelled'],
      ]),
    );
    const [change] = told.find((event) => event['detail-type'] === 'dividend.changed')?.detail.changes ?? [];
    const { body } = await call(auditHandler, listAudit, {
      as: acme.as('ADMIN'),
      query: { resource: `dividends/${id}`, action: 'dividend.declared' },
    });
    const [entry] = body.data;
    expect(change).toEqual({
      id,
      action: 'dividend.declared',
      changed_at: entry.ts,
      entry_id: entry.id,
      request_id: entry.request_id,
      actor_id: entry.actor_id,
    });
    expect(await toldOf(...ALL)).toEqual([]);
    await tell(...told);
    await settle(aws);
    expect(listener.heard.every((heard) => isSigned(heard, secret))).toBe(true);
    const types = listener.heard.map(({ body }) => JSON.parse(body).type);
    expect(new Set(types)).toEqual(new Set(['dividend.changed', 'shareholder.changed']));
  });

  const enter = (action: string, resource: string, problem: string | null = null, times = 1) =>
    database.admin.query(
      `insert into audit_log (tenant_id, actor_role, action, resource, request_id, payload, problem)
       select $1, 'OPS', $2, $3, 'r-' || n, '{}', $4 from generate_series(1, $5::integer) n`,
      [acme.id, action, resource, problem, times],
    );
  const record = uuidV7();

  test.each(Object.entries(RECORD_EVENTS))('of %s are told by %s', async (collection, type) => {
    await webhook([type]);
    await enter('dividend.paid', `${collection}/${record}`);
    expect(changesOf(await toldOf(...ALL))).toEqual([[type, record, 'dividend.paid']]);
  });

  test.each<[string, ...Parameters<typeof enter>]>([
    ['a refused attempt', 'dividend.adjusted', `dividends/${record}`, 'four-eyes'],
    ['a look at personal data', 'personal-data.read', `shareholders/${record}`],
    ['an export', 'report.exported', `shareholders/${record}`],
    ['a list', 'shareholder.updated', 'shareholders'],
    ['a reference that is no id', 'shareholder.updated', 'shareholders/H-1'],
    ['another record', 'webhook.updated', `webhooks/${record}`],
  ])('%s is none', async (_, ...entry) => {
    await webhook(ALL);
    await enter(...entry);
    expect(await toldOf(...ALL)).toEqual([]);
  });

  test('of a busy minute are several events, of which none is too long', async () => {
    await webhook(['plan.changed']);
    await enter('plan.enrolled', `plans/${record}`, null, CHANGES_PER_EVENT + 1);
    const told = await toldOf(...ALL);
    expect(told.map(({ detail }) => detail.changes.length)).toEqual([CHANGES_PER_EVENT, 1]);
    expect(new Set(told.flatMap(({ detail }) => detail.changes.map((one: Json) => one.entry_id))).size).toBe(
      CHANGES_PER_EVENT + 1,
    );
  });

  test('begin with the subscription, beside one for security events too', async () => {
    await webhook(['security.reported']);
    await enter('meeting.amended', `meetings/${record}`);
    await toldOf();
    await admin.create(`${here()}/other`, ['meeting.changed']);
    await enter('meeting.cancelled', `meetings/${record}`);
    expect(changesOf(await toldOf(...ALL))).toEqual([['meeting.changed', record, 'meeting.cancelled']]);
  });
});

describe('what fails', () => {
  test('is retried at growing intervals for three days, and then given up', async () => {
    const { id } = await webhook();
    listener.answer(500);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const first = await only(id);
    expect(first).toMatchObject({ state: 'PENDING', attempts: [{ status: 500 }] });
    let due = new Date(first.next_attempt_at);
    const wait = due.getTime() - Date.parse(first.attempts[0].attempted_at);
    expect(wait).toBeGreaterThanOrEqual(60_000);
    expect(wait).toBeLessThanOrEqual(66_000);
    expect((await retryAt(new Date(due.getTime() - 1_000))).sent).toBe(0);
    for (let attempt = 2; attempt <= 10; attempt += 1) {
      expect((await retryAt(due)).sent).toBe(1);
      // Claimed: nobody else sends it meanwhile.
      expect((await retryAt(due)).sent).toBe(0);
      await settle(aws);
      const { state, attempts, next_attempt_at } = await only(id);
      expect(attempts).toHaveLength(attempt);
      expect(state).toBe(attempt < 10 ? 'PENDING' : 'FAILED');
      if (next_attempt_at !== null) due = new Date(next_attempt_at);
    }
    expect((await retryAt(new Date(due.getTime() + 30 * 86_400_000))).sent).toBe(0);
  });

  test('and succeeds later is delivered, by the same bytes', async () => {
    const { id, secret } = await webhook();
    listener.answer(503, 200);
    await tell(busMessage(acme.id, uuidV7(), 'upload.completed', { b: 1, a: 2 }));
    await settle(aws);
    await retryAt(new Date((await only(id)).next_attempt_at));
    await settle(aws);
    expect(await only(id)).toMatchObject({
      state: 'DELIVERED',
      attempts: [{ status: 503 }, { status: 200 }],
    });
    const [first, second] = listener.heard;
    expect(second?.body).toBe(first?.body);
    expect(second && isSigned(second, secret)).toBe(true);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  });

  test.each<[string, number | 'closed', Json]>([
    ['a redirect is not followed', 302, { status: 302, error: null }],
    ['nobody listens', 'closed', { status: null, error: 'connection-refused' }],
  ])('%s', async (_, answer, attempt) => {
    const { id } = await webhook();
    if (answer === 'closed') await listener.close();
    else listener.answer(answer);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: [attempt] });
    if (answer === 'closed') listener = await listen();
  });

  test('a claimed delivery without an outcome is due again when its lease ends', async () => {
    const { id } = await webhook();
    await tell(busMessage(acme.id, uuidV7()));
    expect(await takeAll(aws, 'webhook-deliveries')).toHaveLength(1);
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    expect((await retryAt(inMinutes(1))).sent).toBe(0);
    expect((await retryAt(inMinutes(6))).sent).toBe(1);
    await settle(aws);
    expect(await only(id)).toMatchObject({ state: 'DELIVERED', attempts: [{ attempt: 2 }] });
  });
});

describe('what the receiver asks for', () => {
  test('a later attempt, by Retry-After', async () => {
    const { id } = await webhook();
    listener.answer(503);
    listener.send({ 'Retry-After': '3600' });
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const { next_attempt_at, attempts } = await only(id);
    expect(Date.parse(next_attempt_at) - Date.parse(attempts[0].attempted_at)).toBe(3_600_000);
  });

  test('nothing any more, by 410: the webhook is disabled, and that is in the trail', async () => {
    const { id } = await webhook();
    listener.answer(500, 410);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const { data } = (await admin.deliveries(id)).body;
    expect(data.map(({ state }: Json) => state)).toEqual(['FAILED', 'CANCELLED']);
    expect((await admin.get(id)).body).toMatchObject({ status: 'DISABLED', version: 2 });
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    expect((await retryAt(new Date(Date.now() + 86_400_000))).sent).toBe(0);
    expect(listener.heard).toHaveLength(2);
    const { rows } = await database.admin.query(
      `select action, actor_role from audit_log where tenant_id = $1 and resource = $2 order by id`,
      [acme.id, `webhooks/${id}`],
    );
    expect(rows.at(-1)).toEqual({ action: 'webhook.disabled', actor_role: 'SYSTEM' });
    expect((await admin.create(here())).status).toBe(201);
    expect((await admin.delete(id)).status).toBe(204);
  });
});

describe('a resend', () => {
  test('delivers again what was delivered or given up, with all attempts anew', async () => {
    const { id } = await webhook();
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const { id: deliveryId } = await only(id);
    listener.answer(500, 200);
    const resent = await new Webhooks(acme.as('OPS')).resend(id, deliveryId);
    expect(resent).toMatchObject({ status: 202, body: { state: 'PENDING' } });
    await settle(aws);
    const failed = await only(id);
    expect(failed).toMatchObject({ state: 'PENDING', attempts: [{ status: 200 }, { status: 500 }] });
    const wait = Date.parse(failed.next_attempt_at) - Date.parse(failed.attempts[1].attempted_at);
    expect(wait).toBeGreaterThanOrEqual(60_000);
    expect(wait).toBeLessThanOrEqual(66_000);
    await retryAt(new Date(failed.next_attempt_at));
    await settle(aws);
    expect(await only(id)).toMatchObject({ state: 'DELIVERED' });
    expect(listener.heard).toHaveLength(3);
  });

  test('of a delivery of another webhook or tenant is 404', async () => {
    const { id } = await webhook();
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const { id: deliveryId } = await only(id);
    const other = await insertTestTenant(database.admin, 'ISSUER');
    expect((await new Webhooks(other.as('ADMIN')).resend(id, deliveryId)).status).toBe(404);
    expect((await admin.resend(uuidV7(), deliveryId)).status).toBe(404);
    expect((await admin.resend(id, uuidV7())).status).toBe(404);
  });
});

describe('a change', () => {
  test('of the URL takes what is pending along, and the trail has what it was', async () => {
    const { id, secret } = await webhook();
    listener.answer(500, 200);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const moved = await admin.update(id, { url: `${here()}/new?key=s3cret`, events: ['upload.failed'] });
    expect(moved.status, moved.text).toBe(200);
    expect(moved.body).toMatchObject({ url: `${here()}/new?key=***`, events: ['upload.failed'], version: 2 });
    await retryAt(new Date((await only(id)).next_attempt_at));
    await settle(aws);
    expect(listener.heard.map(({ url }) => url)).toEqual(['/hook', '/hook/new?key=s3cret']);
    expect(isSigned(listener.heard[1] as Heard, secret)).toBe(true);
    await tell(busMessage(acme.id, uuidV7()), busMessage(acme.id, uuidV7(), 'upload.failed'));
    await settle(aws);
    expect(listener.heard).toHaveLength(3);
    const { rows } = await database.admin.query(
      `select payload, changes from audit_log where tenant_id = $1 and action = 'webhook.updated'`,
      [acme.id],
    );
    expect(rows).toHaveLength(1);
    const host = `127.0.0.1:${listener.port}`;
    expect(rows[0].payload).toEqual({ id, events: ['upload.failed'], host_before: host, host });
    expect(rows[0].changes[0]).toMatchObject({
      before: { events: ['upload.completed'], url: '***' },
      after: { events: ['upload.failed'], url: '***' },
    });
    expect(JSON.stringify(rows)).not.toContain('s3cret');
  });

  test.each<[string, object, string]>([
    ['nothing', {}, 'validation-failed'],
    ['a field that does not exist', { secret: 'whsec_' }, 'validation-failed'],
    ['a URL in our own network', { url: 'https://10.0.0.7/hook' }, 'validation-failed'],
    ['a URL with credentials', { url: 'https://a:b@hooks.acme.example/' }, 'validation-failed'],
    ['a test, which nobody subscribes to', { events: ['webhook.test'] }, 'validation-failed'],
    ['no events', { events: [] }, 'validation-failed'],
    ['a deletion', { status: 'DELETED' }, 'validation-failed'],
    ['the URL of another webhook', {}, 'webhook-exists'],
    ['an older version', { status: 'DISABLED' }, 'precondition-failed'],
  ])('that names %s is refused', async (_, body, problem) => {
    const { id } = await webhook();
    await admin.create(`${here()}/other`);
    const sent =
      problem === 'webhook-exists' ? { url: `${here().toUpperCase().replace('HOOK', 'hook')}/other` } : body;
    const refused = await admin.update(id, sent, problem === 'precondition-failed' ? 2 : 1);
    expect(refused.body.type).toBe(`/problems/${problem}`);
    expect((await admin.get(id)).body).toMatchObject({ version: 1, status: 'ACTIVE' });
  });

  test('enables again what a 410 or a person has disabled', async () => {
    const { id } = await webhook();
    listener.answer(410);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    await tell(busMessage(acme.id, uuidV7()));
    expect((await admin.update(id, { status: 'ACTIVE' }, 2)).body).toMatchObject({
      status: 'ACTIVE',
      version: 3,
    });
    listener.answer(200);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    expect(listener.heard).toHaveLength(2);
    listener.answer(500);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    await admin.update(id, { status: 'DISABLED' }, 3);
    const states = (await admin.deliveries(id)).body.data.map(({ state }: Json) => state);
    expect(states).toEqual(['CANCELLED', 'DELIVERED', 'FAILED']);
    await admin.create(here());
    expect((await admin.update(id, { status: 'ACTIVE' }, 4)).body.type).toBe('/problems/webhook-exists');
  });

  test('is not undone by the 410 of an attempt before it', async () => {
    const { id } = await webhook();
    listener.answer(410, 200);
    await tell(busMessage(acme.id, uuidV7()));
    await drain(aws, 'webhook-deliveries', deliver);
    await admin.update(id, { url: `${here()}/new` });
    await settle(aws);
    expect((await admin.get(id)).body).toMatchObject({ status: 'ACTIVE', version: 2 });
    await retryAt(new Date((await only(id)).next_attempt_at));
    await settle(aws);
    expect(await only(id)).toMatchObject({
      state: 'DELIVERED',
      attempts: [{ status: 410 }, { status: 200 }],
    });
  });
});

describe('a test', () => {
  test('is delivered whatever the webhook asks for, signed like an event', async () => {
    const { id, secret } = await webhook(['transaction.settled']);
    const sent = await new Webhooks(acme.as('OPS')).test(id);
    expect(sent).toMatchObject({
      status: 202,
      body: { type: 'webhook.test', state: 'PENDING', webhook_id: id },
    });
    await settle(aws);
    const heard = listener.heard[0] as Heard;
    expect(isSigned(heard, secret)).toBe(true);
    expect(heard.headers).toMatchObject({ 'webhook-id': sent.body.id, 'vestry-event': 'webhook.test' });
    expect(JSON.parse(heard.body)).toEqual({
      ...{ id: sent.body.event_id, type: 'webhook.test', time: expect.stringMatching(/^20.*Z$/) },
      ...{ tenant_id: acme.id, schema_version: 1, data: { webhook_id: id } },
    });
    expect(await only(id)).toMatchObject({ state: 'DELIVERED', attempts: [{ attempt: 1, status: 200 }] });
  });

  test('and a replay are refused of a webhook that is disabled, and not found of another tenant', async () => {
    const { id } = await webhook();
    await admin.update(id, { status: 'DISABLED' });
    const other = new Webhooks((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
    const span = spanAround(new Date());
    for (const refused of [await admin.test(id), await admin.replay(id, span)])
      expect(refused).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    for (const refused of [
      await other.test(id),
      await other.replay(id, span),
      await other.update(id, { status: 'ACTIVE' }),
    ])
      expect(refused.status).toBe(404);
    expect(await takeAll(aws, 'webhook-deliveries')).toEqual([]);
  });
});

describe('a replay', () => {
  test('sends what has ended in a span again, under the same ids, with all attempts anew', async () => {
    const { id } = await webhook();
    listener.answer(200, 410);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    await admin.test(id);
    await settle(aws);
    await admin.update(id, { status: 'ACTIVE' }, 2);
    for (let attempt = 0; attempt < 2; attempt += 1) await tell(busMessage(acme.id, uuidV7()));
    await admin.update(id, { status: 'DISABLED' }, 3);
    await admin.update(id, { status: 'ACTIVE' }, 4);
    const late = await takeAll(aws, 'webhook-deliveries');
    expect(late).toHaveLength(2);
    const ops = new Webhooks(acme.as('OPS'));
    const { from, to } = spanAround(new Date());
    expect((await ops.replay(id, { from: '2026-01-01T00:00:00Z', to: '2026-01-31T00:00:00Z' })).body).toEqual(
      { deliveries: 0 },
    );
    expect((await ops.replay(id, { from, to, state: 'FAILED' })).body).toEqual({ deliveries: 0 });
    expect(await ops.replay(id, { from, to, state: 'CANCELLED' })).toMatchObject({
      status: 202,
      body: { deliveries: 2 },
    });
    expect((await ops.replay(id, { from, to })).body).toEqual({ deliveries: 1 });
    listener.answer(500, 500, 500, 200);
    expect((await retryAt(new Date(Date.now() + 1_000))).sent).toBe(3);
    await settle(aws);
    const { data } = (await admin.deliveries(id)).body;
    const again = data.filter(({ type }: Json) => type !== 'webhook.test');
    for (const { state, next_attempt_at, attempts } of again) {
      expect(state).toBe('PENDING');
      const wait = Date.parse(next_attempt_at) - Date.parse(attempts.at(-1).attempted_at);
      expect(wait).toBeGreaterThanOrEqual(60_000);
      expect(wait).toBeLessThanOrEqual(66_000);
    }
    const ids = listener.heard.slice(2).map(({ headers }) => headers['webhook-id']);
    expect(ids.sort()).toEqual(again.map((delivery: Json) => delivery.id).sort());
  });

  test('is not ended by what an attempt before it says late', async () => {
    const { id } = await webhook();
    await tell(busMessage(acme.id, uuidV7()));
    await drain(aws, 'webhook-deliveries', deliver);
    const [outcome] = await takeAll<Json>(aws, 'webhook-outcomes');
    await record({ Records: [recordOf(outcome, 1, '0')] }, testContext());
    await admin.replay(id, spanAround(new Date()));
    await record({ Records: [recordOf(outcome, 1, '0')] }, testContext());
    expect(await only(id)).toMatchObject({ state: 'PENDING', delivered_at: null });
    await record({ Records: [recordOf({ ...outcome, status: 500 }, 1, '0')] }, testContext());
    expect((await retryAt(new Date(Date.now() + 1_000))).sent).toBe(1);
  });

  test('of more than ten thousand is refused as a whole, and no span is longer than 31 days', async () => {
    const { id } = await webhook();
    await database.admin.query(
      `insert into webhook_deliveries (tenant_id, webhook_id, event_id, type, payload, request_id, state)
       select $1, $2, uuid_v7(), 'upload.completed', '{}', 'many', 'FAILED' from generate_series(1, 10001)`,
      [acme.id, id],
    );
    const span = spanAround(new Date());
    const refused = await admin.replay(id, span);
    expect(refused.body).toMatchObject({
      type: '/problems/validation-failed',
      errors: [{ pointer: '/to', code: 'too-many' }],
    });
    expect((await retryAt(new Date(Date.now() + 1_000))).sent).toBe(0);
    await database.admin.query(
      `delete from webhook_deliveries where id = (select id from webhook_deliveries where webhook_id = $1 limit 1)`,
      [id],
    );
    expect((await admin.replay(id, span)).body).toEqual({ deliveries: 10_000 });
    for (const [from, to] of [
      ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00.001Z'],
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ])
      expect((await admin.replay(id, { from, to })).status).toBe(422);
  });
});

describe('secrets', () => {
  test('two are live after a rotation, and the next one drops the older', async () => {
    const { id, secret: first } = await webhook();
    const second = (await admin.rotate(id)).body;
    expect(second).toMatchObject({ id, live_secrets: 2, rotated_at: expect.any(String) });
    await tell(busMessage(acme.id, uuidV7()));
    const { secret: third } = (await admin.rotate(id)).body;
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    const signed = listener.heard.map((delivery) =>
      [first, second.secret, third].map((secret) => isSigned(delivery, secret)),
    );
    expect(signed).toEqual([
      [true, true, false],
      [false, true, true],
    ]);
    for (const { headers } of listener.heard)
      expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  test('are shown once, and nowhere kept in the clear', async () => {
    const { id, secret } = await webhook();
    const rotated = (await admin.rotate(id)).body.secret;
    for (const { text } of [await admin.get(id), await admin.list(), await admin.deliveries(id)])
      expect(text).not.toMatch(/whsec_/);
    const { rows } = await database.admin.query(
      `select (select string_agg(w::text, '') from webhooks w) || (select string_agg(a::text, '') from audit_log a)
         || coalesce((select string_agg(i::text, '') from idempotency_keys i), '') || coalesce((select string_agg(o::text, '') from outbox o), '') as kept`,
    );
    expect(rows[0].kept).toContain(acme.id);
    for (const known of [secret, rotated]) expect(rows[0].kept).not.toContain(known.slice(6));
    await tell(busMessage(acme.id, uuidV7()));
    expect(JSON.stringify(await takeAll(aws, 'webhook-deliveries'))).not.toContain(secret.slice(6));
  });
});

describe('a webhook', () => {
  test('is listed, and when it is deleted its pending deliveries go with it', async () => {
    const { id } = await webhook();
    expect((await admin.list()).body.data).toMatchObject([{ id, url: here(), live_secrets: 1 }]);
    listener.answer(500);
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    expect((await admin.delete(id)).status).toBe(204);
    expect((await admin.list()).body.data).toEqual([]);
    for (const gone of [
      await admin.get(id),
      await admin.delete(id),
      await admin.rotate(id),
      await admin.deliveries(id),
    ])
      expect(gone.status).toBe(404);
    await tell(busMessage(acme.id, uuidV7()));
    expect((await retryAt(new Date(Date.now() + 86_400_000))).sent).toBe(0);
    expect(listener.heard).toHaveLength(1);
  });

  test('is kept under one spelling of its URL, and shown without what its query says', async () => {
    const { port } = listener;
    const { body } = await admin.create(`HTTP://127.0.0.1:${port}/a/../hook?key=s3cret#`);
    expect(body.url).toBe(`http://127.0.0.1:${port}/hook?key=***`);
    for (const { text } of [await admin.get(body.id), await admin.list()])
      expect(text).not.toContain('s3cret');
    const again = await admin.create(`http://127.0.0.1:${port}/hook?key=s3cret`);
    expect(again.body.type).toBe('/problems/webhook-exists');
    await tell(busMessage(acme.id, uuidV7()));
    await settle(aws);
    expect(listener.heard.map(({ url }) => url)).toEqual(['/hook?key=s3cret']);
  });

  test('is unique by its URL, and a tenant can have twenty', async () => {
    await webhook();
    expect((await admin.create(here())).body.type).toBe('/problems/webhook-exists');
    for (let n = 2; n <= 20; n += 1) expect((await admin.create(`${here()}/${n}`)).status).toBe(201);
    expect((await admin.create(`${here()}/21`)).body.type).toBe('/problems/too-many-webhooks');
  });

  test.each<[string, unknown]>([
    ['no events', []],
    ['an event that does not exist', ['upload.started']],
    ['an event twice', ['upload.failed', 'upload.failed']],
  ])('with %s is refused', async (_, events) => {
    expect((await admin.create(here(), events as string[])).status).toBe(422);
  });
});
