import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type TenantId, type UserId, uuidV7 } from '#kernel/ids.ts';
import type { TenantType, UserRole } from '#kernel/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';

export interface TestTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly type: 'ISSUER' | 'SPONSOR';
  /** A caller of that role; the user exists in the database. */
  as(role: UserRole, employeeId?: string): Principal;
}

const ROLES = ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] as const;

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
  const users = new Map<UserRole, UserId>();
  for (const role of ROLES) {
    const userId = uuidV7<UserId>();
    users.set(role, userId);
    await admin.query(
      `insert into users (tenant_id, id, email, role, password_hash) values ($1, $2, $3, $4, 'none')`,
      [id, userId, `${role.toLowerCase()}@${slug}.example`, role],
    );
  }
  return {
    id,
    slug,
    type,
    as: (role, employeeId) => ({
      tenantId: id,
      tenantType: type as TenantType,
      actorId: users.get(role) as UserId,
      actorRole: role,
      employeeId,
    }),
  };
}
