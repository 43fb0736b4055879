import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { uuidV7 } from '#kernel/ids.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { filledTables, fillTables } from '#tests/support/filled-tables.ts';
import type { TestRequest, TestResponse } from '#tests/support/request.ts';
import { callersExist, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import {
  callerOf,
  callRoute,
  digestOfTables,
  idIn,
  idProperties,
  ownParameters,
  pathParameters,
  tableOf,
} from './route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
const tenants: Record<'ISSUER' | 'SPONSOR', { ours: TestTenant; theirs: TestTenant }> = {} as never;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  const { admin } = database;
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = {
      ours: await insertTestTenant(admin, type),
      theirs: await insertTestTenant(admin, type),
    };
    await fillTables(admin, [tenants[type].ours.id, tenants[type].theirs.id]);
    for (const route of routes) callerOf(route, tenants[type].ours);
  }
  await callersExist();
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

interface IdPosition {
  readonly where: 'path' | 'query' | 'body';
  readonly name: string;
}

function positionsOf(route: RouteEntry): IdPosition[] {
  const inPath = pathParameters(route).filter((name) => name === 'id' || name.endsWith('_id'));
  return [
    ...inPath.map((name) => ({ where: 'path' as const, name })),
    ...idProperties(route.query).map((name) => ({ where: 'query' as const, name })),
    ...idProperties(route.body).map((name) => ({ where: 'body' as const, name })),
  ];
}

const ofTenants = routes.filter(
  ({ roles }) => roles !== 'PUBLIC' && (roles as readonly string[]).some((role) => role !== 'OPERATOR'),
);
const cases = ofTenants.flatMap((route) => positionsOf(route).map((position) => ({ route, position })));

/** The request that puts an id in one position; the other positions of the path hold our own rows. */
async function requestWith(
  route: RouteEntry,
  position: IdPosition,
  id: string,
  ours: TestTenant,
): Promise<TestRequest> {
  const { admin } = database;
  const own = async (names: readonly string[]): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, await idIn(admin, tableOf(name, route.path), ours.id)]),
      ),
    );
  const params = await own(pathParameters(route).filter((name) => name === 'id' || name.endsWith('_id')));
  const body = route.example as Record<string, unknown> | undefined;
  const bodyIds = await own(idProperties(route.body).filter((name) => body !== undefined && name in body));
  const at = (where: IdPosition['where']) => (position.where === where ? { [position.name]: id } : {});
  return {
    params: { ...params, ...at('path') },
    ...(position.where === 'query' ? { query: at('query') } : {}),
    ...(body === undefined ? {} : { body: { ...body, ...bodyIds, ...at('body') } }),
  };
}

describe('another tenant’s id is answered like one that does not exist, and writes nothing', () => {
  test('the table has positions to try', () => {
    expect(cases.length).toBeGreaterThan(8);
  });

  test.each(cases)(
    '$route.operationId, $position.name in the $position.where',
    async ({ route, position }) => {
      const type =
        (route.tenants as readonly string[] | undefined)?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER';
      const { ours, theirs } = tenants[type];
      const as = callerOf(route, ours);
      if (as === undefined) throw new Error(`nobody of ${type} may call ${route.operationId}`);
      const foreign = await idIn(database.admin, tableOf(position.name, route.path), theirs.id);
      const before = await digestOfTables(database.admin, filledTables);
      const answers = [];
      for (const id of [foreign, uuidV7()]) {
        const { status, body } = await callRoute(route, {
          as,
          ...(await requestWith(route, position, id, ours)),
        });
        answers.push({ status, body: { ...body, instance: undefined } });
      }
      const [ofForeign, ofUnknown] = answers;
      expect(ofForeign).toEqual(ofUnknown);
      const filters = position.where === 'query' && route.method === 'GET';
      expect(filters ? [200, 404] : [404, 422]).toContain(ofForeign?.status);
      expect(JSON.stringify(ofForeign)).not.toContain(theirs.id);
      expect(await digestOfTables(database.admin, filledTables)).toBe(before);
    },
  );
});

describe('a malformed id in a path is answered like one that does not exist', () => {
  const withId = ofTenants.filter((route) => pathParameters(route).includes('id'));
  test.each(withId)('$operationId', async (route) => {
    const { ours } = tenants[route.tenants?.includes('SPONSOR') ? 'SPONSOR' : 'ISSUER'];
    for (const id of [
      '1',
      'null',
      '../..',
      "' or 1=1 --",
      'a'.repeat(500),
      '00000000-0000-7000-8000-00000000000g',
    ]) {
      const as = callerOf(route, ours);
      if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
      const answer = await callRoute(route, {
        as,
        params: { id },
        ...(route.example === undefined ? {} : { body: route.example }),
      });
      expect(answer, id).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    }
  });
});

describe('a cursor of another tenant shows none of its rows', () => {
  const lists = ofTenants.filter(
    ({ method, query }) => method === 'GET' && query !== undefined && has(query, 'cursor'),
  );

  test.each(lists)('$operationId', async (route) => {
    const { ours, theirs } = tenants[route.tenants?.includes('SPONSOR') ? 'SPONSOR' : 'ISSUER'];
    const as = callerOf(route, ours);
    if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
    const params = await ownParameters(database.admin, route, ours.id);
    const low = Buffer.from(JSON.stringify([theirs.id])).toString('base64url');
    for (const cursor of [
      low,
      'x',
      Buffer.from('{}').toString('base64url'),
      Buffer.from('["a","b"]').toString('base64url'),
    ]) {
      const { status, text } = await callRoute(route, { as, params, query: { cursor } });
      expect([200, 422]).toContain(status);
      expect(text).not.toContain(theirs.id);
    }
  });
});

/** The filters that a list can’t do without. */
const ASKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  listHistory: { resource: 'shareholders/E-1001' },
};

describe('a list that is asked for its count says how many rows of its own tenant it has', () => {
  // The log of requests has one more with each of them: `audit-search.test.ts` counts it.
  const lists = ofTenants.filter(
    ({ operationId, query }) =>
      operationId !== 'listRequests' && query !== undefined && has(query, 'total_count'),
  );

  test('and every list with pages can be asked', () => {
    const silent = ofTenants.filter(
      ({ operationId, query }) =>
        operationId.startsWith('list') &&
        query !== undefined &&
        has(query, 'cursor') &&
        !has(query, 'total_count'),
    );
    expect(silent.map(({ operationId }) => operationId)).toEqual([]);
    expect(lists.length).toBeGreaterThan(40);
  });

  test.each(lists)('$operationId', async (route) => {
    const { ours } = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
    const as = callerOf(route, ours);
    if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
    const params = await ownParameters(database.admin, route, ours.id);
    const asked = ASKED[route.operationId] ?? {};
    const all = await callRoute(route, { as, params, query: { ...asked, limit: '200' } });
    expect(all, all.text).toMatchObject({ status: 200, body: { next_cursor: null } });
    expect(all.body).not.toHaveProperty('total_count');
    const value = all.body.data.length;
    const query = { ...asked, limit: '1', total_count: 'true' };
    const { body, text } = await callRoute(route, { as, params, query });
    expect(body.total_count, text).toEqual({ value, exact: true });
    expect(body.data).toHaveLength(Math.min(value, 1));
  });
});

describe('HEAD is answered as GET is, without the body', () => {
  const HEADERS = [
    'content-type',
    'etag',
    'cache-control',
    'content-disposition',
    'link',
    'ratelimit-policy',
  ];
  const read = ofTenants.filter(({ method }) => method === 'GET');

  test.each(read)('$operationId', async (route) => {
    const { ours } = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
    const as = callerOf(route, ours);
    if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
    const params = await ownParameters(database.admin, route, ours.id);
    const got = await callRoute(route, { as, params });
    const headed = await callRoute(route, { as, params, method: 'HEAD' });
    const headersOf = (answer: TestResponse) => HEADERS.map((name) => answer.header(name));
    expect([headed.status, headersOf(headed)]).toEqual([got.status, headersOf(got)]);
    expect(headed.text).toBe('');
  });
});

function has(query: object, name: string): boolean {
  return 'shape' in query && typeof query.shape === 'object' && query.shape !== null && name in query.shape;
}

describe('a list of what is people’s says their names, and none that was erased', () => {
  // Those of payments are in `approvals-inbox.test.ts`, `payment-callback.test.ts` and `payment-run.test.ts`.
  const LISTS = [
    'listDividendLines',
    'listLegalHolds',
    'listMeetingVotes',
    'listPlans',
    'listReleaseLines',
    'listShareholderVotes',
    'listTransfers',
  ];
  /** The fields by which a row of a list is somebody's. */
  const OF_PEOPLE = /^(?:\w+_)?(?:shareholder|plan|employee)_id$/;
  const NAMED = /^(?:name|\w+_name)$/;
  /** These have no names, and why. */
  const NAMELESS: Readonly<Record<string, string>> = {
    listContributions: 'a list of one plan',
    listGrants: 'a list of one plan',
    listUsers: 'colleagues, by their email',
    listForfeitures: 'money that is the plan document’s',
  };

  test('every list that has people has names, or is named here', () => {
    const fields = ({ response }: RouteEntry): string[] => {
      const page = z.toJSONSchema(response as z.ZodType, { io: 'input', unrepresentable: 'any' }) as {
        properties?: { data?: { items?: { properties?: object } } };
      };
      return Object.keys(page.properties?.data?.items?.properties ?? {});
    };
    const lists = ofTenants
      .filter(({ operationId, response }) => operationId.startsWith('list') && response !== undefined)
      .map((route) => ({ ...route, fields: fields(route) }))
      .filter((route) => route.fields.some((field) => OF_PEOPLE.test(field)));
    expect(lists.length).toBeGreaterThan(12);
    const silent = lists.filter((route) => !route.fields.some((field) => NAMED.test(field)));
    expect(silent.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(NAMELESS).sort());
  });

  const rowsOf = async (route: RouteEntry): Promise<string> => {
    const { ours } = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
    const params = await ownParameters(database.admin, route, ours.id);
    const answer = await callRoute(route, { as: callerOf(route, ours) as Principal, params });
    expect(answer.status, answer.text).toBe(200);
    return answer.text;
  };

  test.each(LISTS)('%s', async (operationId) => {
    const route = ofTenants.find((one) => one.operationId === operationId) as RouteEntry;
    const named = async (isPurged: boolean): Promise<string> => {
      for (const table of ['shareholders', 'participants'])
        await database.admin.query(`update ${table} set purged_at = case when $1 then now() end`, [isPurged]);
      return rowsOf(route);
    };
    await database.admin.query(`update participants set name = 'Filled'`);
    expect(await named(false)).toMatch(/_name":"Filled"/);
    expect(await named(true)).not.toMatch(/_name":"Filled"/);
  });
});
