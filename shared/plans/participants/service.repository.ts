import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { CensusDays } from './census.ts';

export type ServiceDays = Pick<CensusDays, 'hired_on' | 'terminated_on' | 'rehired_on'>;

/** Returns when an employee was hired, left and came back; undefined for one who is no participant. */
export function findServiceDays(tx: TenantTx, employeeId: string): Promise<ServiceDays | undefined> {
  return tx
    .selectFrom('participants')
    .select(['hired_on', 'terminated_on', 'rehired_on'])
    .where('employee_id', '=', employeeId)
    .executeTakeFirst();
}

/**
 * Adds the employee unless known, and answers when they were hired, left and came back; a date of birth that is given replaces the one on record. What was known
 * before is read in the statement that adds whoever is unknown.
 */
export async function insertParticipant(
  tx: TenantTx,
  employee_id: string,
  date_of_birth: string | undefined,
  identified_by: string,
): Promise<ServiceDays> {
  if (date_of_birth !== undefined) {
    const { setParticipant } = await import('./participant.repository.ts');
    return setParticipant(tx, employee_id, { date_of_birth }, identified_by);
  }
  const { rows } = await sql<ServiceDays>`with added as (
      insert into participants (employee_id, identified_by) values (${employee_id}, ${identified_by}::uuid)
      on conflict do nothing)
    select hired_on, terminated_on, rehired_on from participants where employee_id = ${employee_id}`.execute(
    tx,
  );
  return rows[0] ?? { hired_on: null, terminated_on: null, rehired_on: null };
}
