import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Participants } from '#generated/database.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Participant, Wages } from './participants.routes.ts';

const COLUMNS = [
  'created_at',
  'date_of_birth',
  'employee_id',
  'identified_by',
  'kyc_status',
  'purged_at',
  'tenant_id',
  'updated_at',
  'version',
  'wages',
] as const satisfies readonly (keyof Participants)[];

export type ParticipantRow = Selectable<Participants>;

export function toParticipant(row: ParticipantRow): z.input<typeof Participant> {
  const { employee_id, date_of_birth, version, created_at } = row;
  const wages = Object.entries(row.wages as Record<string, string>).map(([year, minor]) => ({
    year: Number(year),
    amount: fromMinor(BigInt(minor), 'USD'),
  }));
  return { employee_id, date_of_birth, wages, version, created_at: created_at.toISOString() };
}

/** Adds the employee unless known; a date of birth that is given replaces the one on record. */
export async function insertParticipant(
  tx: TenantTx,
  employee_id: string,
  date_of_birth: string | undefined,
  identified_by: string,
): Promise<void> {
  const values = { employee_id, date_of_birth: date_of_birth ?? null, identified_by };
  const insert = tx.insertInto('participants').values(values);
  if (date_of_birth === undefined) await insert.onConflict((on) => on.doNothing()).execute();
  else await setParticipant(tx, employee_id, date_of_birth, identified_by);
}

export function setParticipant(
  tx: TenantTx,
  employee_id: string,
  date_of_birth: string | null,
  identified_by: string,
  wages?: Wages,
): Promise<ParticipantRow> {
  return tx
    .insertInto('participants')
    .values({ employee_id, date_of_birth, identified_by, ...wagesColumn(wages) })
    .onConflict((on) =>
      on.columns(['tenant_id', 'employee_id']).doUpdateSet((eb) => ({
        date_of_birth,
        ...wagesColumn(wages),
        identified_by: identifiedBy(date_of_birth, identified_by),
        version: eb('participants.version', '+', 1),
        updated_at: sql<Date>`now()`,
      })),
    )
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

function wagesColumn(wages: Wages | undefined) {
  if (wages === undefined) return {};
  const minor = wages.map(({ year, amount }) => [year, toMinor(amount, 'USD').toString()] as const);
  return { wages: JSON.stringify(Object.fromEntries(minor)) };
}

/** Whoever changes the date of birth says who the participant is. */
function identifiedBy(dateOfBirth: string | null, user: string) {
  return sql<
    string | null
  >`case when participants.date_of_birth is distinct from ${dateOfBirth}::date then ${user}::uuid else participants.identified_by end`;
}

/** Sets the date of birth, and wages that are given, if the row still has `version`. */
export function setDateOfBirth(
  tx: TenantTx,
  employeeId: string,
  version: number,
  date_of_birth: string | null,
  identified_by: string,
  wages?: Wages,
): Promise<ParticipantRow | undefined> {
  return tx
    .updateTable('participants')
    .set((eb) => ({
      date_of_birth,
      ...wagesColumn(wages),
      identified_by: identifiedBy(date_of_birth, identified_by),
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('employee_id', '=', employeeId)
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}

export function findParticipant(read: TenantRead, employeeId: string): Promise<ParticipantRow | undefined> {
  return read
    .selectFrom('participants')
    .select(COLUMNS)
    .where('employee_id', '=', employeeId)
    .executeTakeFirst();
}

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
