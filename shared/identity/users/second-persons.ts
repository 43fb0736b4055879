import { sql } from 'kysely';
import type { PersonRole } from '#kernel/roles.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Returns users with one of some roles who are a second person for a proposer, the longest there first. */
export async function listSecondPersons(
  read: TenantRead,
  maker: string,
  roles: readonly PersonRole[],
  limit: number,
): Promise<string[]> {
  const rows = await read
    .selectFrom('users')
    .select('id')
    .where('status', '=', 'ACTIVE')
    .where('role', 'in', roles)
    .where(sql<boolean>`is_second_person(${maker}, id)`)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Returns operators, who are the only users of the platform's own tenant, the longest there first. */
export async function listOperators(read: TenantRead, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('users')
    .select('id')
    .where('status', '=', 'ACTIVE')
    .where('role', '=', 'OPERATOR')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
