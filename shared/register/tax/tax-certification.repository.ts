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
