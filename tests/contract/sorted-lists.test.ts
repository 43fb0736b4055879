import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SortKind } from '#kernel/sorts.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, ownParameters } from './route-fixtures.ts';

const ROWS = 7;
const HOLDER = randomUUID();

interface Rows {
  readonly table: string;
  /** The values that must differ from row to row, or that the query needs. */
  readonly apart?: (row: number) => Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The column that says of which object the rows are, where the list is of one. */
  readonly of?: string;
}

/** The rows of each list that sorts, beside what they are sorted by. */
const LISTS: Readonly<Record<string, Rows>> = {
  listApprovals: { table: 'change_requests', apart: (row) => ({ subject_id: `of-${row}` }) },
  listAudit: { table: 'audit_log' },
  listContributions: { table: 'contributions', of: 'plan_id' },
  listCorporateActions: { table: 'corporate_actions', apart: (row) => ({ security_class: `C${row}` }) },
  listDividends: { table: 'dividends', apart: (row) => ({ idempotency_key: `of-${row}` }) },
  listForfeitures: {
    table: 'forfeiture_entries',
    apart: () => ({ kind: 'FORFEITED', plan_id: HOLDER, pay_date: null }),
  },
  listHistory: {
    table: 'audit_log',
    apart: () => ({ resource: `shareholders/${HOLDER}`, action: 'shareholder.updated' }),
    query: { resource: `shareholders/${HOLDER}` },
  },
  listMeetings: { table: 'meetings' },
  listParticipants: { table: 'participants', apart: (row) => ({ employee_id: `E-${row}` }) },
  listPlans: {
    table: 'plans',
    apart: (row) => ({ plan_type: ['401K', 'RSU', 'ESPP'][Math.floor(row / 3)] }),
  },
  listShareholders: { table: 'shareholders', apart: (row) => ({ external_ref: `of-${row}` }) },
  listTransactions: {
    table: 'transactions',
    apart: () => ({ shareholder_id: HOLDER }),
    query: { shareholder_id: HOLDER },
  },
  listTransfers: { table: 'transfers' },
  listUploads: { table: 'uploads', apart: (row) => ({ object_key: `drop/of-${row}` }) },
  listUsers: { table: 'users', apart: (row) => ({ email: `${row % 2}-${row}@sorted.example` }) },
};

/** Three values for all rows, so that some are alike; `?` is for a last row that has none. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  amount: [100, 3_000, 50],
  date: ['2026-01-02', '2026-01-01', '2026-01-03'],
  instant: ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z'],
  text: ['banana', 'apple', 'cherry'],
};

const sorting = routes.filter(({ sorts }) => sorts !== undefined);

let database: TestDatabase;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;

const tenantOf = ({ tenants: types }: RouteEntry) =>
  tenants[types?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];

function rowOf(route: RouteEntry, row: number): Record<string, unknown> {
  const sorted = Object.entries(route.sorts?.keys ?? {}).flatMap(([key, kind]) => {
    const values = VALUES[kind.replace('?', '')];
    if (values === undefined) return [];
    return [[key, kind.endsWith('?') && row === ROWS - 1 ? null : values[row % values.length]]];
  });
  return { id: randomUUID(), ...Object.fromEntries(sorted), ...LISTS[route.operationId]?.apart?.(row) };
}

/** Copies the tenant's row of a table, with other values, and without what the database would make of them. */
async function copyRows(route: RouteEntry): Promise<void> {
  const { table } = LISTS[route.operationId] as Rows;
  const { rows } = await database.admin.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'`,
    [`vestry.${table}`],
  );
  const columns = rows[0]?.columns;
  const client = await database.admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (let row = 0; row < ROWS; row += 1)
      await client.query(
        `insert into ${table} (${columns}) select ${columns} from (
           select (jsonb_populate_record(t, $2)).* from ${table} t where tenant_id = $1 limit 1) as copied`,
        [tenantOf(route).id, JSON.stringify(rowOf(route, row))],
      );
  } finally {
    client.release(true);
  }
}

beforeAll(async () => {
  database = await testDatabase();
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = await insertTestTenant(database.admin, type);
    await fillTables(database.admin, [tenants[type].id]);
  }
  for (const route of sorting) await copyRows(route);
});
afterAll(() => database.close());

type Item = Readonly<Record<string, unknown>>;

const idOf = ({ id, transfer_id, employee_id }: Item): string => String(id ?? transfer_id ?? employee_id);

async function parametersOf(route: RouteEntry, tenant: TestTenant): Promise<Record<string, string>> {
  const { of, table } = LISTS[route.operationId] as Rows;
  if (of === undefined) return ownParameters(database.admin, route, tenant.id);
  const { rows } = await database.admin.query<{ id: string }>(
    `select distinct ${of} as id from ${table} where tenant_id = $1`,
    [tenant.id],
  );
  expect(rows).toHaveLength(1);
  return { id: rows[0]?.id ?? '' };
}

async function get(route: RouteEntry, query: Readonly<Record<string, string>>) {
  const tenant = tenantOf(route);
  const params = await parametersOf(route, tenant);
  const as = callerOf(route, tenant);
  if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
  return callRoute(route, { as, params, query: { ...LISTS[route.operationId]?.query, ...query } });
}

/** Compares as the list says that it sorts: by the value, those without one last, and then by the id. */
function comparing(key: string, kind: SortKind, turn: 1 | -1) {
  const value = (item: Item): string | number | null => {
    const said = item[key] as string | null;
    if (said === null) return null;
    // Names are in their order whatever their case.
    return kind === 'amount' ? Number(said) : key === 'name' ? said.toLowerCase() : said;
  };
  const compared = <T>(one: T, other: T) => (one < other ? -turn : one > other ? turn : 0);
  return (one: Item, other: Item): number => {
    const [a, b] = kind === 'age' ? [null, null] : [value(one), value(other)];
    if ((a === null) !== (b === null)) return a === null ? 1 : -1;
    if (a !== null && b !== null && a !== b) return compared(a, b);
    return compared(idOf(one), idOf(other));
  };
}

const cases = sorting.flatMap((route) =>
  Object.entries(route.sorts?.keys ?? {}).flatMap(([key, kind]) => [
    { operation: route.operationId, sort: key, key, kind, turn: 1 as const, route },
    { operation: route.operationId, sort: `-${key}`, key, kind, turn: -1 as const, route },
  ]),
);

describe('pages of a sorted list are the whole list in that order, no row lost or twice', () => {
  test.each(cases)('$operation by $sort', async ({ route, sort, key, kind, turn }) => {
    const whole: readonly Item[] = (await get(route, { limit: '200' })).body.data;
    expect(whole.length).toBeGreaterThanOrEqual(ROWS);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await get(route, { sort, limit: '2', ...(cursor === null ? {} : { cursor }) });
      expect(page.status, page.text).toBe(200);
      expect(page.body.data[0]).not.toHaveProperty('position');
      seen.push(...page.body.data.map(idOf));
      if (cursor === null)
        for (const other of cases.filter((one) => one.route === route && one.sort !== sort))
          expect(await get(route, { sort: other.sort, cursor: page.body.next_cursor })).toMatchObject({
            status: 422,
            body: { errors: [{ pointer: '?cursor', code: 'other-list' }] },
          });
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(whole.toSorted(comparing(key, kind, turn)).map(idOf));
  });
});

test('every list whose query has `sort` says by what, and each of its orders is in the contract', () => {
  const words = (route: RouteEntry): readonly string[] | undefined => {
    if (route.query === undefined) return undefined;
    const { properties } = z.toJSONSchema(route.query, { io: 'input', unrepresentable: 'any' }) as {
      properties?: { sort?: { enum?: string[] } };
    };
    return properties?.sort?.enum;
  };
  const said = new Map(
    cases.map(({ operation }) => [operation, cases.filter((one) => one.operation === operation)]),
  );
  for (const route of routes)
    expect(words(route)?.toSorted(), route.operationId).toEqual(
      said
        .get(route.operationId)
        ?.map(({ sort }) => sort)
        .toSorted(),
    );
  for (const { sorts } of sorting) expect(sorts?.keys).toHaveProperty(sorts?.byItself.replace('-', '') ?? '');
});

test('payments are sorted by amount where they are those of one payee', async () => {
  const route = routes.find(({ operationId }) => operationId === 'listTransactions') as RouteEntry;
  const as = callerOf(route, tenants.ISSUER);
  if (as === undefined) throw new Error('nobody may list transactions');
  expect(await callRoute(route, { as, query: { sort: '-amount' } })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '?sort' }] },
  });
});
