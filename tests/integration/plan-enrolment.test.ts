import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as createTenantLinkHandler } from '#functions/identity/create-tenant-link.ts';
import { handler as listTenantLinksHandler } from '#functions/identity/list-tenant-links.ts';
import { handler as revokeTenantLinkHandler } from '#functions/identity/revoke-tenant-link.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as listMyPlansHandler } from '#functions/plans/list-my-plans.ts';
import { handler as listPlansHandler } from '#functions/plans/list-plans.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { handler as createShareholderHandler } from '#functions/register/create-shareholder.ts';
import {
  createTenantLink,
  listTenantLinks,
  revokeTenantLink,
} from '#identity/tenant-links/tenant-links.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { listMyPlans } from '#plans/me.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { getPlan, listPlans } from '#plans/plans.routes.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { enroll, problem } from '#tests/support/plans.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let globex: TestTenant;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  globex = await insertTestTenant(database.admin, 'SPONSOR');
  acme = await insertTestTenant(database.admin, 'ISSUER');
  other = await insertTestTenant(database.admin, 'ISSUER');
});

afterAll(() => database.close());

const GRADED = { type: 'graded', cliff_months: 6, total_months: 30 };
const GRANT = { quantity: '1000', grant_date: '2025-01-15', vesting_start: '2025-01-15' };

const terminate = (planId: string, body: object = {}) =>
  call(terminatePlanHandler, terminatePlan, { as: globex.as('ADMIN'), params: { id: planId }, body });
describe('enrolment', () => {
  test('only an RSU', async () => {
    const { status, body, header } = await enroll(globex, { employee_id: 'emp-123', plan_type: 'RSU' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      tenant_id: globex.id,
      employee_id: 'emp-123',
      plan_type: 'RSU',
      status: 'ACTIVE',
      currency: 'USD',
      balance: '0.00',
      vested_balance: '0.00',
      shareholder_id: null,
      vesting_schedule: null,
      grant: null,
      version: 1,
    });
    expect(header('location')).toBe(`/api/plans/${body.id}`);
    expect(header('etag')).toBe('"1"');
    const got = await call(getPlanHandler, getPlan, { as: globex.as('COMPLIANCE'), params: { id: body.id } });
    expect(got.body).toEqual(body);
  });

  test('a 401K with a graded schedule', async () => {
    const { status, body } = await enroll(globex, {
      employee_id: 'emp-456',
      plan_type: '401K',
      vesting_schedule: GRADED,
    });
    expect(status).toBe(201);
    expect(body.vesting_schedule).toEqual(GRADED);
  });

  test('an RSU of a holder on the register of an issuer that has linked the sponsor, and of no other', async () => {
    const holderOf = async (issuer: TestTenant) => {
      const { body } = await call(createShareholderHandler, createShareholder, {
        as: issuer.as('ADMIN'),
        body: { external_ref: 'H-1', name: 'Ada Okafor' },
      });
      return body.id as string;
    };
    const [holder, foreign] = [await holderOf(acme), await holderOf(other)];
    const attempt = (shareholder_id: string) =>
      enroll(globex, { employee_id: 'emp-789', plan_type: 'RSU', shareholder_id });
    const unlinked = await attempt(holder);
    expect(unlinked).toMatchObject({ status: 422, body: problem('shareholder-not-linked') });

    const link = await call(createTenantLinkHandler, createTenantLink, {
      as: acme.as('ADMIN'),
      body: { sponsor: globex.slug },
    });
    expect(link).toMatchObject({ status: 201, body: { sponsor: globex.slug, status: 'ACTIVE' } });
    const [ofForeign, ofUnknown] = [await attempt(foreign), await attempt(uuidV7())];
    for (const { status, body } of [ofForeign, ofUnknown]) {
      expect(status).toBe(422);
      expect({ ...body, instance: '' }).toEqual({ ...unlinked.body, instance: '' });
    }
    expect(await attempt(holder)).toMatchObject({ status: 201, body: { shareholder_id: holder } });

    const revoke = { as: acme.as('ADMIN'), params: { id: link.body.id } };
    expect((await call(revokeTenantLinkHandler, revokeTenantLink, revoke)).status).toBe(204);
    expect(
      await enroll(globex, { employee_id: 'emp-790', plan_type: 'RSU', shareholder_id: holder }),
    ).toMatchObject({
      status: 422,
    });
    const links = await call(listTenantLinksHandler, listTenantLinks, { as: acme.as('ADMIN') });
    expect(links.body.data).toMatchObject([{ status: 'REVOKED', revoked_at: expect.any(String) }]);
  });

  test('a link names an active sponsor, once', async () => {
    const link = (sponsor: string) =>
      call(createTenantLinkHandler, createTenantLink, { as: other.as('ADMIN'), body: { sponsor } });
    for (const slug of ['nobody-here', acme.slug])
      expect(await link(slug)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/sponsor' }] } });
    expect((await link(globex.slug)).status).toBe(201);
    expect(await link(globex.slug)).toMatchObject({ status: 409, body: problem('tenant-link-exists') });
  });

  test('the caller’s context is restored after the look at an issuer’s register', async () => {
    const app = await database.connectAsApp();
    await app.query('begin');
    await app.query(`select set_config('app.tenant_id', $1, true)`, [globex.id]);
    await app.query('select linked_shareholder_exists($1)', [uuidV7()]);
    const { rows } = await app.query(
      'select current_tenant() as tenant, (select count(*) from shareholders) as seen',
    );
    expect(rows).toEqual([{ tenant: globex.id, seen: 0n }]);
    await app.end();
  });

  test('one active plan of a type: of two at once, one is made', async () => {
    const body = { employee_id: 'emp-twice', plan_type: 'ESPP' };
    for (let round = 0; round < 5; round += 1) {
      const both = await Promise.all([enroll(globex, body), enroll(globex, body)]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(both.find(({ status }) => status === 409)?.body).toMatchObject(problem('plan-exists'));
      await terminate(both.find(({ status }) => status === 201)?.body.id);
    }
  });

  const bad: [string, object, string][] = [
    ['no employee', { employee_id: undefined }, '/employee_id'],
    ['an empty employee', { employee_id: '' }, '/employee_id'],
    ['an unknown type', { plan_type: 'IRA' }, '/plan_type'],
    ['no type', { plan_type: undefined }, '/plan_type'],
    ['a foreign field', { tenant_id: uuidV7() }, '/tenant_id'],
    ['a malformed holder', { shareholder_id: '7' }, '/shareholder_id'],
    ['an unknown currency', { currency: 'XXX' }, '/currency'],
    [
      'a cliff beyond the total',
      { vesting_schedule: { ...GRADED, cliff_months: 31 } },
      '/vesting_schedule/cliff_months',
    ],
    ['0 months', { vesting_schedule: { type: 'graded', total_months: 0 } }, '/vesting_schedule/total_months'],
    [
      'a cliff of 0 months',
      { vesting_schedule: { type: 'cliff', cliff_months: 0 } },
      '/vesting_schedule/cliff_months',
    ],
    [
      'tranches of 99 %',
      { vesting_schedule: { type: 'tranches', tranches: [{ after_months: 12, percent: 99 }] } },
      '/vesting_schedule/tranches',
    ],
    ['a schedule of no type', { vesting_schedule: { total_months: 12 } }, '/vesting_schedule/type'],
    ['a grant of a 401K', { plan_type: '401K', grant: GRANT }, '/grant'],
    ['a grant of nothing', { grant: { ...GRANT, quantity: '0' } }, '/grant/quantity'],
    ['a grant of 9 decimals', { grant: { ...GRANT, quantity: '1.000000001' } }, '/grant/quantity'],
    ['a day that never was', { grant: { ...GRANT, grant_date: '2025-02-29' } }, '/grant/grant_date'],
    ['an enrolment in the future', { enrolled_on: '2199-01-01' }, '/enrolled_on'],
    ['a birth in the future', { date_of_birth: '2199-01-01' }, '/date_of_birth'],
    ['an allocation of no grant', { allocation_type: 'FRONT_LOADED' }, '/allocation_type'],
  ];
  test.each(bad)('refuses %s', async (_, change, pointer) => {
    const { status, body } = await enroll(globex, { employee_id: 'emp-bad', plan_type: 'RSU', ...change });
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });
});

describe('who sees a plan', () => {
  test('an employee their own, and nothing else', async () => {
    const mine = await enroll(globex, { employee_id: 'emp-mine', plan_type: '401K' });
    const theirs = await enroll(globex, { employee_id: 'emp-theirs', plan_type: '401K' });
    const as = globex.as('EMPLOYEE', 'emp-mine');
    const read = (id: string) => call(getPlanHandler, getPlan, { as, params: { id } });
    expect((await read(mine.body.id)).status).toBe(200);
    const [hidden, unknown] = [await read(theirs.body.id), await read(uuidV7())];
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    const own = await call(listMyPlansHandler, listMyPlans, { as });
    expect(own.body.data).toEqual([mine.body]);
    const nobody = await call(listMyPlansHandler, listMyPlans, { as: globex.as('EMPLOYEE') });
    expect(nobody.body).toEqual({ data: [], next_cursor: null });
    expect((await call(listPlansHandler, listPlans, { as })).status).toBe(403);
  });

  test('a list by employee, type and state, in pages', async () => {
    await enroll(globex, { employee_id: 'emp-pages', plan_type: 'RSU' });
    await enroll(globex, { employee_id: 'emp-pages', plan_type: 'ESPP' });
    const list = (query: Record<string, string>) =>
      call(listPlansHandler, listPlans, {
        as: globex.as('OPS'),
        query: { employee_id: 'emp-pages', ...query },
      });
    const first = await list({ limit: '1' });
    expect(first.body.data).toMatchObject([{ plan_type: 'RSU' }]);
    const second = await list({ limit: '1', cursor: first.body.next_cursor });
    expect(second.body).toMatchObject({ data: [{ plan_type: 'ESPP' }], next_cursor: null });
    expect((await list({ plan_type: 'ESPP', status: 'ACTIVE' })).body.data).toHaveLength(1);
  });
});
