import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as createTenantLinkHandler } from '#functions/identity/create-tenant-link.ts';
import { handler as listTenantLinksHandler } from '#functions/identity/list-tenant-links.ts';
import { handler as revokeTenantLinkHandler } from '#functions/identity/revoke-tenant-link.ts';
import { handler as changeDocumentHandler } from '#functions/plans/change-plan-document.ts';
import { handler as createGrantHandler } from '#functions/plans/create-grant.ts';
import { handler as createDocumentHandler } from '#functions/plans/create-plan-document.ts';
import { handler as explainHandler } from '#functions/plans/explain-plan.ts';
import { handler as getParticipantHandler } from '#functions/plans/get-participant.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as getDocumentHandler } from '#functions/plans/get-plan-document.ts';
import { handler as listMatchesHandler } from '#functions/plans/list-matches.ts';
import { handler as listMyPlansHandler } from '#functions/plans/list-my-plans.ts';
import { handler as listParticipantsHandler } from '#functions/plans/list-participants.ts';
import { handler as listDocumentsHandler } from '#functions/plans/list-plan-documents.ts';
import { handler as listPlansHandler } from '#functions/plans/list-plans.ts';
import { handler as postMatchHandler } from '#functions/plans/post-match.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { handler as createShareholderHandler } from '#functions/register/create-shareholder.ts';
import {
  createTenantLink,
  listTenantLinks,
  revokeTenantLink,
} from '#identity/tenant-links/tenant-links.routes.ts';
import { addDays, addMonths, dayOf } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import * as documents from '#plans/documents/plan-documents.routes.ts';
import { explainPlan } from '#plans/explain/explain.routes.ts';
import { createGrant } from '#plans/grants/create-grant.routes.ts';
import { listMatches, postMatch } from '#plans/matching/matches.routes.ts';
import { listMyPlans } from '#plans/me.routes.ts';
import { getParticipant, listParticipants, setParticipant } from '#plans/participants/participants.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { getPlan, listPlans } from '#plans/plans.routes.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { contribute, enroll, problem } from '#tests/support/plans.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { UploadMappings } from '#tests/support/upload-mappings.ts';
import { objectText } from '#tests/support/uploads.ts';

let database: TestDatabase;
let aws: TestAws;
let globex: TestTenant;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  globex = await insertTestTenant(database.admin, 'SPONSOR');
  acme = await insertTestTenant(database.admin, 'ISSUER');
  other = await insertTestTenant(database.admin, 'ISSUER');
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

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

describe('the census', () => {
  let sponsor: TestTenant;
  const today = dayOf(new Date());
  const BORN = { date_of_birth: '1980-02-29' };
  const put = (employee: string, body: object, headers: Record<string, string> = {}) =>
    call(setParticipantHandler, setParticipant, {
      ...{ as: sponsor.as('OPS'), params: { employee }, body, headers },
    });
  const get = (employee: string) =>
    call(getParticipantHandler, getParticipant, { as: sponsor.as('COMPLIANCE'), params: { employee } });
  const list = (query: Record<string, string> = {}, of: TestTenant = sponsor) =>
    call(listParticipantsHandler, listParticipants, { as: of.as('OPS'), query });
  const numbers = async (query: Record<string, string>): Promise<string[]> => {
    const { body, text } = await list(query);
    expect(body.data, text).toBeDefined();
    return body.data.map(({ employee_id }: { employee_id: string }) => employee_id);
  };
  const load = (content: string, query: Record<string, string> = {}, name = 'census.csv') =>
    new RegisterFiles(aws, sponsor.as('OPS'), 'participants').load(content, query, name);
  const startOf = async (id: string): Promise<string> => {
    const { body, text } = await call(explainHandler, explainPlan, { as: sponsor.as('OPS'), params: { id } });
    expect(text).toContain('vesting_start');
    return JSON.stringify(body).match(/"vesting_start":"([^"]+)"/)?.[1] ?? '';
  };

  beforeAll(async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  });

  test('knows a person by name, pay and days of service; what is left out stays, and null clears', async () => {
    const person = {
      ...{ ...BORN, name: 'Zoë Müller', email: 'zoe@globex.example', compensation: '85000.50' },
      ...{ hired_on: '2019-03-01', terminated_on: '2021-05-31', rehired_on: '2023-01-09' },
    };
    const made = await put('p-1', person);
    expect(made).toMatchObject({ status: 200, body: { ...person, kyc_status: 'UNVERIFIED', version: 1 } });
    const kept = await put('p-1', { ...BORN, email: null });
    expect(kept.body).toMatchObject({ ...person, email: null, version: 2 });
    expect((await get('p-1')).body).toEqual(kept.body);
    expect(await put('p-1', BORN, { 'If-Match': '"1"' })).toMatchObject({ status: 412 });
    expect(await put('p-new', BORN, { 'If-Match': '"1"' })).toMatchObject({ status: 412 });
    expect((await get('p-new')).status).toBe(404);
  });

  const wrong: [string, object, string][] = [
    ['a birth tomorrow', { date_of_birth: addDays(today, 2) }, '/date_of_birth'],
    ['a hire before the birth', { hired_on: '1980-02-29' }, '/hired_on'],
    ['an end before the hire', { hired_on: '2020-01-02', terminated_on: '2020-01-01' }, '/terminated_on'],
    ['a rehire of nobody who left', { hired_on: '2020-01-02', rehired_on: '2021-01-01' }, '/rehired_on'],
    [
      'a rehire on the last day',
      { hired_on: '2020-01-02', terminated_on: '2021-01-01', rehired_on: '2021-01-01' },
      '/rehired_on',
    ],
    ['a pay of 0', { compensation: '0' }, '/compensation'],
    ['a pay below 0', { compensation: '-1' }, '/compensation'],
    ['a pay in fractions of a cent', { compensation: '1.005' }, '/compensation'],
    ['no address', { email: 'zoe' }, '/email'],
    ['an empty name', { name: '' }, '/name'],
    ['a field that is none', { birth: '1980-01-01' }, '/birth'],
  ];
  test.each(wrong)('doesn’t take %s', async (_, change, pointer) => {
    const { status, body } = await put('p-wrong', { ...BORN, ...change });
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect((await get('p-wrong')).status).toBe(404);
  });

  test.each(['.', '..'])('has nobody of the number %s, by a request or a file', async (employee_id) => {
    expect(await enroll(sponsor, { employee_id, plan_type: '401K' })).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/employee_id' }] } },
    });
    expect((await put(employee_id, BORN)).status).toBe(422);
    expect((await load(`employee_id,name\n${employee_id},Dot\n`)).body).toMatchObject({
      ...{ accepted: 0, rejected: 1, errors: [{ column: 'employee_id', code: 'unknown-value' }] },
    });
  });

  test('is searched and sorted, page by page, by its own sponsor alone', async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    const people: [string, object][] = [
      ['s-1', { name: 'Ämilie Berg', email: 'AB@globex.example', hired_on: '2022-01-01' }],
      ['s-2', { name: 'Bo Müller', hired_on: '2020-01-01', terminated_on: '2021-01-01' }],
      ['s-3', { hired_on: '2021-01-01', terminated_on: '2021-06-30', rehired_on: '2022-06-30' }],
      ['s-4', { name: 'aaron 100%_berg', terminated_on: addDays(today, 30) }],
      ['s-5', { name: 'Cy Berg' }],
    ];
    for (const [employee, body] of people)
      expect((await put(employee, { ...BORN, ...body })).status).toBe(200);
    await enroll(sponsor, { employee_id: 's-1', plan_type: '401K' });
    await enroll(sponsor, { employee_id: 's-3', plan_type: 'ESPP' });
    const all = ['s-1', 's-2', 's-3', 's-4', 's-5'];
    const found: [Record<string, string>, string[]][] = [
      [{}, all],
      [{ q: 'muller' }, ['s-2']],
      [{ q: 'berg amilie' }, ['s-1']],
      [{ q: '100%_' }, ['s-4']],
      [{ q: 'ab@GLOBEX' }, ['s-1']],
      [{ q: 's-5' }, ['s-5']],
      [{ q: 'S-5' }, ['s-5']],
      [{ q: 'nobody' }, []],
      [{ status: 'TERMINATED' }, ['s-2']],
      [{ status: 'ACTIVE' }, ['s-1', 's-3', 's-4', 's-5']],
      [{ enrolled: 'true' }, ['s-1', 's-3']],
      [{ plan_type: 'ESPP' }, ['s-3']],
      [{ enrolled: 'false', plan_type: '401K' }, ['s-2', 's-3', 's-4', 's-5']],
      [{ kyc_status: 'VERIFIED' }, []],
      [{ sort: '-employee_id' }, [...all].reverse()],
      [{ sort: 'name' }, ['s-4', 's-1', 's-2', 's-5', 's-3']],
      [{ sort: '-name' }, ['s-5', 's-2', 's-1', 's-4', 's-3']],
      [{ sort: 'hired_on' }, ['s-2', 's-3', 's-1', 's-4', 's-5']],
      [{ sort: '-hired_on' }, ['s-1', 's-3', 's-2', 's-5', 's-4']],
    ];
    for (const [query, expected] of found) {
      expect(await numbers(query), JSON.stringify(query)).toEqual(expected);
      const paged: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const { body } = await list({ ...query, limit: '1', ...(cursor === undefined ? {} : { cursor }) });
        paged.push(...body.data.map(({ employee_id }: { employee_id: string }) => employee_id));
        cursor = body.next_cursor;
      }
      expect(paged, JSON.stringify(query)).toEqual(expected);
    }
    const { body } = await list({ sort: 'name', limit: '1' });
    expect(await list({ sort: '-name', cursor: body.next_cursor })).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '?cursor' }] } },
    });
    expect(
      (await list({}, globex)).body.data.map((one: { employee_id: string }) => one.employee_id),
    ).not.toContain('s-1');
    const { rows } = await database.admin.query(
      `select count(*)::integer as n from audit_log where tenant_id = $1 and action = 'personal-data.read'`,
      [sponsor.id],
    );
    expect(rows[0].n).toBeGreaterThan(0);
  });

  test('lets service count from the hire, also after a correction of it, and without a long absence', async () => {
    const cliff = { plan_type: '401K', vesting_schedule: { type: 'cliff', cliff_months: 24 } };
    await put('v-1', { ...BORN, hired_on: addMonths(today, -25) });
    const { body: plan } = await enroll(sponsor, { employee_id: 'v-1', ...cliff });
    await contribute(sponsor, plan.id, { amount: '100', source: 'EMPLOYER' });
    const vested = async (id: string) =>
      (await call(getPlanHandler, getPlan, { as: sponsor.as('OPS'), params: { id } })).body.vested_balance;
    expect([await vested(plan.id), await startOf(plan.id)]).toEqual(['100.00', addMonths(today, -25)]);
    // Hired later than was believed; then, not known at all.
    expect((await put('v-1', { ...BORN, hired_on: addMonths(today, -23) })).status).toBe(200);
    expect(await vested(plan.id)).toBe('0.00');
    await put('v-1', { ...BORN, hired_on: null });
    expect(await startOf(plan.id)).toBe(plan.enrolled_on);
    expect((await load(`employee_id,name,hired_on\nv-1,Vi,${addMonths(today, -24)}\n`)).body.accepted).toBe(
      1,
    );
    expect([await vested(plan.id), await startOf(plan.id)]).toEqual(['100.00', addMonths(today, -24)]);

    // 25 months after the hire, 13 of them away: a year of service.
    const away = { terminated_on: addMonths(today, -19), rehired_on: addMonths(today, -6) };
    await put('v-2', { ...BORN, hired_on: addMonths(today, -25), ...away });
    const { body: later } = await enroll(sponsor, { employee_id: 'v-2', ...cliff });
    await contribute(sponsor, later.id, { amount: '100', source: 'EMPLOYER' });
    expect(await vested(later.id)).toBe('0.00');
    for (const [employee_id, enrolled_on] of [
      ['v-2', addMonths(today, -7)],
      ['v-2', addMonths(today, -26)],
    ])
      expect(await enroll(sponsor, { employee_id, enrolled_on, plan_type: 'ESPP' })).toMatchObject({
        ...{ status: 422, body: { errors: [{ pointer: '/enrolled_on' }] } },
      });
  });

  test('of 5,000 people comes by one file, is shown before, and enrols them; one who is there twice counts once', async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    await put('e-7', { ...BORN, name: 'Person 7', hired_on: '2020-01-07', compensation: '60007' });
    const line = (n: number) =>
      `e-${n},Person ${n},p${n}@globex.example,1980-01-01,2020-01-${String((n % 28) + 1).padStart(2, '0')},${60000 + n},401K,2024-01-01`;
    const header = 'employee_id,name,email,date_of_birth,hired_on,compensation,plan_type,enrolled_on\n';
    const lines = Array.from({ length: 4_999 }, (_, index) => line(index + 1));
    const content = `${header}${[...lines, line(42)].join('\n')}\n`;
    const shown = await load(content, { dry_run: 'true' });
    const counts = { rows: 5_000, accepted: 4_999, rejected: 1, ignored: 0 };
    const changes = { created: 4_998, changed: 1, unchanged: 0, enrolled: 4_999 };
    const twice = { line: 5_001, column: 'employee_id', code: 'duplicate-employee' };
    expect(shown.body).toMatchObject({
      state: 'COMPLETED',
      dry_run: true,
      ...counts,
      changes,
      errors: [twice],
    });
    expect(await numbers({})).toEqual(['e-7']);

    const loaded = await load(content);
    expect(loaded.body).toMatchObject({ ...counts, recorded: 4_999, unchanged: 0, changes, errors: [twice] });
    expect((await numbers({ enrolled: 'true', limit: '200' })).length).toBe(200);
    const { rows } = await database.admin.query(
      `select count(*)::integer as plans, count(distinct employee_id)::integer as people, min(enrolled_on)::text as first,
        count(*) filter (where vesting_start < '2020-02-01')::integer as served from plans where tenant_id = $1`,
      [sponsor.id],
    );
    expect(rows).toEqual([{ plans: 4_999, people: 4_999, first: '2024-01-01', served: 4_999 }]);
    expect((await get('e-42')).body).toMatchObject({
      name: 'Person 42',
      compensation: '60042.00',
      version: 1,
    });

    const again = await load(content);
    expect(again.body).toMatchObject({
      ...counts,
      ...{
        recorded: 0,
        unchanged: 4_999,
        changes: { created: 0, changed: 0, unchanged: 4_999, enrolled: 0 },
      },
    });
    expect((await get('e-42')).body.version).toBe(1);
  }, 120_000);

  const HEADER =
    'employee_id,name,date_of_birth,hired_on,terminated_on,rehired_on,compensation,plan_type,enrolled_on';
  const bad: [string, string, string][] = [
    [`b-1,Bo,${addDays(today, 2)},,,,,,`, 'date_of_birth', 'in-future'],
    ['b-1,Bo,1980-02-30,,,,,,', 'date_of_birth', 'invalid-date'],
    ['b-1,Bo,01/31/1980,,,,,,', 'date_of_birth', 'invalid-date'],
    ['b-1,Bo,1980-01-01,1979-01-01,,,,,', 'hired_on', 'before-birth'],
    ['b-1,Bo,,2020-01-01,2019-01-01,,,,', 'terminated_on', 'before-hire'],
    ['b-1,Bo,,,,2019-01-01,,,', 'rehired_on', 'not-terminated'],
    ['b-1,Bo,,,2019-01-01,2019-01-01,,,', 'rehired_on', 'out-of-range'],
    ['b-1,Bo,,,,,0,,', 'compensation', 'not-positive'],
    ['b-1,Bo,,,,,0.00,,', 'compensation', 'not-positive'],
    ['b-1,Bo,,,,,-5,,', 'compensation', 'negative'],
    ['b-1,Bo,,,,,"1,000",,', 'compensation', 'invalid-number'],
    ['b-1,Bo,,,,,1.005,,', 'compensation', 'too-many-decimals'],
    ['b-1,,,,,,,,', 'name', 'required'],
    [',Bo,,,,,,,', 'employee_id', 'required'],
    ['b-1,Bo,,,,,,IRA,', 'plan_type', 'unknown-value'],
    ['b-1,Bo,,,,,,,2024-01-01', 'plan_type', 'required'],
    [`b-1,Bo,,,,,,401K,${addDays(today, 2)}`, 'enrolled_on', 'in-future'],
    ['b-1,Bo,,2024-02-01,,,,401K,2024-01-31', 'enrolled_on', 'before-hire'],
    ['b-1,Bo,,2020-01-01,2023-12-31,,,401K,2024-01-01', 'enrolled_on', 'not-in-service'],
    ['b-2,Bo,,,,,,401K,2024-01-02', 'enrolled_on', 'plan-exists'],
    ['b-3,Bo,,2020-01-01,,,,,', 'hired_on', 'paid-out'],
  ];
  test('takes no row that can’t be true, and all the others', async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    await put('b-2', { ...BORN, name: 'Bo' });
    await enroll(sponsor, { employee_id: 'b-2', plan_type: '401K', enrolled_on: '2024-01-01' });
    const paid = await enroll(sponsor, { employee_id: 'b-3', plan_type: '401K' });
    await database.admin.query(
      'update plans set employee_contributed = 100, distributed = 50 where tenant_id = $1 and id = $2',
      [sponsor.id, paid.body.id],
    );
    // Each in a file of its own: some are of one person.
    for (const [row, column, code] of bad) {
      const { body } = await load(`${HEADER}\n${row}\nok-1,Oda,,,,,,,\n`);
      expect(body, row).toMatchObject({
        ...{ state: 'COMPLETED', accepted: 1, rejected: 1, errors: [{ line: 2, column, code }] },
      });
    }
    expect(await numbers({})).toEqual(['b-2', 'b-3', 'ok-1']);
    expect((await get('b-2')).body).toMatchObject({ ...BORN, name: 'Bo', version: 1 });
  });

  test('by file changes what its columns say, overwrites nothing newer, and its list of changes changes nothing again', async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    const known = {
      ...BORN,
      name: 'Ann',
      email: 'ann@globex.example',
      hired_on: '2020-01-01',
      compensation: '5.00',
    };
    await put('c-1', known);
    await put('c-2', { ...known, name: 'Ben' });
    const files = new RegisterFiles(aws, sponsor.as('OPS'), 'participants');
    const first = await load(
      'employee_id,name,email,terminated_on\nc-1,Ann,,2024-06-30\nc-3,=Cy,c@globex.example,\n',
    );
    expect(first.body.changes).toMatchObject({ created: 1, changed: 1, unchanged: 0, enrolled: 0 });
    expect((await get('c-1')).body).toMatchObject({
      ...known,
      email: null,
      terminated_on: '2024-06-30',
      version: 2,
    });
    const { rows } = await database.admin.query('select changes_key from uploads where id = $1', [
      first.body.id,
    ]);
    const changed = await objectText(aws, rows[0].changes_key);
    expect(changed.split('\r\n').slice(1, 3)).toEqual([
      'c-1,Ann,,1980-02-29,2020-01-01,2024-06-30,,5.00,,,,2,changed,email terminated_on',
      "c-3,'=Cy,c@globex.example,,,,,,,,,3,created,name email",
    ]);
    expect((await load(changed)).body).toMatchObject({
      recorded: 0,
      unchanged: 2,
      rejected: 0,
      warnings: [],
    });

    // Received first, and processed after somebody has said otherwise, and after a file that was received later.
    const early = await files.send('employee_id,name,compensation\nc-2,Ben,6\nc-3,Cyd,7\nc-1,Ann,5\n');
    const arrived = (id: string) =>
      database.admin.query('update uploads set received_at = clock_timestamp() where id = $1', [id]);
    await arrived(early.body.id);
    const late = await files.send('employee_id,name,compensation\nc-3,Cyril,8\n');
    await arrived(late.body.id);
    await put('c-2', { ...BORN, compensation: '9' });
    await files.process(late.body.id);
    await files.process(early.body.id);
    expect((await files.get(early.body.id)).body).toMatchObject({
      ...{ accepted: 1, unchanged: 1, rejected: 2 },
      errors: [
        { line: 2, column: 'compensation', code: 'changed-since-received' },
        { line: 3, column: 'name', code: 'changed-since-received' },
      ],
    });
    expect((await get('c-3')).body).toMatchObject({ name: 'Cyril', compensation: '8.00' });

    const mapping = await new UploadMappings(sponsor.as('OPS')).create({
      ...{ name: 'hr system', kind: 'participants', decimal: '.', date_format: 'MM/DD/YYYY' },
      columns: [
        { from: 'Number', to: 'employee_id' },
        { from: 'Full name', to: 'name' },
        { from: 'Hired', to: 'hired_on' },
        { from: 'Salary', to: 'compensation' },
        { from: 'Plan', to: 'plan_type', values: { Yes: '401K' } },
      ],
    });
    expect(mapping.status, mapping.text).toBe(201);
    const mapped = await load('Number,Full name,Hired,Salary,Plan\nc-4,Dee,09/30/2021,"71,234.00",Yes\n', {
      mapping: mapping.body.id,
    });
    expect(mapped.body).toMatchObject({ accepted: 1, changes: { created: 1, enrolled: 1 } });
    expect((await get('c-4')).body).toMatchObject({ hired_on: '2021-09-30', compensation: '71234.00' });
    const json = [{ employee_id: 'c-5', name: 'Eve', compensation: 71234.5, hired_on: null }];
    expect((await load(JSON.stringify(json), {}, 'census.json')).body).toMatchObject({ accepted: 1 });
    expect((await get('c-5')).body).toMatchObject({ name: 'Eve', compensation: '71234.50' });
  });

  test('asks for KYC again of whoever gets another name, and shows no name in the trail', async () => {
    for (const by of ['request', 'file']) {
      const employee = `k-${by}`;
      await put(employee, { ...BORN, name: 'Kim Old' });
      await database.admin.query(
        `update participants set kyc_status = 'VERIFIED' where tenant_id = $1 and employee_id = $2`,
        [sponsor.id, employee],
      );
      if (by === 'request') await put(employee, { ...BORN, name: 'Kim New' });
      else await load(`employee_id,name\n${employee},Kim New\n`);
      expect((await get(employee)).body).toMatchObject({ name: 'Kim New', kyc_status: 'PENDING' });
    }
    const { rows } = await database.admin.query(
      `select changes from audit_log where tenant_id = $1 and changes::text like '%participants/k-%'`,
      [sponsor.id],
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(JSON.stringify(rows)).not.toContain('Kim');
  });
});

describe('a plan document', () => {
  let sponsor: TestTenant;
  const today = dayOf(new Date());
  const SIX_YEARS = { type: 'graded', total_months: 72, every_months: 12 };
  const TERMS = {
    ...{
      name: '401k',
      plan_type: '401K',
      sources: ['EMPLOYEE', 'ROTH', 'EMPLOYER'],
      vesting_schedule: SIX_YEARS,
    },
    effective_from: '2020-01-01',
  };
  const as = () => sponsor.as('OPS');
  const tier = (rate: string, up_to: string) => ({ rate, up_to });
  const create = (body: object) =>
    call(createDocumentHandler, documents.createPlanDocument, { as: as(), body });
  const change = (id: string, version: number, body: object) =>
    call(changeDocumentHandler, documents.changePlanDocument, {
      ...{ as: as(), params: { id }, body, headers: { 'If-Match': `"${version}"` } },
    });
  const employ = (employee: string, hired_on: string | null, date_of_birth: string | null = '1990-05-05') =>
    call(setParticipantHandler, setParticipant, {
      ...{ as: as(), params: { employee }, body: { date_of_birth, hired_on } },
    });
  const load = (content: string) =>
    new RegisterFiles(aws, as(), 'participants').load(content, {}, 'census.csv');

  beforeEach(async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  });

  test('gives its schedule to grants that are made later, by the version in force on the day of the grant', async () => {
    const yearly = { type: 'graded', total_months: 48, every_months: 12 };
    const monthly = { type: 'graded', total_months: 36 };
    const condition = { type: 'event', event: 'IPO' };
    const terms = { name: 'RSU', plan_type: 'RSU', sources: [], vesting_schedule: yearly };
    const { body: document } = await create({ ...terms, effective_from: '2024-01-01' });
    const changed = { effective_from: today, vesting_schedule: { ...monthly, condition } };
    expect((await change(document.id, 1, changed)).status).toBe(200);
    const enrolled = async (order: object) =>
      (await enroll(sponsor, { employee_id: `g-${uuidV7()}`, enrolled_on: '2025-01-01', ...order })).body.id;
    const grant = (id: string, more: object) =>
      call(createGrantHandler, createGrant, {
        ...{ as: as(), params: { id }, body: { quantity: '480', ...more } },
        headers: { 'Idempotency-Key': uuidV7() },
      });
    const plan = await enrolled({ plan_document_id: document.id });
    const first = await grant(plan, { grant_date: addDays(today, -1) });
    expect(first, first.text).toMatchObject({ status: 201, body: { vesting_schedule: yearly } });
    const second = await grant(plan, { grant_date: today });
    expect(second).toMatchObject({ status: 201, body: { vesting_schedule: { ...monthly, condition } } });
    const own = await grant(plan, { grant_date: today, vesting_schedule: monthly });
    expect(own.body.vesting_schedule).toEqual(monthly);
    const bare = await enrolled({ plan_type: 'RSU' });
    for (const [id, grant_date] of [
      [bare, today],
      [plan, '2023-12-31'],
    ])
      expect(await grant(id, { grant_date })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/vesting_schedule', code: 'required' }] },
      });
  });

  test('gives its plans type, currency, schedule and sources; what changes of it is dated, and no plan loses its schedule', async () => {
    const { status, body: made, header } = await create({ ...TERMS, currency: 'EUR' });
    expect([status, header('etag'), header('location')]).toEqual([
      201,
      '"1"',
      `/api/plan-documents/${made.id}`,
    ]);
    expect(made).toMatchObject({
      ...{ name: '401k', plan_type: '401K', currency: 'EUR', version: 1, versions: [made.terms] },
      terms: {
        sources: TERMS.sources,
        vesting_schedule: SIX_YEARS,
        effective_from: '2020-01-01',
        version: 1,
        min_age: 0,
        entry_dates: 'IMMEDIATE',
      },
    });
    expect(await create(TERMS)).toMatchObject({ status: 409, body: problem('conflict') });

    const enrolment = { employee_id: 'd-1', plan_document_id: made.id };
    const first = await enroll(sponsor, enrolment);
    const under = {
      plan_type: '401K',
      currency: 'EUR',
      plan_document_id: made.id,
      vesting_schedule: SIX_YEARS,
    };
    expect(first).toMatchObject({ status: 201, body: { ...under, plan_document_version: 1 } });
    const own = await enroll(sponsor, { ...enrolment, employee_id: 'd-2', vesting_schedule: GRADED });
    expect(own.body).toMatchObject({ ...under, vesting_schedule: GRADED });

    const tomorrow = addDays(today, 2);
    const changed = await change(made.id, 1, {
      ...{ effective_from: tomorrow, vesting_schedule: null, sources: ['EMPLOYEE', 'EMPLOYER', 'AFTER_TAX'] },
    });
    expect(changed.body).toMatchObject({
      version: 2,
      terms: { version: 1 },
      versions: [{ version: 1 }, { version: 2 }],
    });
    expect(await change(made.id, 1, { min_age: 18 })).toMatchObject({ status: 412 });
    const got = await call(getDocumentHandler, documents.getPlanDocument, {
      as: as(),
      params: { id: made.id },
    });
    expect(got.body).toEqual(changed.body);
    const listed = await call(listDocumentsHandler, documents.listPlanDocuments, {
      as: as(),
      query: { plan_type: '401K' },
    });
    expect(listed.body.data).toEqual([changed.body]);
    const { body: kept } = await call(getPlanHandler, getPlan, { as: as(), params: { id: first.body.id } });
    expect(kept).toEqual(first.body);

    // The sources are those of the day.
    const pay = (source: string, effective_date: string) =>
      contribute(sponsor, first.body.id, { amount: '10', source, effective_date }).then(
        (answer) => answer.status,
      );
    expect(await pay('ROTH', today)).toBe(201);
    expect(await pay('ROTH', tomorrow)).toBe(422);
    expect(await pay('AFTER_TAX', today)).toBe(422);
    expect(await pay('AFTER_TAX', tomorrow)).toBe(201);
    const payroll = new RegisterFiles(aws, as(), 'payroll');
    const filed = await payroll.load(
      `employee_id,plan_type,amount,source,period\nd-1,401K,1,ROTH,${tomorrow}\nd-1,401K,2,AFTER_TAX,${tomorrow}\nd-1,401K,3,ROTH,${today}\n`,
    );
    expect(filed.body).toMatchObject({
      accepted: 2,
      errors: [{ line: 2, column: 'source', code: 'source-not-of-document' }],
    });
  });

  test.each([
    ['another type', { plan_type: 'ESPP' }, '/plan_type'],
    ['another currency', { currency: 'EUR' }, '/currency'],
    ['a grant', { grant: GRANT }, '/grant'],
    ['no such document', { plan_document_id: uuidV7() }, '/plan_document_id'],
    ['an enrolment before it was in force', { enrolled_on: '2019-12-31' }, '/enrolled_on'],
  ])('doesn’t enrol by %s', async (_, wrong, pointer) => {
    const { body } = await create(TERMS);
    const answer = await enroll(sponsor, { employee_id: 'd-1', plan_document_id: body.id, ...wrong });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  test.each([
    ['a source of another type', { plan_type: 'ESPP' }, '/sources/1'],
    ['any source of an RSU', { plan_type: 'RSU', sources: ['EMPLOYEE'] }, '/sources/0'],
    ['a source twice', { sources: ['EMPLOYEE', 'EMPLOYEE'] }, '/sources'],
    ['thirteen months of service', { service_months: 13 }, '/service_months'],
    ['an age of 22', { min_age: 22 }, '/min_age'],
    ['a day beyond a year', { effective_from: addDays(today, 400) }, '/effective_from'],
    ['a match of no deferrals', { sources: ['EMPLOYER'], match: {} }, '/match'],
    ['a match into a source that it lacks', { match: { source: 'SAFE_HARBOR' } }, '/match/source'],
    [
      'tiers that don’t rise',
      { match: { tiers: [tier('100', '3'), tier('50', '3')] } },
      '/match/tiers/1/up_to',
    ],
    ['a rate of 0', { match: { tiers: [tier('0', '3')] } }, '/match/tiers/0/rate'],
    ['a cap in fractions of a cent', { match: { annual_cap: '1.001' } }, '/match/annual_cap'],
    ['no periods', { match: { pay_periods: 0 } }, '/match/pay_periods'],
  ])('doesn’t have %s', async (_, wrong, pointer) => {
    const match = 'match' in wrong ? { tiers: [tier('100', '3')], pay_periods: 26, ...wrong.match } : null;
    const answer = await create({ ...TERMS, ...wrong, match });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  test('lets nobody enter before they have the age and the service, by a request or a file', async () => {
    const eligibility = { min_age: 21, service_months: 6, entry_dates: 'QUARTERLY' };
    const { body } = await create({ ...TERMS, ...eligibility });
    const attempt = (employee_id: string, enrolled_on: string) =>
      enroll(sponsor, { employee_id, enrolled_on, plan_document_id: body.id });
    // Hired on 2024-02-15, with six months on 2024-08-15: the quarter after.
    await employ('q-1', '2024-02-15');
    expect(await attempt('q-1', '2024-09-30')).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/enrolled_on', code: 'not-eligible' }] } },
    });
    await employ('q-2', null);
    expect((await attempt('q-2', '2025-01-01')).body.errors[0].message).toContain('hired_on');
    const filed = await load(
      [
        'employee_id,name,date_of_birth,hired_on,plan_document,enrolled_on',
        'q-1,Q,1990-05-05,2024-02-15,401k,2024-09-30',
        'q-3,Q,,2020-01-01,401k,2024-10-01',
        'q-4,Q,1990-05-05,2020-01-01,none,2024-10-01',
        'q-5,Q,1990-05-05,2020-01-01,401k,2019-10-01',
        'q-6,Q,1990-05-05,2024-02-15,401k,2024-10-01',
      ].join('\n'),
    );
    expect(filed.body.errors.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
      ...[
        [2, 'not-eligible'],
        [3, 'not-eligible'],
        [4, 'unknown-document'],
        [5, 'before-hire'],
      ],
    ]);
    expect((await attempt('q-1', '2024-10-01')).status).toBe(201);
    const { rows } = await database.admin.query(
      `select employee_id, plan_document_version as version, vesting_schedule, vesting_start::text as start, vested_numerator::integer as vested
        from plans where tenant_id = $1 order by employee_id`,
      [sponsor.id],
    );
    // Both by the same rules: a year of six or two has been served since the hire.
    expect(rows).toMatchObject([
      { employee_id: 'q-1', version: 1, vesting_schedule: SIX_YEARS, start: '2024-02-15' },
      {
        employee_id: 'q-6',
        version: 1,
        vesting_schedule: SIX_YEARS,
        start: '2024-02-15',
        vested: rows[0].vested,
      },
    ]);
  });

  describe('matches what employees defer', () => {
    const MATCH = { tiers: [tier('100', '3'), tier('50', '5')], pay_periods: 12, true_up: true };
    const JANUARY = '2026-01-31';
    const FEBRUARY = '2026-02-28';
    let id: string;
    const match = (body: object, query: Record<string, string> = {}) =>
      call(postMatchHandler, postMatch, {
        ...{ as: as(), params: { id }, body, query, headers: { 'Idempotency-Key': uuidV7() } },
      });
    const outcomes = ({ body }: { body: { lines: Record<string, string>[] } }) =>
      body.lines.map(({ employee_id, amount, outcome }) => [employee_id, amount, outcome]);
    const pay = async (period: string, amounts: Record<string, string>, more = '') => {
      const rows = Object.entries(amounts).map(
        ([employee, amount]) => `${employee},401K,${amount},EMPLOYEE,${period}${more}`,
      );
      const { body } = await new RegisterFiles(aws, as(), 'payroll').load(
        `employee_id,plan_type,amount,source,period${more === '' ? '' : ',run_id'}\n${rows.join('\n')}\n`,
      );
      expect(body).toMatchObject({ rejected: 0, recorded: rows.length });
    };
    const balances = async (): Promise<unknown[]> => {
      const { rows } = await database.admin.query(
        `select employee_id, employer_contributed::text as employer, (select count(*)::integer from contributions c where c.plan_id = p.id and c.source = 'EMPLOYER') as entries
          from plans p where tenant_id = $1 order by 1`,
        [sponsor.id],
      );
      return rows.map(({ employee_id, employer, entries }) => [employee_id, employer, entries]);
    };
    /** m-1 has a usual pay, m-2 one above the limit of the law, and nobody knows that of m-3. */
    const open = async (terms: object = {}) => {
      const { body, text } = await create({ ...TERMS, match: { ...MATCH, ...terms } });
      expect(body.id, text).toBeDefined();
      id = body.id;
      for (const [employee, compensation] of [
        ['m-1', '60000'],
        ['m-2', '900000.01'],
        ['m-3', null],
      ] as const) {
        const set = {
          ...{ as: as(), params: { employee } },
          body: { ...{ date_of_birth: '1990-05-05' }, compensation },
        };
        expect((await call(setParticipantHandler, setParticipant, set)).status).toBe(200);
        await enroll(sponsor, {
          employee_id: employee,
          plan_document_id: id,
          enrolled_on: '2025-01-01',
        });
      }
    };

    test('of a payroll run, shown before, to the cent, once; and who can’t be matched later', async () => {
      await open();
      await pay('2026-01', { 'm-1': '200.01', 'm-2': '2000', 'm-3': '10' });
      const shown = await match({ pay_date: JANUARY }, { dry_run: 'true' });
      // m-1: 150.00 and half of 50.01, to the even cent. m-2: 3 % of 30,000.00 and half of 600.00 more, by 360,000.00 a year.
      const lines = [
        ['m-3', '0.00', 'REFUSED'],
        ['m-1', '175.00', 'POSTED'],
        ['m-2', '1200.00', 'POSTED'],
      ];
      expect(shown.status, shown.text).toBe(201);
      expect(outcomes(shown)).toEqual(lines);
      const counts = {
        posted: 2,
        unchanged: 0,
        refused: 1,
        total: '1375.00',
        compensation_limit: '360000.00',
      };
      expect(shown.body).toMatchObject({
        ...counts,
        dry_run: true,
        run_id: 'match',
        plan_document_version: 1,
      });
      expect(await balances()).toEqual([
        ['m-1', '0', 0],
        ['m-2', '0', 0],
        ['m-3', '0', 0],
      ]);

      // One of two at once adds it.
      const both = await Promise.all([match({ pay_date: JANUARY }), match({ pay_date: JANUARY })]);
      expect(both.map(({ body }) => body.posted + body.unchanged)).toEqual([2, 2]);
      const matched = [
        ['m-1', '17500', 1],
        ['m-2', '120000', 1],
        ['m-3', '0', 0],
      ];
      expect(await balances()).toEqual(matched);
      await call(setParticipantHandler, setParticipant, {
        ...{
          as: as(),
          params: { employee: 'm-3' },
          body: { date_of_birth: '1990-05-05', compensation: '12000' },
        },
      });
      const later = await match({ pay_date: JANUARY });
      expect(later.body).toMatchObject({ posted: 1, unchanged: 2, refused: 0, total: '10.00' });
      expect(await balances()).toEqual([...matched.slice(0, 2), ['m-3', '1000', 1]]);

      // A further run of the day is another one; another amount of the same is refused.
      await pay('2026-01', { 'm-1': '49.99' }, ',bonus');
      expect((await match({ pay_date: JANUARY, run_id: 'bonus' })).body).toMatchObject({
        posted: 1,
        run_id: 'match bonus',
      });
      await database.admin.query(
        `update participants set compensation = 1200000 where tenant_id = $1 and employee_id = 'm-1'`,
        [sponsor.id],
      );
      const other = await match({ pay_date: JANUARY });
      expect(outcomes(other)[0]).toEqual(['m-1', '40.00', 'REFUSED']);
      expect(await balances()).toContainEqual(['m-1', '22499', 2]);
    });

    test('at most to the cap of a year', async () => {
      await open({ annual_cap: '190' });
      await pay('2026-01', { 'm-1': '150' });
      await pay('2026-02', { 'm-1': '150' });
      expect(outcomes(await match({ pay_date: JANUARY }))).toEqual([['m-1', '150.00', 'POSTED']]);
      expect(outcomes(await match({ pay_date: FEBRUARY }))).toEqual([['m-1', '40.00', 'POSTED']]);
    });

    test('of the year as a whole in the end, where the months came to less', async () => {
      await open();
      // All of the year's in one month: the match of a month is less than that of the year.
      await pay('2026-01', { 'm-1': '3000', 'm-3': '5' });
      expect((await match({ pay_date: JANUARY })).body).toMatchObject({ posted: 1, total: '200.00' });
      const wages = [{ year: 2026, amount: '60000' }];
      const set = { as: as(), params: { employee: 'm-1' }, body: { date_of_birth: '1990-05-05', wages } };
      await call(setParticipantHandler, setParticipant, set);
      const year = { pay_date: today, true_up: true };
      const trued = await match(year);
      expect(outcomes(trued)).toEqual([
        ['m-3', '0.00', 'REFUSED'],
        ['m-1', '2200.00', 'POSTED'],
      ]);
      expect(trued.body.lines[1]).toMatchObject({ matched_before: '200.00', deferred: '3000.00' });
      expect((await match(year)).body).toMatchObject({ posted: 0, unchanged: 1 });

      const list = async (query: Record<string, string> = {}) =>
        (await call(listMatchesHandler, listMatches, { as: sponsor.as('COMPLIANCE'), params: { id }, query }))
          .body;
      const month = { pay_date: JANUARY, run_id: 'match', true_up: false };
      const sums = { source: 'EMPLOYER', currency: 'USD', posted: 1, reversed: 0 };
      const runs = [
        { pay_date: today, run_id: 'true-up', true_up: true, ...sums, total: '2200.00' },
        { ...month, ...sums, total: '200.00' },
      ];
      expect(await list()).toEqual({ data: runs, next_cursor: null });
      const first = await list({ limit: '1' });
      expect(await list({ limit: '1', cursor: first.next_cursor })).toEqual({
        data: [runs[1]],
        next_cursor: null,
      });
      await database.admin.query(
        `update payroll_periods set reversed = true where tenant_id = $1 and run_id = 'match'`,
        [sponsor.id],
      );
      expect((await list()).data[1]).toEqual({ ...month, ...sums, posted: 0, reversed: 1, total: '0.00' });
    });

    test.each([
      ['a day without a match', { pay_date: '2019-12-31' }, '/pay_date'],
      ['a year that has none', { pay_date: today, true_up: true }, '/true_up'],
      ['a run of no number', { pay_date: JANUARY, run_id: '' }, '/run_id'],
      ['a run whose name is too long', { pay_date: JANUARY, run_id: 'x'.repeat(45) }, '/run_id'],
    ])('but not of %s', async (_, body, pointer) => {
      await open({ true_up: false });
      const answer = await match(body);
      expect(answer.status).toBe(422);
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    });
  });
});
