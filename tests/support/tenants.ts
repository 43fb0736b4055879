import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type TenantId, type UserId, uuidV7 } from '#kernel/ids.ts';
import type { KeyRole, Role, TenantType, UserRole } from '#kernel/roles.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';

export interface TestTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly type: 'ISSUER' | 'SPONSOR';
  /** A caller of that role, who has a session. The user, or the key, of an employee's id is another one, who exists when `call` begins. */
  as(role: UserRole | KeyRole, employeeId?: string): Principal;
}

/** The tenants of a test by their ids, with the database that they are in: helpers find the second person there. */
export const testTenants = new Map<string, { readonly tenant: TestTenant; readonly admin: pg.Pool }>();

const ROLES = ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE', 'DIRECTORY'] as const;

/** Inserts a tenant with one user of each role directly into the database; nobody can sign in as them. */
export async function insertTestTenant(
  admin: pg.Pool,
  type: 'ISSUER' | 'SPONSOR',
  slug: string = `t${randomUUID().slice(0, 8)}`,
): Promise<TestTenant> {
  const id = uuidV7<TenantId>();
  await admin.query('insert into tenants (id, slug, name, type) values ($1, $2, $3, $4)', [
    id,
    slug,
    slug,
    type,
  ]);
  // The tests of other things move shares as they like; those of the limits set their own.
  if (type === 'ISSUER')
    await admin.query(
      'insert into register_settings (tenant_id, by_hand_percent, by_file_percent) values ($1, 100, 100)',
      [id],
    );
  const callers = new Map<string, Principal>();
  const newCaller = (role: UserRole | KeyRole, employeeId?: string): Principal =>
    callerOf({ tenantId: id, tenantType: type, role, employeeId });
  for (const role of ROLES) {
    const caller = newCaller(role);
    callers.set(role, caller);
    if (role === 'DIRECTORY') await insertKey(admin, caller, role, String(callers.get('ADMIN')?.actorId));
    else await insertCaller(admin, caller, `${role.toLowerCase()}@${slug}.example`);
  }
  const tenant: TestTenant = {
    id,
    slug,
    type,
    as: (role, employeeId) => {
      const name = employeeId === undefined ? role : `${role}.${employeeId}`;
      const known = callers.get(name);
      if (known !== undefined) return known;
      const caller = newCaller(role, role === 'DIRECTORY' ? undefined : employeeId);
      callers.set(name, caller);
      const begun =
        role === 'DIRECTORY'
          ? insertKey(admin, caller, name, String(callers.get('ADMIN')?.actorId))
          : insertCaller(admin, caller, `${name.toLowerCase()}@${slug}.example`);
      beginning = Promise.all([beginning, begun]);
      return caller;
    },
  };
  testTenants.set(id, { tenant, admin });
  return tenant;
}

/** Declares classes of an issuer's shares directly in the database. */
export async function declareClasses(
  admin: pg.Pool,
  { id }: Pick<TestTenant, 'id'>,
  ...codes: readonly string[]
): Promise<void> {
  await admin.query(
    `insert into security_classes (tenant_id, code, name, kind) select $1, code, code, 'OTHER' from unnest($2::text[]) as code`,
    [id, codes],
  );
}

let beginning: Promise<unknown> = Promise.resolve();

/** Waits until every caller that a tenant has named exists. */
export async function callersExist(): Promise<void> {
  await beginning;
}

/** Inserts an operator of the platform, who has a session. */
export async function insertTestOperator(admin: pg.Pool): Promise<Principal> {
  const operator = callerOf({
    tenantId: PLATFORM_TENANT_ID as TenantId,
    tenantType: 'PLATFORM',
    role: 'OPERATOR',
  });
  await insertCaller(admin, operator, `operator-${randomUUID()}@vestry.example`);
  return operator;
}

function callerOf(of: {
  readonly tenantId: TenantId;
  readonly tenantType: TenantType;
  readonly role: Role;
  readonly employeeId?: string | undefined;
}): Principal {
  const { tenantId, tenantType, role: actorRole, employeeId } = of;
  const caller = {
    tenantId,
    tenantType,
    actorId: uuidV7<UserId>(),
    actorRole,
    sessionId: uuidV7(),
    employeeId,
  };
  return actorRole === 'DIRECTORY' ? { ...caller, key: { routes: undefined, networks: undefined } } : caller;
}

/** Inserts an API key that lets in, without the approval that its guard asks for. */
async function insertKey(admin: pg.Pool, key: Principal, name: string, madeBy: string): Promise<void> {
  const { tenantId, actorId, actorRole, sessionId } = key;
  const client = await admin.connect();
  await client.query('begin');
  await client.query('set local session_replication_role = replica');
  await client.query(
    `insert into api_keys (tenant_id, id, name, role, status, made_by, confirmed_by, expires_at)
     values ($1, $2, $3, $4, 'ACTIVE', $5, $5, now() + interval '1 day')`,
    [tenantId, actorId, name, actorRole, madeBy],
  );
  await client.query(
    `insert into api_key_secrets (tenant_id, id, api_key_id, secret_sha256, issued_to) values ($1, $2, $3, sha256($4), $5)`,
    [tenantId, sessionId, actorId, Buffer.from(randomUUID()), madeBy],
  );
  await client.query('commit');
  client.release();
}

async function insertCaller(admin: pg.Pool, caller: Principal, email: string): Promise<void> {
  const { tenantId, actorId, actorRole, employeeId } = caller;
  await admin.query(
    `insert into users (tenant_id, id, email, role, employee_id, password_hash) values ($1, $2, $3, $4, $5, 'none')`,
    [tenantId, actorId, email, actorRole, employeeId ?? null],
  );
  await insertSession(admin, caller);
}

/** Inserts a session of a user who is there. */
export async function insertSession(
  admin: pg.Pool,
  { tenantId, actorId, sessionId }: Pick<Principal, 'tenantId' | 'actorId' | 'sessionId'>,
): Promise<void> {
  await admin.query(
    `insert into refresh_tokens (tenant_id, user_id, family_id, token_sha256, expires_at, session_ends_at)
       values ($1, $2, $3, sha256($4), now() + interval '12 hours', now() + interval '30 days')`,
    [tenantId, actorId, sessionId, Buffer.from(randomUUID())],
  );
  await admin.query(
    `insert into sessions (tenant_id, id, user_id, method, amr, network, device)
       values ($1, $2, $3, 'PASSWORD', '{pwd}', '203.0.113.7', 'another program')`,
    [tenantId, sessionId, actorId],
  );
}
