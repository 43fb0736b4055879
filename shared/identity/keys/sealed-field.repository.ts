import { sql } from 'kysely';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { SealedField } from './sealed-fields.ts';

export interface SealedRow {
  readonly tenant_id: string;
  readonly key: string;
  readonly place_key: string;
  readonly values: readonly string[];
}

/**
 * Lists the places of values that a key other than `keyId` has sealed. Values that retention has replaced by `purged`
 * are left out.
 */
export async function listOtherwiseSealed(
  tx: SystemTx,
  { table, key, placeKey, column, isArray }: SealedField,
  keyId: string,
  after: { readonly tenantId: string; readonly key: string },
  limit: number,
): Promise<SealedRow[]> {
  const [id, values] = [sql.ref(key), isArray ? sql.ref(column) : sql`array[${sql.ref(column)}]`];
  const { rows } =
    await sql<SealedRow>`select tenant_id, ${id} as key, ${sql.ref(placeKey ?? key)} as place_key, ${values} as values from ${sql.table(table)}
    where (tenant_id, ${id}) > (${after.tenantId}, ${after.key})
      and exists (select from unnest(${values}) as v (sealed) where split_part(sealed, '.', 1) not in (${keyId}, 'purged'))
    order by tenant_id, ${id} limit ${limit}`.execute(tx);
  return rows;
}

/** Does nothing if the values have changed meanwhile: the writer of the change has sealed them. */
export async function setSealed(
  tx: SystemTx,
  { table, key, column, isArray }: SealedField,
  row: SealedRow,
  values: readonly string[],
): Promise<void> {
  const [before, after] = isArray ? [row.values, values] : [row.values[0], values[0]];
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${after}
    where tenant_id = ${row.tenant_id} and ${sql.ref(key)} = ${row.key} and ${sql.ref(column)} = ${before}`.execute(
    tx,
  );
}
