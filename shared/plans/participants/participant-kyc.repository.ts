import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { ParticipantRow } from './participant.repository.ts';

export type ParticipantKyc = Pick<ParticipantRow, 'employee_id' | 'kyc_status' | 'version'>;

/** Sets how far the identity of the participant is verified, if the row still has `version`. */
export function setParticipantKyc(
  tx: TenantTx,
  employeeId: string,
  version: number,
  status: ParticipantRow['kyc_status'],
): Promise<ParticipantKyc | undefined> {
  return tx
    .updateTable('participants')
    .set((eb) => ({ kyc_status: status, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('employee_id', '=', employeeId)
    .where('version', '=', version)
    .returning(['employee_id', 'kyc_status', 'version'])
    .executeTakeFirst();
}
