import type pg from 'pg';
import { hashPassword } from '#identity/sign-in/password.ts';
import { type UserId, uuidV7 } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { insertSession, type TestTenant } from './tenants.ts';

/** The password of everybody who is inserted here. */
export const PASSWORD = 'correct horse battery staple';

export interface Person {
  readonly email: string;
  /** The tenant to sign in at; an operator names none. */
  readonly tenant: string | undefined;
  readonly as: Principal;
}

let people = 0;

/** Inserts a user with a password and a session. */
export async function insertPerson(
  admin: pg.Pool,
  tenant: TestTenant,
  role: Role = 'OPS',
  change: { readonly status?: string; readonly has_password?: boolean } = {},
): Promise<Person> {
  const email = `person-${++people}@people.example`;
  const isOperator = role === 'OPERATOR';
  const as: Principal = {
    tenantId: isOperator ? PLATFORM_TENANT_ID : tenant.id,
    tenantType: isOperator ? 'PLATFORM' : tenant.type,
    actorId: uuidV7<UserId>(),
    actorRole: role,
    sessionId: uuidV7(),
    employeeId: undefined,
  };
  const { status, has_password } = { status: 'ACTIVE', has_password: true, ...change };
  await admin.query(
    `insert into users (tenant_id, id, email, role, password_hash, status, has_password) values ($1, $2, $3, $4, $5, $6, $7)`,
    [as.tenantId, as.actorId, email, role, await hashPassword(PASSWORD), status, has_password],
  );
  await insertSession(admin, as);
  return { email, tenant: isOperator ? undefined : tenant.slug, as };
}
