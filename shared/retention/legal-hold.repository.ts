import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Permit } from '#approvals/permit.ts';
import type { LegalHolds } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { LegalHold, placeLegalHold } from './retention.routes.ts';

const COLUMNS = [
  'created_at',
  'employee_id',
  'id',
  'placed_by',
  'reason',
  'released_at',
  'released_by',
  'shareholder_id',
  'subject',
  'tenant_id',
  'version',
] as const satisfies readonly (keyof LegalHolds)[];

export type LegalHoldRow = Selectable<LegalHolds>;

/** A hold as it is read, with the name of its subject. */
type NamedHoldRow = LegalHoldRow & { readonly subject_name?: string | null };

const SUBJECT_NAME = sql<
  string | null
>`coalesce(holder_name(shareholder_id), participant_name(employee_id))`.as('subject_name');

export function toLegalHold({ subject_name, ...row }: NamedHoldRow): z.input<typeof LegalHold> {
  return {
    ...row,
    ...(subject_name == null ? {} : { subject_name }),
    status: row.released_at === null ? 'ACTIVE' : 'RELEASED',
    created_at: row.created_at.toISOString(),
    created_by: row.placed_by,
    released_at: row.released_at?.toISOString() ?? null,
  };
}

/** @throws DomainError `validation-failed` when there is no such holder or participant (foreign keys) */
export function insertLegalHold(
  tx: TenantTx,
  hold: z.output<(typeof placeLegalHold)['body']>,
  placedBy: string,
): Promise<LegalHoldRow> {
  return tx
    .insertInto('legal_holds')
    .values({ ...hold, placed_by: placedBy })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

export function findLegalHold(read: TenantRead, id: string): Promise<NamedHoldRow | undefined> {
  return read
    .selectFrom('legal_holds')
    .select([...COLUMNS, SUBJECT_NAME])
    .where('id', '=', id)
    .executeTakeFirst();
}

export function listLegalHolds(
  read: TenantRead,
  { limit, cursor, status }: PageRequest & { readonly status?: 'ACTIVE' | 'RELEASED' | undefined },
): Promise<NamedHoldRow[]> {
  let query = read
    .selectFrom('legal_holds')
    .select([...COLUMNS, SUBJECT_NAME])
    .orderBy('id')
    .limit(limit + 1);
  if (status !== undefined) query = query.where('released_at', status === 'ACTIVE' ? 'is' : 'is not', null);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

export function lockLegalHold(tx: TenantTx, id: string): Promise<LegalHoldRow | undefined> {
  return tx.selectFrom('legal_holds').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** A released hold keeps who proposed its release first, and when it was released. */
export function setReleased(tx: TenantTx, id: string, permit: Permit): Promise<LegalHoldRow> {
  return tx
    .updateTable('legal_holds')
    .set((eb) => ({
      released_at: sql<Date>`coalesce(released_at, now())`,
      released_by: sql<string>`case when released_at is null then ${permit.madeBy}::uuid else released_by end`,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
