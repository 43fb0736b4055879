import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Finds the mail address of an employee who is a user. */
export async function findEmployeeEmail(read: TenantRead, employeeId: string): Promise<string | undefined> {
  const user = await read
    .selectFrom('users')
    .select('email')
    .where('employee_id', '=', employeeId)
    .where('status', '=', 'ACTIVE')
    .where('purged_at', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return user?.email;
}
