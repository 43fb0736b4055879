/// <reference types="vite/types/importMeta.d.ts" />
import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import * as z from 'zod';
import type { Role, TenantType } from '#kernel/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { idempotencyOf, type Schema } from '#platform/http/route.ts';
import { call, type TestRequest, type TestResponse } from '#tests/support/request.ts';
import type { TestTenant } from '#tests/support/tenants.ts';
import type { RouteEntry } from '../../shared/routes.ts';

const functions = import.meta.glob<{ handler: unknown }>('../../functions/**/*.ts');

/** The handler that serves a route, in this process. */
export async function handlerOf(route: RouteEntry): Promise<unknown> {
  const load = functions[`../../${route.entry}`];
  if (load === undefined) throw new Error(`${route.entry} does not exist`);
  return (await load()).handler;
}

/** Runs a route's own handler, with the headers that the route demands. */
export async function callRoute(route: RouteEntry, request: TestRequest): Promise<TestResponse> {
  return call(await handlerOf(route), route, {
    ...request,
    headers: { ...requiredHeaders(route), ...request.headers },
  });
}

function requiredHeaders(route: RouteEntry): Record<string, string> {
  return {
    ...(idempotencyOf(route) === 'required' ? { 'Idempotency-Key': randomUUID() } : {}),
    ...(route.concurrency === 'if-match' ? { 'If-Match': '"1"' } : {}),
  };
}

/** Returns a user of the tenant who may call the route, or undefined if no user of such a tenant may. */
export function callerOf(route: RouteEntry, tenant: TestTenant): Principal | undefined {
  if (route.roles === 'PUBLIC') return undefined;
  if (route.tenants !== undefined && !(route.tenants as readonly TenantType[]).includes(tenant.type))
    return undefined;
  const role = (route.roles as readonly Role[]).find((candidate) => candidate !== 'OPERATOR');
  return role === undefined ? undefined : tenant.as(role, 'E-1001');
}

/** Whether a route answers as SCIM does (RFC 7644, 3.12): a wrong value is a 400, and attributes that it doesn't know are ignored. */
export function speaksScim({ produces }: RouteEntry): boolean {
  return produces?.includes('application/scim+json') === true;
}

/** The status by which a route answers a problem. */
export function statusOfProblem(route: RouteEntry, status: number): number {
  return speaksScim(route) && status === 422 ? 400 : status;
}

/** The names of the parameters in a route's path. */
export function pathParameters(route: RouteEntry): string[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

type JsonSchema = {
  readonly properties?: Record<string, JsonSchema>;
  readonly format?: string;
  readonly anyOf?: JsonSchema[];
};

/** Parameters that lead to rows of the tenant's own; one that holds no id names an employee. */
export async function ownParameters(
  admin: pg.Pool,
  route: RouteEntry,
  tenantId: string,
): Promise<Record<string, string>> {
  const isId = (name: string) => name === 'id' || name.endsWith('_id');
  const value = (name: string) => (isId(name) ? idIn(admin, tableOf(name, route.path), tenantId) : 'E-1001');
  return Object.fromEntries(
    await Promise.all(pathParameters(route).map(async (name) => [name, await value(name)] as const)),
  );
}

const propertiesOf = new WeakMap<Schema, string[]>();

/** The properties of a schema that hold an id, at the top level. */
export function idProperties(schema: Schema | undefined): string[] {
  if (schema === undefined) return [];
  const names = propertiesOf.get(schema) ?? idPropertiesOf(schema);
  propertiesOf.set(schema, names);
  return names;
}

function idPropertiesOf(schema: Schema): string[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const variants = [json, ...(json.anyOf ?? [])];
  const names = variants.flatMap(({ properties = {} }) =>
    Object.entries(properties)
      .filter(([, property]) => property.format === 'uuid')
      .map(([name]) => name),
  );
  return [...new Set(names)];
}

/** An employee's own number is no id of a row. */
const isIdOfRow = (name: string): boolean =>
  (name === 'id' || name.endsWith('_id')) && name !== 'employee_id';

/**
 * Sends a route its example as a user of the tenant who may, with ids of the tenant's own rows.
 * @param request what is sent beside it, or instead of it
 */
export async function sendExample(
  admin: pg.Pool,
  route: RouteEntry,
  tenant: TestTenant,
  request: TestRequest = {},
): Promise<TestResponse> {
  const as = callerOf(route, tenant);
  if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
  const own = async (names: readonly string[]): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [
          name,
          isIdOfRow(name) ? await idIn(admin, tableOf(name, route.path), tenant.id) : 'E-1001',
        ]),
      ),
    );
  const body = route.example as Record<string, unknown> | undefined;
  const bodyIds = await own(idProperties(route.body).filter((name) => body !== undefined && name in body));
  const params = await own(pathParameters(route));
  return callRoute(route, {
    ...{ as, params },
    ...(body === undefined ? {} : { body: { ...body, ...bodyIds } }),
    ...request,
  });
}

/** The tables of the ids that a path segment or a field names. */
const TABLES: Readonly<Record<string, string>> = {
  actor: 'users',
  from_shareholder: 'shareholders',
  to_shareholder: 'shareholders',
  break_glass_user: 'users',
  requested_by: 'users',
  exports: 'report_exports',
  forfeitures: 'forfeiture_entries',
  deliveries: 'webhook_deliveries',
  delivery: 'webhook_deliveries',
  approvals: 'change_requests',
  mapping: 'upload_mappings',
  mappings: 'upload_mappings',
  identities: 'federated_identities',
  'bank-files': 'inbound_files',
  item: 'inbound_items',
  bank_file: 'outbound_files',
  Users: 'directory_users',
  Groups: 'directory_groups',
};

/** `shareholder_id` → `shareholders`; `id` after `/users/` → `users`. */
export function tableOf(parameter: string, path: string): string {
  const named = /^(.+)_id$/.exec(parameter)?.[1];
  if (named !== undefined) return TABLES[named] ?? `${named}s`;
  const segment = new RegExp(`/([^/]+)/\\{${parameter}\\}`).exec(path)?.[1] ?? '';
  return TABLES[parameter] ?? TABLES[segment] ?? segment.replaceAll('-', '_');
}

/** The rows that were found, for tests that have deleted the only one. */
const once = new Map<string, string>();

/** The id of a row that belongs to the tenant, or did. */
export async function idIn(admin: pg.Pool, table: string, tenantId: string): Promise<string> {
  // The last user of the directory is the one of `filled-tables.ts`.
  const [column, order] = table === 'directory_users' ? ['user_id', 'desc'] : ['id', 'asc'];
  const { rows } = await admin.query(
    `select ${column} as id from ${table} where tenant_id = $1 order by 1 ${order} limit 1`,
    [tenantId],
  );
  const of = `${table} ${tenantId}`;
  const id: string | undefined = rows[0]?.id ?? once.get(of);
  if (id === undefined) throw new Error(`${table} has no row of the tenant: add one to filled-tables.ts`);
  once.set(of, id);
  return id;
}

/** Everything that tenants own, as one value; what a refusal itself may write is left out. */
export async function digestOfTables(admin: pg.Pool, tables: readonly string[]): Promise<string> {
  const written = tables.filter(
    (table) => !['audit_log', 'idempotency_keys', 'request_counts', 'request_log'].includes(table),
  );
  const parts = written.map(
    (table) => `(select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from ${table} t)`,
  );
  // An array: a function takes a hundred arguments.
  const text = `select array_to_string(array[${parts.join(', ')}], ',') as digest`;
  // It has a name so that a connection plans it once: that takes longer than to read what a test has.
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const { rows } = await admin.query({ name, text });
  return rows[0].digest;
}
