import { type Selectable, sql } from 'kysely';
import type { Participants } from '#generated/database.ts';
import { toMinor } from '#kernel/money.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Wages } from './participants.routes.ts';

export const PARTICIPANT_COLUMNS = [
  'compensation',
  'created_at',
  'created_by',
  'date_of_birth',
  'email',
  'employee_id',
  'hired_on',
  'identified_by',
  'kyc_effective_date',
  'kyc_reason',
  'kyc_status',
  'name',
  'purged_at',
  'rehired_on',
  'tenant_id',
  'terminated_on',
  'updated_at',
  'version',
  'wages',
] as const satisfies readonly (keyof Participants)[];

export type ParticipantRow = Pick<Selectable<Participants>, (typeof PARTICIPANT_COLUMNS)[number]>;

/** The census says these of a participant; what is undefined stays as it is. */
export interface Details {
  readonly date_of_birth: string | null;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly hired_on?: string | null | undefined;
  readonly terminated_on?: string | null | undefined;
  readonly rehired_on?: string | null | undefined;
  /** The pay of a year, in US dollars. */
  readonly compensation?: string | null | undefined;
  readonly wages?: Wages | undefined;
}

/** Sets details of a participant, who becomes one where the sponsor has none of the number. */
export function setParticipant(
  tx: TenantTx,
  employee_id: string,
  details: Details,
  identified_by: string,
): Promise<ParticipantRow> {
  const columns = columnsOf(details);
  return tx
    .insertInto('participants')
    .values({ employee_id, identified_by, ...columns, stated_at: sql<Date>`clock_timestamp()` })
    .onConflict((on) =>
      on.columns(['tenant_id', 'employee_id']).doUpdateSet((eb) => ({
        ...columns,
        identified_by: identifiedBy(details, identified_by),
        version: eb('participants.version', '+', 1),
        updated_at: sql<Date>`now()`,
        stated_at: sql<Date>`clock_timestamp()`,
      })),
    )
    .returning(PARTICIPANT_COLUMNS)
    .executeTakeFirstOrThrow();
}

function columnsOf({ wages, compensation, ...texts }: Details) {
  const minor = wages?.map(({ year, amount }) => [year, toMinor(amount, 'USD').toString()] as const);
  return {
    ...texts,
    ...(compensation === undefined
      ? {}
      : { compensation: compensation === null ? null : toMinor(compensation, 'USD', '/compensation') }),
    ...(minor === undefined ? {} : { wages: JSON.stringify(Object.fromEntries(minor)) }),
  };
}

/** Whoever changes the name or the date of birth says who the participant is. */
function identifiedBy({ date_of_birth, name }: Details, user: string) {
  const renamed = name === undefined ? sql`false` : sql`participants.name is distinct from ${name}::text`;
  return sql<
    string | null
  >`case when participants.date_of_birth is distinct from ${date_of_birth}::date or ${renamed} then ${user}::uuid else participants.identified_by end`;
}

/** Returns a participant whom nobody else changes until the transaction ends. */
export function lockParticipant(tx: TenantTx, employeeId: string): Promise<ParticipantRow | undefined> {
  return tx
    .selectFrom('participants')
    .select(PARTICIPANT_COLUMNS)
    .where('employee_id', '=', employeeId)
    .forUpdate()
    .executeTakeFirst();
}

export function findParticipant(read: TenantRead, employeeId: string): Promise<ParticipantRow | undefined> {
  return read
    .selectFrom('participants')
    .select(PARTICIPANT_COLUMNS)
    .where('employee_id', '=', employeeId)
    .executeTakeFirst();
}
