import { sql } from 'kysely';
import type { z } from 'zod';
import { columnsOfCheck, type KycCheck, shownOfCheck } from '#kernel/kyc-check.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { ParticipantRow } from './participant.repository.ts';
import type { ParticipantKyc } from './participants.routes.ts';

type CheckedParticipant = Pick<
  ParticipantRow,
  'employee_id' | 'kyc_status' | 'kyc_reason' | 'kyc_effective_date' | 'version'
>;

/** Sets how far the identity of the participant is verified, if the row still has `version`. */
export function setParticipantKyc(
  tx: TenantTx,
  employeeId: string,
  version: number,
  check: KycCheck,
): Promise<CheckedParticipant | undefined> {
  return tx
    .updateTable('participants')
    .set((eb) => ({
      ...columnsOfCheck(check),
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('employee_id', '=', employeeId)
    .where('version', '=', version)
    .returning(['employee_id', 'kyc_status', 'kyc_reason', 'kyc_effective_date', 'version'])
    .executeTakeFirst();
}

export function toParticipantKyc(row: CheckedParticipant): z.input<typeof ParticipantKyc> {
  const { employee_id, kyc_status, version } = row;
  return { employee_id, kyc_status, ...shownOfCheck(row), version };
}
