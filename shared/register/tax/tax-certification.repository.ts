import { type Insertable, type Selectable, sql } from 'kysely';
import type { TaxCertifications } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'backup_withholding',
  'certification',
  'created_at',
  'exempt_payee',
  'expires_on',
  'shareholder_id',
  'signed_on',
  'tax_id_last4',
  'tax_id_sealed',
  'tax_id_type',
  'tenant_id',
  'treaty_country',
  'treaty_rate',
  'updated_at',
  'version',
] as const satisfies readonly (keyof TaxCertifications)[];

export type TaxCertificationRow = Selectable<TaxCertifications>;
export type NewTaxCertification = Omit<Insertable<TaxCertifications>, 'tenant_id' | 'version'>;

export function findTaxCertification(
  read: TenantRead,
  shareholderId: string,
): Promise<TaxCertificationRow | undefined> {
  return read
    .selectFrom('tax_certifications')
    .select(COLUMNS)
    .where('shareholder_id', '=', shareholderId)
    .executeTakeFirst();
}

type Form = Pick<
  NewTaxCertification,
  'certification' | 'tax_id_type' | 'expires_on' | 'treaty_rate' | 'backup_withholding'
>;

/** The law presumes this of a holder of whom nothing is known. */
const NO_FORM: Form = { certification: 'NONE' };

/**
 * Tells whether less would be withheld from the holder on some day, where the issuer withholds. A rate changes on the day after a form
 * has expired, and else never.
 */
export async function lowersWithholding(
  read: TenantRead,
  current: Form = NO_FORM,
  next: Form,
): Promise<boolean> {
  const percent = (form: Form) =>
    sql`coalesce(withholding_percent(${form.certification}, ${form.tax_id_type ?? null}, ${form.expires_on ?? null}::date,
      ${form.treaty_rate ?? null}::numeric, ${form.backup_withholding ?? false}::boolean, d.day), 0)`;
  const ends = [current.expires_on ?? null, next.expires_on ?? null];
  const { rows } = await sql<{ lowers: boolean }>`
    select withholds_tax() and exists (
      select from unnest(array[today(), ${ends[0]}::date, ${ends[0]}::date + 1, ${ends[1]}::date, ${ends[1]}::date + 1]) as d (day)
      where d.day is not null and ${percent(next)} < ${percent(current)}) as lowers`.execute(read);
  return rows[0]?.lowers === true;
}

/** Writes what is known of a holder, whose row is locked: nobody else does at the same time. */
export function upsertTaxCertification(
  tx: TenantTx,
  certification: NewTaxCertification,
): Promise<TaxCertificationRow> {
  const { shareholder_id: _, ...set } = certification;
  return tx
    .insertInto('tax_certifications')
    .values(certification)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'shareholder_id']).doUpdateSet((eb) => ({
        ...set,
        version: eb('tax_certifications.version', '+', 1),
        updated_at: sql<Date>`now()`,
      })),
    )
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
