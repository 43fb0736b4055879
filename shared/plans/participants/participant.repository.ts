import { type Selectable, sql } from 'kysely';
import type { Participants } from '#generated/database.ts';
import { toMinor } from '#kernel/money.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Wages } from './participants.routes.ts';

const COLUMNS = [
  'created_at',
  'date_of_birth',
  'employee_id',
  'hired_on',
  'identified_by',
  'kyc_status',
  'purged_at',
  'tenant_id',
  'updated_at',
  'version',
  'wages',
] as const satisfies readonly (keyof Participants)[];

export type ParticipantRow = Pick<Selectable<Participants>, (typeof COLUMNS)[number]>;

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
  details: Details = {},
): Promise<ParticipantRow> {
  return tx
    .insertInto('participants')
    .values({ employee_id, date_of_birth, identified_by, ...detailColumns(details) })
    .onConflict((on) =>
      on.columns(['tenant_id', 'employee_id']).doUpdateSet((eb) => ({
        date_of_birth,
        ...detailColumns(details),
        identified_by: identifiedBy(date_of_birth, identified_by),
        version: eb('participants.version', '+', 1),
        updated_at: sql<Date>`now()`,
      })),
    )
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Details that stay as they are unless given. */
interface Details {
  readonly wages?: Wages | undefined;
  readonly hired_on?: string | null | undefined;
}

function detailColumns({ wages, hired_on }: Details) {
  const minor = wages?.map(({ year, amount }) => [year, toMinor(amount, 'USD').toString()] as const);
  return {
    ...(hired_on === undefined ? {} : { hired_on }),
    ...(minor === undefined ? {} : { wages: JSON.stringify(Object.fromEntries(minor)) }),
  };
}

/** Whoever changes the date of birth says who the participant is. */
function identifiedBy(dateOfBirth: string | null, user: string) {
  return sql<
    string | null
  >`case when participants.date_of_birth is distinct from ${dateOfBirth}::date then ${user}::uuid else participants.identified_by end`;
}

/** Sets the date of birth, and details that are given, if the row still has `version`. */
export function setDateOfBirth(
  tx: TenantTx,
  employeeId: string,
  version: number,
  date_of_birth: string | null,
  identified_by: string,
  details: Details = {},
): Promise<ParticipantRow | undefined> {
  return tx
    .updateTable('participants')
    .set((eb) => ({
      date_of_birth,
      ...detailColumns(details),
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
