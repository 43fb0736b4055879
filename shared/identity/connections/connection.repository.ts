import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Connections, ConnectionTests } from '#generated/database.ts';
import type { RoleMapping } from '#identity/federation/decide-role.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { ConnectionTest } from './connections.routes.ts';

const COLUMNS = [
  'authentication_context',
  'certificates',
  'client_authentication',
  'client_id',
  'created_at',
  'created_by',
  'credential_sealed',
  'employee_id_claim',
  'id',
  'idp_initiated',
  'issuer',
  'kind',
  'name',
  'public_jwk',
  'role_map',
  'scopes',
  'signing_certificate',
  'sso_url',
  'status',
  'subject_claim',
  'tenant_id',
  'tested_at',
  'updated_at',
  'version',
] as const satisfies readonly (keyof Connections)[];

/** This room alone writes connections: the map is one of roles, and nothing that is deleted is read. */
type Known = {
  kind: 'OIDC' | 'SAML';
  role_map: readonly RoleMapping[];
  public_jwk: Record<string, unknown> | null;
  status: 'DRAFT' | 'ACTIVE' | 'DISABLED';
};
export type ConnectionRow = Omit<Selectable<Connections>, keyof Known> & Known;

/** The part of a connection that people decide on. */
export interface ConnectionSettings {
  readonly name: string;
  readonly issuer: string;
  /** Null for SAML. */
  readonly client_id: string | null;
  readonly client_authentication: ConnectionRow['client_authentication'];
  readonly credential_sealed: string;
  readonly public_jwk: Record<string, unknown> | null;
  readonly scopes: readonly string[];
  readonly subject_claim: ConnectionRow['subject_claim'];
  readonly employee_id_claim: string | null;
  /** The context that the provider is asked for; null for SAML, and where none is. */
  readonly authentication_context: string | null;
  readonly role_map: readonly RoleMapping[];
  /** SAML's; null for OpenID Connect. */
  readonly sso_url: string | null;
  readonly certificates: readonly string[] | null;
  readonly signing_certificate: string | null;
  readonly idp_initiated: boolean;
}

function written({
  role_map,
  public_jwk,
  scopes,
  certificates,
  ...rest
}: Omit<ConnectionChange, 'status' | 'tested_at'>) {
  return {
    ...rest,
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(certificates === undefined ? {} : { certificates: listed(certificates) }),
    ...(role_map === undefined ? {} : { role_map: JSON.stringify(role_map) }),
    ...(public_jwk === undefined
      ? {}
      : { public_jwk: public_jwk === null ? null : JSON.stringify(public_jwk) }),
  };
}

const listed = (values: readonly string[] | null): string[] | null => (values === null ? null : [...values]);

/** @throws DomainError `connection-exists` when the tenant has one of this name */
export async function insertConnection(
  tx: TenantTx,
  id: string,
  kind: ConnectionRow['kind'],
  { role_map, scopes, certificates, ...settings }: ConnectionSettings,
): Promise<void> {
  await tx
    .insertInto('connections')
    .values({
      ...settings,
      id,
      kind,
      scopes: [...scopes],
      certificates: listed(certificates),
      role_map: JSON.stringify(role_map),
      public_jwk: settings.public_jwk === null ? null : JSON.stringify(settings.public_jwk),
    })
    .execute();
}

function kept(read: TenantRead) {
  return read
    .selectFrom('connections')
    .select(COLUMNS)
    .where('status', '<>', 'DELETED')
    .$castTo<ConnectionRow>();
}

export function findConnection(read: TenantRead, id: string): Promise<ConnectionRow | undefined> {
  return kept(read).where('id', '=', id).executeTakeFirst();
}

export function lockConnection(tx: TenantTx, id: string): Promise<ConnectionRow | undefined> {
  return kept(tx).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Oldest first. */
export function listConnections(read: TenantRead, { limit, cursor }: PageRequest): Promise<ConnectionRow[]> {
  const query = kept(read)
    .orderBy('id')
    .limit(limit + 1);
  return (cursor === undefined ? query : query.where('id', '>', decodeCursor(cursor, ['uuid'])[0])).execute();
}

/** Lists the connections by which people can sign in, oldest first. */
export function listActiveConnections(
  read: TenantRead,
): Promise<Pick<ConnectionRow, 'id' | 'kind' | 'name'>[]> {
  return read
    .selectFrom('connections')
    .select(['id', 'kind', 'name'])
    .where('status', '=', 'ACTIVE')
    .orderBy('id')
    .$narrowType<{ kind: ConnectionRow['kind'] }>()
    .execute();
}

export async function countConnections(read: TenantRead): Promise<number> {
  const { count } = await read
    .selectFrom('connections')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('status', '<>', 'DELETED')
    .executeTakeFirstOrThrow();
  return Number(count);
}

export type ConnectionChange = {
  readonly [Name in keyof ConnectionSettings]?: ConnectionSettings[Name] | undefined;
} & {
  readonly status?: 'ACTIVE' | 'DISABLED' | 'DELETED' | 'DRAFT';
  readonly tested_at?: null;
};

/** Changes the connection if it still has `version`. */
export function setConnection(
  tx: TenantTx,
  id: string,
  version: number,
  { status, tested_at, ...settings }: ConnectionChange,
): Promise<ConnectionRow | undefined> {
  return tx
    .updateTable('connections')
    .set((eb) => ({
      ...written(settings),
      ...(status === undefined ? {} : { status }),
      ...(tested_at === undefined ? {} : { tested_at }),
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .where('version', '=', version)
    .where('status', '<>', 'DELETED')
    .returning(COLUMNS)
    .$castTo<ConnectionRow>()
    .executeTakeFirst();
}

/** Notes that a test of this version has succeeded; it isn't a change of what people have decided. */
export async function setTested(tx: TenantTx, id: string, version: number): Promise<void> {
  await tx
    .updateTable('connections')
    .set({ tested_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute();
}

const TEST_COLUMNS = [
  'connection_id',
  'detail',
  'id',
  'outcome',
  'reason',
  'received',
  'role',
  'started_by',
  'tested_at',
] as const satisfies readonly (keyof ConnectionTests)[];

type TestRow = Pick<Selectable<ConnectionTests>, (typeof TEST_COLUMNS)[number]>;

export interface NewTest {
  readonly connection_id: string;
  readonly started_by: string;
  readonly outcome: TestRow['outcome'];
  readonly role: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly received: Readonly<Record<string, unknown>>;
}

/** More results of tests are of no use to anybody. */
const KEPT_TESTS = 20;

export async function insertTest(tx: TenantTx, { received, ...test }: NewTest): Promise<TestRow> {
  const inserted = await tx
    .insertInto('connection_tests')
    .values({ ...test, received: JSON.stringify(received) })
    .returning(TEST_COLUMNS)
    .executeTakeFirstOrThrow();
  await tx
    .deleteFrom('connection_tests')
    .where('connection_id', '=', test.connection_id)
    .where('id', 'not in', (eb) =>
      eb
        .selectFrom('connection_tests')
        .select('id')
        .where('connection_id', '=', test.connection_id)
        .orderBy('id', 'desc')
        .limit(KEPT_TESTS),
    )
    .execute();
  return inserted;
}

/** Newest first. */
export function listTests(
  read: TenantRead,
  connectionId: string,
  { limit, cursor }: PageRequest,
): Promise<TestRow[]> {
  const query = read
    .selectFrom('connection_tests')
    .select(TEST_COLUMNS)
    .where('connection_id', '=', connectionId)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  return (cursor === undefined ? query : query.where('id', '<', decodeCursor(cursor, ['uuid'])[0])).execute();
}

export function toConnectionTest(row: TestRow): z.input<typeof ConnectionTest> {
  return {
    ...row,
    role: row.role as z.input<typeof ConnectionTest>['role'],
    received: row.received as Record<string, unknown>,
    tested_at: row.tested_at.toISOString(),
  };
}
