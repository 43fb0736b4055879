import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as takeSnapshots } from '#functions/scheduled/take-dividend-snapshots.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { Meetings } from '#tests/support/proxy.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callRoute } from './route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;
const subjects: Record<string, string> = {};

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  const [holder = ''] = await enterHolders(database.admin, issuer.id, ['10', '20']);
  await new Dividends(issuer.as('OPS')).declare();
  await takeSnapshots({ id: 'firing', time: new Date().toISOString() }, testContext());
  await work(aws);
  const meetings = new Meetings(issuer.as('OPS'));
  await meetings.cast(await meetings.meeting(), holder);
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  const plan = (await enroll(sponsor, { employee_id: 'E-1001', plan_type: '401K' })).body.id;
  for (let month = 0; month < 25; month += 1) await contribute(sponsor, plan, { amount: `${month + 1}.00` });
  Object.assign(subjects, { getShareholder: holder, getPlan: plan });
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const expanding = routes.filter(({ expands }) => expands !== undefined);
const parts = expanding.flatMap((route) =>
  Object.entries(route.expands ?? {}).map(([name, operationId]) => {
    const alone = routes.find((one) => one.operationId === operationId);
    return [route.operationId, name, operationId, route, alone] as const;
  }),
);

const tenantOf = ({ tenants }: RouteEntry) => (tenants?.includes('ISSUER') === false ? sponsor : issuer);
const get = (route: RouteEntry, query: Readonly<Record<string, string>>, as = tenantOf(route).as('OPS')) =>
  callRoute(route, { as, params: { id: subjects[route.operationId] ?? '' }, query });

describe('an object with what a page on it shows', () => {
  test.each(parts)('%s has %s as %s answers it', async (_, name, __, route, alone) => {
    const expanded = await get(route, { expand: name });
    const { shape = {} } = (alone?.query ?? {}) as { readonly shape?: object };
    const isList = 'limit' in shape;
    const params = { id: subjects[route.operationId] ?? '' };
    const as = tenantOf(route).as('OPS');
    const byItself = await callRoute(alone as RouteEntry, {
      as,
      params,
      query: isList ? { limit: '20' } : {},
    });
    expect(byItself.status).toBe(200);
    expect(expanded.body.expanded).toEqual({ [name]: byItself.body });
    if (isList && name !== 'grants') expect(byItself.body.data).not.toEqual([]);
  });

  test.each(parts)(
    '%s has %s for whoever may call %s, which discloses nothing',
    (_, __, ___, route, alone) => {
      expect(alone?.discloses).toBeUndefined();
      expect(alone?.roles).toEqual(expect.arrayContaining([...route.roles]));
      expect(alone?.tenants).toEqual(route.tenants);
    },
  );

  test.each(expanding.map((route) => [route.operationId, route] as const))(
    '%s has all of it in one answer, and nothing that nobody asks for',
    async (_, route) => {
      const names = Object.keys(route.expands ?? {});
      const { body } = await get(route, { expand: [...names, ...names].join(',') });
      expect(Object.keys(body.expanded)).toEqual(names);
      const { expanded: __, ...plain } = body;
      expect((await get(route, {})).body).toEqual(plain);
    },
  );

  test.each(
    expanding.flatMap((route) =>
      ['everything', '', `${Object.keys(route.expands ?? {})[0]},`, 'constructor', 'x'.repeat(300)].map(
        (expand) => [route.operationId, expand, route] as const,
      ),
    ),
  )('%s refuses to expand %j', async (_, expand, route) => {
    expect(await get(route, { expand })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?expand' }] },
    });
  });

  test('an employee gets their own, and another tenant’s object is not found', async () => {
    const [plan, holder] = expanding.toSorted((a, b) => (a.operationId < b.operationId ? -1 : 1));
    if (plan === undefined || holder === undefined) throw new Error('two operations expand');
    const expand = 'contributions,vesting';
    expect((await get(plan, { expand }, sponsor.as('EMPLOYEE', 'E-1001'))).status).toBe(200);
    expect((await get(plan, { expand }, sponsor.as('EMPLOYEE', 'E-1002'))).status).toBe(404);
    const other = await insertTestTenant(database.admin, 'ISSUER');
    expect((await get(holder, { expand: 'positions' }, other.as('OPS'))).status).toBe(404);
  });
});
