import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { SecurityClasses } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { SecurityClass } from './security-classes.routes.ts';

const COLUMNS = [
  'authorized',
  'code',
  'created_at',
  'created_by',
  'kind',
  'name',
  'updated_at',
  'version',
  'votes_per_share',
] as const satisfies readonly (keyof SecurityClasses)[];

const issued = sql<string>`coalesce((
  select sum(i.delta) from issuance_entries i where i.security_class = security_classes.code), 0)`.as(
  'issued',
);

const treasuryShares = sql<string>`coalesce((
  select sum(e.delta) from position_entries e
  where e.security_class = security_classes.code and e.shareholder_id in (
    select t.shareholder_id from treasury_entries t where is_treasury(t.shareholder_id))), 0)`.as(
  'treasury_shares',
);

export type SecurityClassRow = Pick<Selectable<SecurityClasses>, (typeof COLUMNS)[number]> & {
  /** The sum of the shares that everybody has. */
  readonly issued: string;
  /** The part of them that the issuer itself has. */
  readonly treasury_shares: string;
};

export interface ClassFields {
  readonly name?: string | undefined;
  readonly kind?: SecurityClassRow['kind'] | undefined;
  readonly votes_per_share?: string | undefined;
  readonly authorized?: string | null | undefined;
}

export function toSecurityClass(row: SecurityClassRow): z.infer<typeof SecurityClass> {
  const { code, name, kind, votes_per_share, authorized, version } = row;
  return {
    code,
    name,
    kind,
    votes_per_share: canonicalDecimal(votes_per_share),
    authorized: authorized === null ? null : canonicalDecimal(authorized),
    issued: canonicalDecimal(row.issued),
    treasury_shares: canonicalDecimal(row.treasury_shares),
    version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

function classes(read: TenantRead) {
  return read
    .selectFrom('security_classes')
    .select([...COLUMNS, issued, treasuryShares])
    .$castTo<SecurityClassRow>();
}

/** Lists classes by code. */
export function listClasses(read: TenantRead, { limit, cursor }: PageRequest): Promise<SecurityClassRow[]> {
  let query = classes(read)
    .orderBy('code')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('code', '>', decodeCursor(cursor, ['text'])[0]);
  return query.execute();
}

export function findClass(read: TenantRead, code: string): Promise<SecurityClassRow | undefined> {
  return classes(read).where('code', '=', code).executeTakeFirst();
}

/** Lists the codes of the declared classes. */
export async function listClassCodes(read: TenantRead): Promise<string[]> {
  const rows = await read.selectFrom('security_classes').select('code').orderBy('code').execute();
  return rows.map(({ code }) => code);
}

/** Counts the classes, which nobody else declares until the transaction ends. */
export async function lockClassCount(tx: TenantTx): Promise<number> {
  await tx
    .selectFrom('security_classes')
    .select('code')
    .where('code', '=', DEFAULT_SECURITY_CLASS)
    .forNoKeyUpdate()
    .execute();
  return (await listClassCodes(tx)).length;
}

/** @throws DomainError `security-class-exists` */
export async function insertClass(
  tx: TenantTx,
  declared: ClassFields & Pick<SecurityClassRow, 'code' | 'name' | 'kind'>,
): Promise<SecurityClassRow> {
  const row = await tx
    .insertInto('security_classes')
    .values(declared)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return { ...row, issued: '0', treasury_shares: '0' } as SecurityClassRow;
}

/**
 * Changes a class; undefined when it is of another version.
 * @throws DomainError `authorized-shares-exceeded`
 */
export function setClass(
  tx: TenantTx,
  code: string,
  version: number,
  change: ClassFields,
): Promise<SecurityClassRow | undefined> {
  return tx
    .updateTable('security_classes')
    .set({ ...change, version: version + 1, updated_at: sql<Date>`now()` })
    .where('code', '=', code)
    .where('version', '=', version)
    .returning([...COLUMNS, issued, treasuryShares])
    .$castTo<SecurityClassRow>()
    .executeTakeFirst();
}
