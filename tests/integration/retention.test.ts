import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as listHoldsHandler } from '#functions/retention/list-legal-holds.ts';
import { handler as placeHandler } from '#functions/retention/place-legal-hold.ts';
import { handler as previewHandler } from '#functions/retention/preview-retention.ts';
import { handler as releaseHandler } from '#functions/retention/release-legal-hold.ts';
import { DAY_MS, dayWrittenIn } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { BATCH } from '#retention/purge.repository.ts';
import {
  listLegalHolds,
  placeLegalHold,
  previewRetention,
  releaseLegalHold,
} from '#retention/retention.routes.ts';
import { Approvals } from '#tests/support/approvals.ts';
import { exportAll, verifyFiles } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, Register } from '#tests/support/register.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { ledgers, purgeAt, purgeCutOff } from '#tests/support/retention.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;
let register: Register;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

beforeEach(async () => {
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  register = new Register(issuer.as('ADMIN'));
});

/** Seven years, the period of the tests, after what was closed at the beginning of 2020. */
const RUN = '2027-03-01T04:00:00Z';
const DUE = '2020-03-01T04:00:00Z';
const DAY_BEFORE = '2020-03-02T04:00:00Z';

const CANARY = 'Canary';

/** A holder with personal data everywhere, closed at an instant. */
async function closedHolder(closedAt: string): Promise<string> {
  const { id } = await register.holder('5', {
    name: `${CANARY} Old`,
    ...{ given_name: CANARY, family_name: 'Old' },
    contact: {
      ...{ email: 'canary@example.com', phone: '+1 555 0100', address: '1 Canary Row' },
      postal_address: { lines: ['1 Canary Row'], country: 'US' },
    },
  });
  await register.update(id, { family_name: 'New', holdings: '0' });
  await database.admin.query(
    `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
     values ($1, $2, '121042882', 'v1.sealed', '6789', 'CHECKING', $3)`,
    [issuer.id, id, CANARY],
  );
  await database.admin.query(
    `insert into tax_certifications (tenant_id, shareholder_id, tax_id_type, tax_id_sealed, tax_id_last4, certification, signed_on)
     values ($1, $2, 'SSN', 'v1.sealed', '6789', 'W9', '2020-01-02')`,
    [issuer.id, id],
  );
  expect((await register.close(id)).status).toBeLessThan(300);
  await database.admin.query('update shareholders set updated_at = $2 where id = $1', [id, closedAt]);
  return id;
}

/** Many of them, closed long enough ago, with a name alone. */
async function insertHolders(count: number): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [issuer.id]);
    await client.query(
      `insert into shareholders (tenant_id, external_ref, name, status, updated_at)
       select $1, n::text, 'Canary ' || n, 'CLOSED', $2 from generate_series(1, $3::integer) n`,
      [issuer.id, DUE, count],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
}

/** Everything that the database still knows of a holder, as text. */
async function traces(id: string): Promise<string> {
  const { rows } = await database.admin.query<{ text: string }>(
    `select s::text as text from shareholders s where id = $1
     union all select n::text from shareholder_names n where shareholder_id = $1
     union all select b::text from bank_accounts b where shareholder_id = $1
     union all select t::text from tax_certifications t where shareholder_id = $1`,
    [id],
  );
  return rows.map(({ text }) => text).join('\n');
}

async function auditOf(
  tenant: TestTenant,
): Promise<{ action: string; resource: string; payload: unknown }[]> {
  const { rows } = await database.admin.query(
    `select action, resource, payload from audit_log where tenant_id = $1 and action = 'retention.purged' order by id`,
    [tenant.id],
  );
  return rows;
}

function hold(
  body: object,
  tenant = issuer,
  role: 'COMPLIANCE' | 'ADMIN' = 'COMPLIANCE',
): Promise<TestResponse> {
  return call(placeHandler, placeLegalHold, { as: tenant.as(role), body: { reason: 'Matter 1', ...body } });
}

async function previewOf(tenant: TestTenant, as_of = dayWrittenIn(RUN)): Promise<Record<string, number[]>> {
  const { status, body } = await call(previewHandler, previewRetention, {
    as: tenant.as('COMPLIANCE'),
    body: { as_of },
  });
  expect(status).toBe(200);
  return Object.fromEntries(
    body.data
      .map(({ category, due, held }: { category: string; due: number; held: number }) => [
        category,
        [due, held],
      ])
      .filter(([, counts]: [string, number[]]) => counts.some((count) => count > 0)),
  );
}

describe('a holder of record', () => {
  test('is erased everywhere when its period ends, and not a day before', async () => {
    const due = await closedHolder(DUE);
    const kept = await closedHolder(DAY_BEFORE);
    const active = (await register.holder('3', { name: `${CANARY} Active` })).id;
    const keptBefore = await traces(kept);
    const before = await ledgers(database.admin);
    expect(await previewOf(issuer)).toEqual({ shareholders: [1, 0], 'bank-accounts': [1, 0] });
    await purgeAt(RUN);
    expect(await traces(due)).not.toMatch(/canary|6789|sealed|0100/i);
    expect(await traces(due)).toContain('purged');
    expect(await traces(kept)).toBe(keptBefore);
    expect(await traces(active)).toContain(CANARY);
    expect(await auditOf(issuer)).toEqual(
      ['shareholders', 'bank-accounts'].map((category) => ({
        ...{ action: 'retention.purged', resource: `retention/${category}` },
        payload: { category, records: 1 },
      })),
    );
    expect(await ledgers(database.admin)).toEqual(before);
    expect(await brokenPositions(database.admin)).toEqual([]);
    expect((await register.get(due)).body).toMatchObject({
      ...{ name: 'purged', given_name: null, family_name: null, status: 'CLOSED' },
      contact: { email: null, phone: null, address: null, postal_address: null },
    });
  });

  test('a second run changes nothing', async () => {
    const id = await closedHolder(DUE);
    await purgeAt(RUN);
    const after = await traces(id);
    const entries = (await auditOf(issuer)).length;
    expect(await purgeAt(RUN)).toEqual({ purged: {}, complete: true });
    expect(await traces(id)).toBe(after);
    expect(await auditOf(issuer)).toHaveLength(entries);
    expect(await previewOf(issuer)).toEqual({});
  });

  test('a holder who was paid since is kept', async () => {
    const id = await closedHolder(DUE);
    await database.admin.query(
      `with context as (select set_config('app.tenant_id', $1, true))
       insert into transactions (tenant_id, type, amount, currency, shareholder_id, updated_at)
       select $1::uuid, 'DIVIDEND', 100, 'USD', $2, $3 from context`,
      [issuer.id, id, DAY_BEFORE],
    );
    await purgeAt(RUN);
    expect(await traces(id)).toContain(CANARY);
  });

  test('in more batches than one, cut off midway, ends in the same', async () => {
    const { admin } = database;
    await insertHolders(1_200);
    const left = async () =>
      (
        await admin.query(
          `select count(*)::integer as n from shareholders where tenant_id = $1 and name like 'Canary%'`,
          [issuer.id],
        )
      ).rows[0].n;
    // No time: nothing is begun.
    expect(await purgeAt(RUN, 1000)).toEqual({ purged: {}, complete: false });
    expect(await left()).toBe(1200);
    await Promise.all([purgeAt(RUN), purgeAt(RUN)]);
    expect(await left()).toBe(0);
    const entries = await auditOf(issuer);
    expect(
      entries.map(({ payload }) => (payload as { records: number }).records).reduce((a, b) => a + b),
    ).toBe(1200);
    expect(entries.length).toBeGreaterThan(2);
  });

  test('killed anywhere midway, has the same result in the end, with an audit entry for all that was erased', async () => {
    const { admin } = database;
    const HOLDERS = 3_000;
    await insertHolders(HOLDERS);
    const held = (
      await admin.query(
        `insert into legal_holds (tenant_id, subject, shareholder_id, reason)
         select tenant_id, 'SHAREHOLDER', id, 'Matter 1' from shareholders where tenant_id = $1 and external_ref in ('7', '2999') returning shareholder_id`,
        [issuer.id],
      )
    ).rows;
    const before = await ledgers(admin);
    const counts = async () =>
      (
        await admin.query(
          `select (select count(*)::integer from shareholders where tenant_id = $1 and name like 'Canary%') as left,
            (select coalesce(sum((payload ->> 'records')::integer), 0)::integer from audit_log
              where tenant_id = $1 and action = 'retention.purged') as audited`,
          [issuer.id],
        )
      ).rows[0];
    // The first kill comes after the first batch, later ones at any point, until a run completes.
    const crashDirectory = mkdtempSync(join(tmpdir(), 'vestry-crash-'));
    const batch = join(crashDirectory, `purge.batch.${issuer.id}`);
    writeFileSync(batch, '');
    expect(await purgeCutOff(RUN, { crashDirectory })).toBe(true);
    expect(existsSync(batch)).toBe(false);
    rmSync(crashDirectory, { recursive: true });
    expect(await counts()).toEqual({ left: HOLDERS - BATCH, audited: BATCH });
    for (let killAfterMs = 10; await purgeCutOff(RUN, { killAfterMs }); killAfterMs *= 2) {
      const { left, audited } = await counts();
      expect(left + audited).toBe(HOLDERS);
    }
    expect(await counts()).toEqual({ left: held.length, audited: HOLDERS - held.length });
    expect(await purgeAt(RUN)).toEqual({ purged: {}, complete: true });
    expect(await ledgers(admin)).toEqual(before);
  }, 180_000);

  test('no other way leads to former names', async () => {
    const id = await closedHolder(DUE);
    const app = await database.connectAsApp();
    try {
      await app.query(
        `select set_config('app.tenant_id', $1, false), set_config('app.purging_names', 'on', false)`,
        [issuer.id],
      );
      await expect(app.query('select purge_shareholder_names($1)', [[id]])).rejects.toThrow(
        'permission denied',
      );
      await expect(app.query(`update shareholder_names set name = 'x'`)).rejects.toThrow('permission denied');
    } finally {
      await app.end();
    }
    const client = await database.admin.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.purging_names', 'on', true)`);
      await expect(client.query(`update shareholder_names set name = 'x'`)).rejects.toThrow('append-only');
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('a legal hold', () => {
  test('prevents the purge until it is released', async () => {
    const held = await closedHolder(DUE);
    const free = await closedHolder(DUE);
    const { status, body } = await hold({ subject: 'SHAREHOLDER', shareholder_id: held });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'ACTIVE',
      placed_by: issuer.as('COMPLIANCE').actorId,
      released_at: null,
    });
    expect(await previewOf(issuer)).toEqual({ shareholders: [1, 1], 'bank-accounts': [1, 1] });
    await purgeAt(RUN);
    expect(await traces(free)).not.toContain(CANARY);
    expect(await traces(held)).toContain(CANARY);
    expect(await traces(held)).toContain('v1.sealed');
    const release = () =>
      call(releaseHandler, releaseLegalHold, { as: issuer.as('COMPLIANCE'), params: { id: body.id } });
    const asked = await release();
    await purgeAt(RUN);
    expect(await traces(held)).toContain(CANARY);
    expect((await new Approvals(issuer.as('ADMIN')).approve(asked.body.id)).status).toBe(200);
    expect((await release()).status).toBe(204);
    const listed = await call(listHoldsHandler, listLegalHolds, {
      ...{ as: issuer.as('ADMIN'), query: { status: 'RELEASED' } },
    });
    expect(listed.body.data).toMatchObject([{ id: body.id, status: 'RELEASED' }]);
    await purgeAt(RUN);
    expect(await traces(held)).not.toContain(CANARY);
  });

  test('on the tenant keeps everything of it, and nothing of others', async () => {
    const id = await closedHolder(DUE);
    await database.admin.query(
      `insert into users (tenant_id, email, role, status, password_hash, updated_at) values ($1, 'canary@a.example', 'OPS', 'DISABLED', 'x', $3), ($2, 'canary@b.example', 'OPS', 'DISABLED', 'x', $3)`,
      [issuer.id, sponsor.id, DUE],
    );
    await database.admin.query(
      `insert into passkeys (tenant_id, user_id, name, credential_id, public_key, sign_count, transports)
       select tenant_id, id, 'Canary’s telephone', 'canary', '', 0, '{}' from users where email like 'canary@%'`,
    );
    expect((await hold({ subject: 'TENANT' })).status).toBe(201);
    await purgeAt(RUN);
    expect(await traces(id)).toContain(CANARY);
    const passkeys = await database.admin.query(
      `select tenant_id from passkeys where credential_id = 'canary'`,
    );
    expect(passkeys.rows).toEqual([{ tenant_id: issuer.id }]);
    const { rows } = await database.admin.query(
      `select tenant_id, email, password_hash from users where tenant_id = any ($1) and status = 'DISABLED' order by tenant_id`,
      [[issuer.id, sponsor.id]],
    );
    expect(rows).toEqual([
      { tenant_id: issuer.id, email: 'canary@a.example', password_hash: 'x' },
      {
        tenant_id: sponsor.id,
        email: expect.stringMatching(/^purged-.*@purged\.invalid$/),
        password_hash: 'purged',
      },
    ]);
  });

  test('names a subject of its own tenant, and only COMPLIANCE places it', async () => {
    const unknown = '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d';
    for (const body of [
      { subject: 'SHAREHOLDER', shareholder_id: unknown },
      { subject: 'SHAREHOLDER' },
      { subject: 'PARTICIPANT', employee_id: 'nobody' },
      { subject: 'TENANT', employee_id: 'E-1' },
      { subject: 'PARTICIPANT', shareholder_id: unknown, employee_id: 'E-1' },
      { subject: 'EVERYONE' },
    ])
      expect((await hold(body)).status, JSON.stringify(body)).toBe(422);
    expect((await hold({ subject: 'TENANT' }, issuer, 'ADMIN')).status).toBe(403);
  });
});

describe('a participant', () => {
  async function participant(employeeId: string, terminatedOn: string | null): Promise<void> {
    const { admin } = database;
    await admin.query(
      `insert into participants (tenant_id, employee_id, date_of_birth) values ($1, $2, '1970-01-01')`,
      [sponsor.id, employeeId],
    );
    await admin.query(
      `insert into plans (tenant_id, employee_id, plan_type, currency, enrolled_on, vesting_start, vested_as_of, status, terminated_on)
       values ($1, $2, '401K', 'USD', '2015-01-01', '2015-01-01', '2015-01-01', $3, $4)`,
      [sponsor.id, employeeId, terminatedOn === null ? 'ACTIVE' : 'TERMINATED', terminatedOn],
    );
  }

  test('is erased when every plan is long terminated and paid out', async () => {
    await participant('due', '2020-03-01');
    await participant('day-before', '2020-03-02');
    await participant('active', null);
    await participant('held', '2020-01-01');
    await participant('balance', '2020-01-01');
    await database.admin.query(
      `update plans set employee_contributed = 100 where tenant_id = $1 and employee_id = 'balance'`,
      [sponsor.id],
    );
    await hold({ subject: 'PARTICIPANT', employee_id: 'held' }, sponsor);
    expect(await previewOf(sponsor)).toEqual({ participants: [1, 1] });
    await purgeAt(RUN);
    const { rows } = await database.admin.query(
      'select employee_id from participants where tenant_id = $1 and date_of_birth is null',
      [sponsor.id],
    );
    expect(rows).toEqual([{ employee_id: 'due' }]);
  });
});

describe('text that people have written', () => {
  const payment = async (holder: string, { status = 'SETTLED', updatedAt = '2019-06-01T00:00:00Z' } = {}) =>
    (
      await database.admin.query(
        `with context as (select set_config('app.tenant_id', $1, true))
         insert into transactions (tenant_id, type, amount, currency, shareholder_id, status, memo, updated_at, source_account)
         select $1::uuid, 'DISBURSE', 100, 'USD', $2, $3, 'For Canary', $4, 'OTHER_DISBURSEMENTS' from context returning id`,
        [issuer.id, holder, status, updatedAt],
      )
    ).rows[0].id as string;
  const memos = async () =>
    Object.fromEntries(
      (
        await database.admin.query(
          `select id, memo, version, updated_at::text from transactions where tenant_id = $1`,
          [issuer.id],
        )
      ).rows.map(({ id, ...rest }) => [id, rest]),
    );

  test('of a payment goes with its payee, and leaves the payment as it is', async () => {
    const [due, held, kept] = [
      await closedHolder(DUE),
      await closedHolder(DUE),
      await closedHolder(DAY_BEFORE),
    ];
    const payments = { due: await payment(due), held: await payment(held), kept: await payment(kept) };
    const pending = await payment(due, { status: 'PENDING' });
    await hold({ subject: 'SHAREHOLDER', shareholder_id: held });
    const before = await memos();
    const sums = await ledgers(database.admin);
    expect(await previewOf(issuer)).toMatchObject({ memos: [1, 1] });
    await purgeAt(RUN);
    expect(await memos()).toEqual({ ...before, [payments.due]: { ...before[payments.due], memo: null } });
    expect(before[pending]).toMatchObject({ memo: 'For Canary' });
    expect(await ledgers(database.admin)).toEqual(sums);
    expect((await purgeAt(RUN)).purged).not.toHaveProperty('memos');
  });

  test('of a payment is erased only by the purge', async () => {
    const id = await payment(await closedHolder(DUE));
    const app = await database.connectAsApp();
    try {
      await app.query(`select set_config('app.tenant_id', $1, false)`, [issuer.id]);
      await expect(app.query('update transactions set memo = null where id = $1', [id])).rejects.toThrow(
        'one version at a time',
      );
    } finally {
      await app.end();
    }
  });

  test('in the name of a file goes when the file does', async () => {
    const { admin } = database;
    for (const [number, completed] of [DUE, DAY_BEFORE].entries())
      await admin.query(
        `insert into uploads (tenant_id, kind, door, state, filename, object_key, object_ref, warnings, completed_at, request_id)
         values ($1, 'shareholders', 'DROP', 'COMPLETED', 'canary.csv', 'drop/x/shareholders/canary.csv', $2, '["Canary"]', $3, 'x')`,
        [issuer.id, String(number), completed],
      );
    expect(await previewOf(issuer)).toEqual({ 'upload-names': [1, 0] });
    await purgeAt(RUN);
    const { rows } = await admin.query(
      `select u::text as text from uploads u where tenant_id = $1 order by completed_at`,
      [issuer.id],
    );
    expect(rows.map(({ text }) => /canary/i.test(text))).toEqual([false, true]);
  });
});

describe('the log of requests', () => {
  test('is purged after thirty days, by the machine’s clock, unless the tenant is held', async () => {
    const insert = (tenant: TestTenant, days: number) =>
      database.admin.query(
        `insert into request_log (tenant_id, id, at, actor_id, actor_role, is_key, method, route, operation, status, request_id)
         values ($1, $2, $3, $1, 'OPS', false, 'GET', '/shareholders', 'listShareholders', 200, $4)`,
        [
          tenant.id,
          uuidV7(Date.now() - days * DAY_MS),
          new Date(Date.now() - days * DAY_MS),
          `of day ${days}`,
        ],
      );
    for (const days of [29, 31]) await insert(issuer, days);
    await insert(sponsor, 31);
    await hold({ subject: 'TENANT' }, sponsor);
    const left = async (tenant: TestTenant) => {
      const text = `select request_id from request_log where tenant_id = $1 and request_id like 'of day %'`;
      return (await database.admin.query(text, [tenant.id])).rows.map(({ request_id }) => request_id);
    };
    expect((await purgeAt(new Date().toISOString())).purged).toMatchObject({ requests: 1 });
    expect(await left(issuer)).toEqual(['of day 29']);
    expect(await left(sponsor)).toEqual(['of day 31']);
    // A run that is simulated months ahead leaves what has just been asked.
    expect((await purgeAt(RUN)).purged).not.toHaveProperty('requests');
  });
});

describe('what webhooks were sent', () => {
  const webhook = async (status: string, updatedAt: string) =>
    (
      await database.admin.query(
        `insert into webhooks (tenant_id, url, events, secrets_sealed, status, updated_at)
         values ($1, 'https://hooks.example/' || uuid_v7(), '{transaction.sent}', '{v1.sealed}', $2, $3) returning id`,
        [issuer.id, status, updatedAt],
      )
    ).rows[0].id as string;
  const delivery = async (webhookId: string, state: string, createdAt: string) => {
    const { rows } = await database.admin.query(
      `insert into webhook_deliveries (tenant_id, webhook_id, event_id, type, payload, request_id, state, next_attempt_at, created_at)
       values ($1, $2, uuid_v7(), 'transaction.sent', '{}', $3, $3, case when $3 = 'PENDING' then now() end, $4) returning id`,
      [issuer.id, webhookId, state, createdAt],
    );
    await database.admin.query(
      `insert into webhook_attempts (tenant_id, delivery_id, attempt, attempted_at, duration_ms) values ($1, $2, 1, $3, 1)`,
      [issuer.id, rows[0].id, createdAt],
    );
    return rows[0].id as string;
  };
  const idsOf = async (table: string, column = 'id') =>
    (
      await database.admin.query(`select ${column} as id from ${table} where tenant_id = $1`, [issuer.id])
    ).rows
      .map(({ id }) => id)
      .sort();

  test('goes after ninety days with its log, and a deleted webhook with the last of it', async () => {
    const [over, young] = ['2026-12-01T04:00:00Z', '2026-12-01T04:00:01Z'];
    const active = await webhook('ACTIVE', over);
    const deleted = await webhook('DELETED', over);
    const waiting = await webhook('DELETED', young);
    await delivery(active, 'DELIVERED', over);
    await delivery(active, 'FAILED', over);
    await delivery(deleted, 'CANCELLED', over);
    const kept = [await delivery(active, 'PENDING', over), await delivery(active, 'DELIVERED', young)].sort();
    // A deleted webhook isn't due as long as it has deliveries.
    expect(await previewOf(issuer)).toEqual({ 'webhook-deliveries': [3, 0] });
    await purgeAt(RUN);
    expect(await idsOf('webhook_deliveries')).toEqual(kept);
    expect(await idsOf('webhook_attempts', 'delivery_id')).toEqual(kept);
    expect(await idsOf('webhooks')).toEqual([active, waiting].sort());
    expect(await purgeAt(RUN)).toEqual({ purged: {}, complete: true });
  });

  test('is kept by a hold on the tenant, and changed or deleted by nobody else', async () => {
    const id = await delivery(await webhook('ACTIVE', DUE), 'DELIVERED', DUE);
    await hold({ subject: 'TENANT' });
    await purgeAt(RUN);
    expect(await idsOf('webhook_deliveries')).toEqual([id]);
    const app = await database.connectAsApp();
    try {
      await app.query(`select set_config('app.tenant_id', $1, false)`, [issuer.id]);
      for (const statement of [
        'delete from webhook_deliveries',
        'delete from webhook_attempts',
        'update webhook_attempts set status = 200',
      ])
        await expect(app.query(statement), statement).rejects.toThrow('permission denied');
    } finally {
      await app.end();
    }
    await expect(database.admin.query('update webhook_attempts set status = 200')).rejects.toThrow(
      'append-only',
    );
  });
});

describe('what is kept for days', () => {
  test('goes when they are over', async () => {
    const { admin } = database;
    const user = issuer.as('OPS').actorId;
    for (const [days, left] of [
      [31, 'gone'],
      [29, 'left'],
    ] as const) {
      const at = new Date(Date.parse(RUN) - days * 86_400_000);
      await admin.query(
        `insert into refresh_tokens (tenant_id, user_id, family_id, token_sha256, expires_at, rotated_at) values ($1, $2, $2, $3, $4, now())`,
        [issuer.id, user, Buffer.from(left), at],
      );
      await admin.query(
        `insert into outbox (tenant_id, type, payload, request_id, published_at) values ($1, 'upload.completed', '{}', $2, $3)`,
        [issuer.id, left, at],
      );
    }
    await admin.query(
      `insert into outbox (tenant_id, type, payload, request_id, created_at) values ($1, 'upload.completed', '{}', 'unpublished', '2020-01-01')`,
      [issuer.id],
    );
    for (const [id, expires] of [
      ['gone', '2027-03-01T03:59:59Z'],
      ['left', '2027-03-01T04:00:01Z'],
    ])
      await admin.query(
        `insert into idempotency_keys (tenant_id, id, status, payload_sha256, owner, in_progress_until, expires_at) values ($1, $2, 'COMPLETED', 'x', $1, $3, $3)`,
        [issuer.id, id, expires],
      );
    for (const [filename, completed] of [
      ['gone', '2026-11-30T04:00:00Z'],
      ['left', '2026-12-02T04:00:00Z'],
    ])
      await admin.query(
        `insert into uploads (tenant_id, kind, door, state, filename, object_key, object_ref, errors, errors_key, completed_at, request_id)
         values ($1, 'shareholders', 'DROP', 'COMPLETED', $2, $2, $2, '[{"message": "Canary"}]', 'errors/x', $3, 'x')`,
        [issuer.id, filename, completed],
      );
    await purgeAt(RUN);
    const names = async (text: string) => (await admin.query(text, [issuer.id])).rows.map((row) => row.name);
    expect(
      await names(
        `select convert_from(token_sha256, 'UTF8') as name from refresh_tokens where tenant_id = $1 and rotated_at is not null`,
      ),
    ).toEqual(['left']);
    expect(await names('select request_id as name from outbox where tenant_id = $1 order by 1')).toEqual([
      'left',
      'unpublished',
    ]);
    expect(await names('select id as name from idempotency_keys where tenant_id = $1')).toEqual(['left']);
    expect(
      await names(
        `select filename as name from uploads where tenant_id = $1 and errors <> '[]' and errors_key is not null`,
      ),
    ).toEqual(['left']);
  });
});

test('the audit chain holds through purges', async () => {
  await closedHolder(DUE);
  await exportAll(database.admin, '2027-02-01T00:00:00Z');
  await purgeAt(RUN);
  await exportAll(database.admin, '2027-03-01T05:00:00Z');
  expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({ valid: true });
});
