import { type Selectable, sql } from 'kysely';
import type { Participants } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Payee } from './bank-account.repository.ts';

export interface PayeeStanding {
  readonly kycStatus: string;
  readonly status: string;
}

/** Returns what must be known about a payee before a payment; undefined if the payee doesn't exist. */
export async function findPayee(read: TenantRead, payee: Payee): Promise<PayeeStanding | undefined> {
  const row =
    'shareholder_id' in payee
      ? await read
          .selectFrom('shareholders')
          .select(['kyc_status', 'status'])
          .where('id', '=', payee.shareholder_id)
          .executeTakeFirst()
      : await read
          .selectFrom('participants')
          .select(['kyc_status', sql<string>`'ACTIVE'`.as('status')])
          .where('employee_id', '=', payee.employee_id)
          .executeTakeFirst();
  return row && { kycStatus: row.kyc_status, status: row.status };
}

type KycStatus = Selectable<Participants>['kyc_status'];

interface KycRow {
  readonly employee_id: string;
  readonly kyc_status: KycStatus;
  readonly version: number;
}

export function findParticipantKyc(read: TenantRead, employee: string): Promise<KycRow | undefined> {
  return read
    .selectFrom('participants')
    .select(['employee_id', 'kyc_status', 'version'])
    .where('employee_id', '=', employee)
    .executeTakeFirst();
}

/** Changes the participant if it still has `version`. */
export function setKyc(
  tx: TenantTx,
  employee: string,
  version: number,
  status: KycStatus,
): Promise<KycRow | undefined> {
  return tx
    .updateTable('participants')
    .set((eb) => ({ kyc_status: status, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('employee_id', '=', employee)
    .where('version', '=', version)
    .returning(['employee_id', 'kyc_status', 'version'])
    .executeTakeFirst();
}
