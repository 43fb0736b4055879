import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as breakGlassHandler } from '#functions/operations/break-glass.ts';
import { handler as worker } from '#functions/workers/write-report-export.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { breakGlass } from '#operations/operations.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { REPORT_NAMES } from '#reporting/exports/exports.routes.ts';
import { Approvals } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { Json } from '#tests/support/json.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestRequest } from '#tests/support/request.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callRoute, digestOfTables, idIn, sendExample } from '../contract/route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
let tenant: TestTenant;
let first: Principal;
let second: Principal;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  await rotateSigningKeys(new Date());
  first = await insertTestOperator(database.admin);
  second = await insertTestOperator(database.admin);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  tenant = await insertTestTenant(database.admin, 'ISSUER');
});

const ERRAND = { purpose: 'OFFBOARDING', ticket: 'OFF-12' } as const;
const acting = (operator: Principal): Principal => ({
  ...operator,
  ...{ tenantId: tenant.id, tenantType: tenant.type },
  ...{ actorTenantId: operator.tenantId, acts: ERRAND },
});
const setStatus = (status: 'ACTIVE' | 'SUSPENDED') =>
  database.admin.query('update tenants set status = $2 where id = $1', [tenant.id, status]);
const run = (operationId: string, request: TestRequest) =>
  callRoute(routes.find((route) => route.operationId === operationId) as RouteEntry, request);
const entries = async (tenantId: string): Promise<Json[]> =>
  (
    await database.admin.query(
      'select * from audit_log where tenant_id = $1 and actor_id = any ($2) order by id',
      [tenantId, [first.actorId, second.actorId]],
    )
  ).rows;
const hold = { subject: 'TENANT', reason: 'Matter 2026-117' } as const;

describe('a token that acts', () => {
  const open = (body: object) =>
    call(breakGlassHandler, breakGlass, {
      as: first,
      body: { tenant_id: tenant.id, ...ERRAND, acts: true, ...body },
    });

  test('is opened for a suspended tenant alone, to part with it or for the law', async () => {
    expect(await open({})).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    await setStatus('SUSPENDED');
    expect((await open({ purpose: 'INCIDENT' })).status).toBe(422);
    const opened = await open({});
    expect(opened.status, opened.text).toBe(201);
    expect(await authorizerVerdict(`Bearer ${opened.body.access_token}`)).toMatchObject({
      reads: JSON.stringify({ tenantId: tenant.id, tenantType: 'ISSUER', acts: ERRAND }),
    });
    expect(await entries(tenant.id)).toMatchObject([
      { action: 'break-glass.opened', payload: { ...ERRAND, acts: true } },
    ]);
  });

  test('ends its acting with the suspension', async () => {
    const refused = await run('placeLegalHold', { as: acting(first), body: hold });
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    expect(
      (await database.admin.query('select from legal_holds where tenant_id = $1', [tenant.id])).rows,
    ).toEqual([]);
  });
});

describe('an operator who acts for a suspended tenant', () => {
  test('places a legal hold, and another operator confirms its release; both trails tell it', async () => {
    await setStatus('SUSPENDED');
    const placed = await run('placeLegalHold', { as: acting(first), body: hold });
    expect(placed.status, placed.text).toBe(201);
    const params = { id: placed.body.id };
    const waiting = await run('releaseLegalHold', { as: acting(first), params });
    expect(waiting.status, waiting.text).toBe(202);
    const seen = async (operator: Principal) => {
      const { body } = await run('getApproval', { as: acting(operator), params: { id: waiting.body.id } });
      const { body: listed } = await run('listApprovals', {
        as: acting(operator),
        query: { decidable: 'true' },
      });
      return [body.can_decide, body.cannot_decide_because, listed.data.length];
    };
    expect(await seen(first)).toEqual([false, 'own-proposal', 0]);
    expect(await seen(second)).toEqual([true, null, 1]);
    const own = await new Approvals(acting(first)).approve(waiting.body.id);
    expect(own).toMatchObject({ status: 403, body: { type: '/problems/four-eyes' } });
    const approved = await new Approvals(acting(second)).approve(waiting.body.id);
    expect(approved.status, approved.text).toBe(200);
    const held = await database.admin.query(
      'select released_at, released_by from legal_holds where id = $1',
      [params.id],
    );
    expect(held.rows).toMatchObject([{ released_at: expect.any(Date), released_by: first.actorId }]);

    const ofTenant = (await entries(tenant.id)).filter(
      ({ action, problem }) => problem === null && !/read$/.test(action),
    );
    expect(ofTenant.map(({ action }) => action)).toEqual([
      'legal-hold.placed',
      'change.requested',
      'change.approved',
    ]);
    expect(ofTenant[0]).toMatchObject({
      actor_role: 'OPERATOR',
      changes: [{ resource: `legal-holds/${params.id}` }],
    });
    const ofPlatform = (await entries(first.tenantId)).filter(
      ({ resource }) => resource === `tenants/${tenant.id}`,
    );
    expect(ofPlatform.map(({ action, payload }) => [action, payload])).toEqual([
      ['break-glass.acted', { ...ERRAND, did: 'legal-hold.placed', of: `legal-holds/${params.id}` }],
      ['break-glass.acted', { ...ERRAND, did: 'change.requested', of: expect.any(String) }],
      ['break-glass.acted', { ...ERRAND, did: 'change.approved', of: `approvals/${waiting.body.id}` }],
    ]);
  });

  test('confirms nothing that the tenant’s own people have proposed, and denies it', async () => {
    const placed = await run('placeLegalHold', { as: tenant.as('COMPLIANCE'), body: hold });
    const params = { id: placed.body.id };
    const waiting = await run('releaseLegalHold', { as: tenant.as('COMPLIANCE'), params });
    await setStatus('SUSPENDED');
    const { body } = await run('getApproval', { as: acting(first), params: { id: waiting.body.id } });
    expect(body).toMatchObject({ can_decide: false, cannot_decide_because: 'role' });
    const refused = await new Approvals(acting(first)).approve(waiting.body.id);
    expect(refused).toMatchObject({ status: 403, body: { type: '/problems/four-eyes' } });
    expect((await new Approvals(acting(first)).deny(waiting.body.id)).body.state).toBe('DENIED');
  });

  test('confirms no change of another kind, whoever has proposed it', async () => {
    await setStatus('SUSPENDED');
    const id = uuidV7();
    await database.admin.query(
      `insert into change_requests (tenant_id, id, kind, subject_type, subject_id, after, proposal, requested_by, request_id)
       values ($1, $2::uuid, 'payment', 'transactions', $2::text, '{}', '{}', $3, 'test')`,
      [tenant.id, id, first.actorId],
    );
    expect((await new Approvals(acting(second)).approve(id)).body.type).toBe('/problems/four-eyes');
    const byHand = database.admin.query(
      `begin; select set_config('app.tenant_id', '${tenant.id}', true);
       update change_requests set state = 'APPROVED', decided_by = '${second.actorId}', decided_by_operator = true, decided_at = now() where id = '${id}'; commit`,
    );
    await expect(byHand).rejects.toThrow('another person must decide');
  });

  test('closes a holder without shares, and moves none', async () => {
    const register = new Register(tenant.as('ADMIN'));
    const empty = await register.holder('0');
    const rich = await register.holder('5');
    await setStatus('SUSPENDED');
    const close = (id: string) =>
      run('closeShareholder', { as: acting(first), params: { id }, headers: { 'If-Match': '"1"' } });
    const closed = await close(empty.id);
    expect(closed.status, closed.text).toBe(204);
    expect((await close(rich.id)).body.type).toBe('/problems/shareholder-holds-shares');
    const moved = await run('transferShares', {
      as: acting(first),
      body: {
        ...{ from_shareholder_id: rich.id, to_shareholder_id: empty.id },
        ...{ quantity: '5', effective_date: '2026-01-01' },
      },
      headers: { 'Idempotency-Key': 'k' },
    });
    expect(moved.status).toBe(403);
  });

  test('writes every report and the trail, and hands over what nobody has altered', async () => {
    await new Register(tenant.as('ADMIN')).holder('5', { name: 'Ada Holder' });
    await setStatus('SUSPENDED');
    const whole = ['holdings', 'transactions', '1099-div', '1042-s', 'access', 'audit'];
    expect(REPORT_NAMES).toEqual(expect.arrayContaining(whole));
    for (const report of whole) {
      const parameters: Json = report.startsWith('10') ? { year: '2025' } : {};
      const ordered = await run('createReportExport', { as: acting(first), body: { report, parameters } });
      expect(ordered.status, ordered.text).toBe(202);
    }
    await drain(aws, 'report-exports', worker);
    const { data } = (await run('listReportExports', { as: acting(first) })).body;
    expect(data.map(({ report, state }: Json) => [report, state])).toEqual(
      whole.toReversed().map((report) => [report, 'DONE']),
    );
    for (const { id, report, bytes, sha256 } of data) {
      const { url } = (await run('getReportExport', { as: acting(first), params: { id } })).body;
      const file = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect([file.length, createHash('sha256').update(file).digest('hex')]).toEqual([bytes, sha256]);
      if (report === 'holdings') expect(file.toString()).toContain('Ada Holder');
      if (report === 'audit') expect(file.toString()).toMatch(/shareholder\.created[\s\S]*report\.exported/);
    }
    const handed = (await entries(tenant.id)).filter(({ action }) => action === 'personal-data.read');
    expect(handed).toHaveLength(whole.length);
  });
});

describe('what an operator may do for a suspended tenant', () => {
  const release = async (operator: Principal): Promise<TestRequest> => {
    const id = await idIn(database.admin, 'legal_holds', tenant.id);
    const { body } = await run('releaseLegalHold', { as: acting(operator), params: { id } });
    return { params: { id: body.id } };
  };
  /** Inserts a row beside those of `fillTables`, about which it is too late for anything. */
  const insert = async (statement: string): Promise<TestRequest> => {
    const id = uuidV7();
    await database.admin.query(
      statement.replaceAll('$tenant', `'${tenant.id}'`).replaceAll('$id', `'${id}'`),
    );
    return { params: { id } };
  };
  /** The requests of those routes that need more than the rows of `fillTables`. */
  const PREPARED: Readonly<Record<string, () => Promise<TestRequest>>> = {
    cancelMeeting: () =>
      insert(`insert into meetings (tenant_id, id, title, security_class, record_date, opens_at, closes_at, quorum)
        values ($tenant, $id, 'Ahead', 'COMMON', '2026-01-01', '2098-01-01', '2099-01-01', 0.5)`),
    cancelTransaction: () =>
      insert(`insert into transactions (tenant_id, id, type, amount, currency) values ($tenant, $id, 'DIVIDEND', 100, 'USD');
        insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, request_id)
        select tenant_id, $id, id, 'NACHA_FILE', 'ahead' from bank_accounts where tenant_id = $tenant limit 1`),
    approveChange: () => release(second),
    withdrawChange: () => release(first),
  };
  const routesOf = routes.filter(({ forSuspended, audit }) => forSuspended && audit !== undefined);

  test.each(routesOf)(
    '$operationId is done, is an entry of both trails, and moves neither money nor shares',
    async (route) => {
      const type = route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER';
      tenant = await insertTestTenant(database.admin, type);
      await fillTables(database.admin, [tenant.id]);
      await setStatus('SUSPENDED');
      const moved = () => digestOfTables(database.admin, ['position_entries', 'journal', 'contributions']);
      const prepared = await PREPARED[route.operationId]?.();
      const before = await moved();
      const answer = await sendExample(database.admin, route, tenant, {
        ...{ as: acting(first), headers: { 'Idempotency-Key': uuidV7() } },
        ...prepared,
      });
      expect(answer.status, answer.text).toBeLessThan(300);
      expect(await moved()).toBe(before);
      const ofTenant = (await entries(tenant.id)).filter(({ problem }) => problem === null);
      expect(ofTenant).not.toEqual([]);
      const ofPlatform = (await entries(first.tenantId)).filter(
        ({ resource }) => resource === `tenants/${tenant.id}`,
      );
      expect(ofPlatform.map(({ payload }) => payload)).toEqual(
        ofTenant
          .slice(0, ofPlatform.length)
          .map(({ action }) => ({ ...ERRAND, did: action, of: expect.any(String) })),
      );
      expect(ofPlatform).not.toEqual([]);
    },
  );
});
