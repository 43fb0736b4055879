import { type Selectable, sql } from 'kysely';
import type { UploadMappings } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';
import type { Mapping } from './mapping.ts';

const COLUMNS = [
  'created_at',
  'created_by',
  'definition',
  'id',
  'kind',
  'name',
  'updated_at',
  'version',
] as const satisfies readonly (keyof UploadMappings)[];

export type MappingRow = Omit<Pick<Selectable<UploadMappings>, (typeof COLUMNS)[number]>, 'definition'> & {
  readonly kind: UploadKind;
  readonly definition: Mapping;
};

/** Returns the settings of a file that is read by a mapping. */
export function settingsOfMapping({ id, version }: MappingRow) {
  return { mapping: id, mapping_version: String(version) };
}

function mappings(read: TenantRead) {
  return read.selectFrom('upload_mappings').select(COLUMNS).$castTo<MappingRow>();
}

/** Oldest first. */
export function listMappings(read: TenantRead, { limit, cursor }: PageRequest): Promise<MappingRow[]> {
  const query = mappings(read)
    .orderBy('id')
    .limit(limit + 1);
  return (cursor === undefined ? query : query.where('id', '>', decodeCursor(cursor, ['uuid'])[0])).execute();
}

export function findMapping(read: TenantRead, id: string): Promise<MappingRow | undefined> {
  return mappings(read).where('id', '=', id).executeTakeFirst();
}

export function findMappingByName(
  read: TenantRead,
  kind: UploadKind,
  name: string,
): Promise<MappingRow | undefined> {
  return mappings(read).where('kind', '=', kind).where('name', '=', name).executeTakeFirst();
}

export async function countMappings(read: TenantRead): Promise<number> {
  const { count } = await read
    .selectFrom('upload_mappings')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface NewMapping {
  readonly name: string;
  readonly kind: UploadKind;
  readonly definition: Mapping;
}

/** @throws DomainError `mapping-exists` */
export function insertMapping(tx: TenantTx, { name, kind, definition }: NewMapping): Promise<MappingRow> {
  return tx
    .insertInto('upload_mappings')
    .values({ name, kind, definition: JSON.stringify(definition) })
    .returning(COLUMNS)
    .$castTo<MappingRow>()
    .executeTakeFirstOrThrow();
}

/**
 * Changes a mapping; undefined when it is of another version.
 * @throws DomainError `mapping-exists`
 */
export function setMapping(
  tx: TenantTx,
  { id, version }: Pick<MappingRow, 'id' | 'version'>,
  { name, definition }: Pick<NewMapping, 'name' | 'definition'>,
): Promise<MappingRow | undefined> {
  return tx
    .updateTable('upload_mappings')
    .set({
      name,
      definition: JSON.stringify(definition),
      version: version + 1,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(COLUMNS)
    .$castTo<MappingRow>()
    .executeTakeFirst();
}

/** Deletes a mapping; false when it is of another version, or gone. */
export async function deleteMapping(
  tx: TenantTx,
  { id, version }: Pick<MappingRow, 'id' | 'version'>,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('upload_mappings')
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
