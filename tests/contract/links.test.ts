import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicPath } from '#contracts/api-paths.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { Json } from '#tests/support/json.ts';
import type { TestRequest, TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, sendExample } from './route-fixtures.ts';

/** API Gateway's own address has the stage in front, a domain has nothing. */
const BASES = ['/live', ''];
/** The number of routes with a location whose example is accepted as it is. The others have tests of their own. */
const AT_LEAST_MADE = 12;
const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

async function filledTenant(type: 'ISSUER' | 'SPONSOR'): Promise<TestTenant> {
  const tenant = await insertTestTenant(database.admin, type);
  await fillTables(database.admin, [tenant.id]);
  return tenant;
}

const callable = routes.filter(
  ({ roles, database: onDatabase }) =>
    onDatabase !== false &&
    roles !== 'PUBLIC' &&
    (roles as readonly string[]).some((role) => role !== 'OPERATOR'),
);

/** The route that a link leads to, and the parameters that it gives it. */
function targetOf(link: string, base: string): { route: RouteEntry; params: Record<string, string> } {
  expect(link).toMatch(new RegExp(`^${base}/api/[^{}]+$`));
  const { pathname } = new URL(link.slice(base.length), 'https://any.example');
  for (const route of routes.toSorted(
    (a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')),
  )) {
    const names = new RegExp(`^${publicPath(route).replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(pathname);
    if (names !== null) return { route, params: { ...names.groups } };
  }
  throw new Error(`no route serves ${link}`);
}

/** Follows a link as a user of the tenant would, if it leads to something that can be read. */
async function follow(
  link: string,
  { base, tenant, ...request }: TestRequest & { readonly base: string; readonly tenant: TestTenant },
): Promise<TestResponse | undefined> {
  const { route, params } = targetOf(link, base);
  if (route.method !== 'GET') return undefined;
  const as = callerOf(route, tenant);
  if (as === undefined) throw new Error(`nobody of the tenant may follow ${link}`);
  const query = Object.fromEntries(new URL(link, 'https://any.example').searchParams);
  return callRoute(route, { as, params, query, base, ...request });
}

function linksIn(body: Json): string[] {
  if (typeof body === 'string') return /^\\?\/[^/]|^\/\w+\/api\//.test(body) ? [body] : [];
  if (typeof body !== 'object' || body === null) return [];
  // The endpoint of a type of SCIM resources is relative to SCIM's own address (RFC 7643, 6), the type of a problem is its name, and the path of a
  // route has parameters in braces.
  return Object.entries<Json>(body).flatMap(([name, value]) =>
    ['endpoint', 'route'].includes(name) || String(value).startsWith('/problems/') ? [] : linksIn(value),
  );
}

describe('the table', () => {
  const located = routes.filter(({ location }) => location !== undefined);
  const shapeOf = (path: string) => path.replace(/\{\w+\}/g, '{}');
  const read = new Set(routes.filter(({ method }) => method === 'GET').map(({ path }) => shapeOf(path)));

  test.each(located)('$operationId names a route that reads', ({ location = '' }) => {
    expect(read).toContain(shapeOf(location));
  });

  test('what is made and can be read has a location', () => {
    const silent = routes.filter(({ status, location }) => status === 201 && location === undefined);
    expect(silent.filter(({ path }) => read.has(shapeOf(`${path}/{id}`)))).toEqual([]);
  });
});

describe.each(BASES)('under "%s"', (base) => {
  const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;
  /** The answers of routes that made something, for the tests after them. */
  const made = new Map<string, TestResponse>();
  const followed: string[] = [];

  beforeAll(async () => {
    for (const type of ['ISSUER', 'SPONSOR'] as const) tenants[type] = await filledTenant(type);
  });

  const tenantOf = ({ tenants: allowed }: RouteEntry): TestTenant =>
    tenants[allowed?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];

  /** Requests other than the example with the ids of the rows of `fillTables`. */
  const requestOf = ({ operationId }: RouteEntry): TestRequest => {
    if (operationId !== 'reverseContribution') return { base };
    const { id = '', plan_id = '' } = made.get('recordContribution')?.body ?? {};
    return { base, params: { id: plan_id, contribution_id: id } };
  };

  test.each(callable.filter(({ location }) => location !== undefined))(
    '$operationId answers a location that can be read',
    async (route) => {
      const tenant = tenantOf(route);
      const answer = await sendExample(database.admin, route, tenant, requestOf(route));
      expect(answer.status, answer.text).toBeLessThan(500);
      if (answer.status >= 400) return expect(answer.header('location')).toBeUndefined();
      made.set(route.operationId, answer);
      const read = await follow(answer.header('location') ?? '', { base, tenant });
      expect(read?.status, read?.text).toBe(200);
      // A delivery has no page of its own: it is the newest of its list.
      if (answer.body.id !== undefined) expect((read?.body.data?.[0] ?? read?.body)?.id).toBe(answer.body.id);
    },
  );

  test('and enough of them did', () => {
    expect(made.size, [...made.keys()].join(', ')).toBeGreaterThanOrEqual(AT_LEAST_MADE);
  });

  test.each(callable.filter(({ method }) => method !== 'DELETE'))(
    'the links in the answer of $operationId can be followed',
    async (route) => {
      const tenant = tenantOf(route);
      const answer = await sendExample(database.admin, route, tenant, requestOf(route));
      if (answer.status >= 400) return;
      for (const link of linksIn(answer.body)) {
        const read = await follow(link, { base, tenant });
        if (read !== undefined) expect(read.status, link).toBe(200);
        followed.push(link);
      }
    },
  );

  test.each(callable.filter(({ produces }) => produces?.includes('text/csv') === true))(
    'the pages of $operationId lead on',
    async (route) => {
      const tenant = tenantOf(route);
      const csv = { headers: { Accept: 'text/csv' } };
      const query = { limit: '1', ...(/1099|1042/.test(route.path) ? { year: '2026' } : {}) };
      const page = await sendExample(database.admin, route, tenant, { base, query, ...csv });
      const next = /^<(.*)>; rel="next"$/.exec(page.header('link') ?? '')?.[1];
      if (next === undefined) return;
      expect((await follow(next, { base, tenant, ...csv }))?.status).toBe(200);
      followed.push(`${route.operationId} page 2`);
    },
  );

  test('and there were such links', () => {
    const ofHolder = new RegExp(`^${base}/api/shareholders/[^/]+/bank-accounts$`);
    expect(followed).toEqual(
      expect.arrayContaining([expect.stringMatching(ofHolder), 'getHoldingsReport page 2']),
    );
  });
});

test('a repeated request is answered for the address that it came by', async () => {
  const route = routes.find(({ operationId }) => operationId === 'createShareholder') as RouteEntry;
  const headers = { 'Idempotency-Key': 'links-1' };
  const body = { ...(route.example as object), external_ref: 'links-1' };
  const issuer = await filledTenant('ISSUER');
  const send = (base: string) => sendExample(database.admin, route, issuer, { base, headers, body });
  const [first, again] = [await send('/live'), await send('')];
  expect(again.header('idempotency-replayed')).toBe('true');
  expect(first.header('location')).toBe(`/live${again.header('location')}`);
  expect(first.body.links.positions).toBe(`/live${again.body.links.positions}`);
});

test('no file but the one for links writes a path of the API', () => {
  const directory = join(import.meta.dirname, '../..');
  const files = ['functions', 'shared'].flatMap((room) =>
    readdirSync(join(directory, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  const writing = files.filter(
    (file) =>
      /(?<!\.test|\.routes)\.ts$/.test(file) &&
      /['"`]\/api\/|API_BASE_PATH|publicPath/.test(
        readFileSync(join(directory, file), 'utf8').replace(/^\s*\/?\*.*$/gm, ''),
      ),
  );
  expect(writing.sort()).toEqual([
    'shared/contracts/api-paths.ts',
    'shared/contracts/links.ts',
    'shared/platform/http/instrumented.ts',
  ]);
});
