import { type Selectable, sql } from 'kysely';
import type { PlanDocuments, PlanDocumentVersions } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const VERSION_COLUMNS = [
  'created_at',
  'created_by',
  'document_id',
  'effective_from',
  'entry_dates',
  'match',
  'min_age',
  'number',
  'service_months',
  'sources',
  'vesting_schedule',
] as const satisfies readonly (keyof PlanDocumentVersions)[];

const DOCUMENT_COLUMNS = [
  'created_at',
  'created_by',
  'currency',
  'id',
  'name',
  'plan_type',
  'tenant_id',
  'version',
] as const satisfies readonly (keyof PlanDocuments)[];

export type VersionRow = Pick<Selectable<PlanDocumentVersions>, (typeof VERSION_COLUMNS)[number]>;
type DocumentRow = Pick<Selectable<PlanDocuments>, (typeof DOCUMENT_COLUMNS)[number]>;
export type PlanDocumentRow = DocumentRow & { readonly versions: readonly VersionRow[] };

export interface NewVersion {
  readonly effective_from: string;
  readonly sources: readonly string[];
  readonly vesting_schedule: object | null;
  readonly match: object | null;
  readonly min_age: number;
  readonly service_months: number;
  readonly entry_dates: VersionRow['entry_dates'];
}

/** Returns the id of a new document; undefined where another one has the name. */
export async function insertDocument(
  tx: TenantTx,
  document: Pick<DocumentRow, 'name' | 'plan_type' | 'currency'>,
): Promise<string | undefined> {
  const inserted = await tx
    .insertInto('plan_documents')
    .values(document)
    .onConflict((on) => on.constraint('plan_documents_name').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted?.id;
}

export async function insertVersion(
  tx: TenantTx,
  document_id: string,
  number: number,
  { vesting_schedule, match, sources, ...version }: NewVersion,
): Promise<void> {
  await tx
    .insertInto('plan_document_versions')
    .values({
      ...{ document_id, number, ...version, sources: [...sources] },
      vesting_schedule: vesting_schedule === null ? null : JSON.stringify(vesting_schedule),
      match: match === null ? null : JSON.stringify(match),
    })
    .execute();
}

/** Counts a further version, if the document still has `version` of them. */
export async function countVersion(tx: TenantTx, id: string, version: number): Promise<boolean> {
  const counted = await tx
    .updateTable('plan_documents')
    .set({ version: version + 1, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst();
  return counted !== undefined;
}

export async function findDocument(read: TenantRead, id: string): Promise<PlanDocumentRow | undefined> {
  const document = await read
    .selectFrom('plan_documents')
    .select(DOCUMENT_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  return document && (await withVersions(read, [document]))[0];
}

/** Lists documents by id, and so by age. */
export async function listDocuments(
  read: TenantRead,
  { limit, cursor, plan_type }: PageRequest & { readonly plan_type?: DocumentRow['plan_type'] | undefined },
): Promise<readonly PlanDocumentRow[]> {
  let query = read
    .selectFrom('plan_documents')
    .select(DOCUMENT_COLUMNS)
    .orderBy('id')
    .limit(limit + 1);
  if (plan_type !== undefined) query = query.where('plan_type', '=', plan_type);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return withVersions(read, await query.execute());
}

async function withVersions(read: TenantRead, documents: readonly DocumentRow[]): Promise<PlanDocumentRow[]> {
  if (documents.length === 0) return [];
  const versions = await read
    .selectFrom('plan_document_versions')
    .select(VERSION_COLUMNS)
    .where(
      'document_id',
      'in',
      documents.map(({ id }) => id),
    )
    .orderBy('number')
    .execute();
  return documents.map((document) => ({
    ...document,
    versions: versions.filter(({ document_id }) => document_id === document.id),
  }));
}
