import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Transfers } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type * as routes from './transfers.routes.ts';

const COLUMNS = [
  'created_by',
  'effective_date',
  'from_shareholder_id',
  'id',
  'quantity',
  'reason',
  'reverses',
  'security_class',
  'to_shareholder_id',
] as const satisfies readonly (keyof Transfers)[];

/** Microseconds are kept: a `Date` would lose the order of neighbouring transfers. */
const recorded = sql<string>`to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as(
  'recorded',
);
const reversedBy = sql<string | null>`(
  select r.id from transfers r where r.tenant_id = transfers.tenant_id and r.reverses = transfers.id)`.as(
  'reversed_by',
);
const NAMES = [
  sql<string | null>`holder_name(from_shareholder_id)`.as('from_holder_name'),
  sql<string | null>`holder_name(to_shareholder_id)`.as('to_holder_name'),
] as const;
const SHOWN = [...COLUMNS, recorded, reversedBy, ...NAMES] as const;

export type TransferRow = Pick<Selectable<Transfers>, (typeof COLUMNS)[number]> & {
  readonly recorded: string;
  readonly reversed_by: string | null;
  readonly from_holder_name?: string | null;
  readonly to_holder_name?: string | null;
};

export function toTransfer({
  id,
  quantity,
  recorded,
  from_holder_name,
  to_holder_name,
  ...row
}: TransferRow): z.infer<typeof routes.Transfer> {
  return {
    transfer_id: id,
    ...row,
    ...(from_holder_name == null ? {} : { from_holder_name }),
    ...(to_holder_name == null ? {} : { to_holder_name }),
    quantity: canonicalDecimal(quantity),
    recorded_at: recorded,
  };
}

/** @throws DomainError `transfer-reversed` where another reversal was faster */
export function insertTransfer(
  tx: TenantTx,
  transfer: Omit<Pick<TransferRow, (typeof COLUMNS)[number]>, 'created_by'>,
): Promise<TransferRow> {
  return tx
    .insertInto('transfers')
    .values(transfer)
    .returning([...COLUMNS, recorded, sql<string | null>`null`.as('reversed_by')])
    .executeTakeFirstOrThrow();
}

export function findTransfer(read: TenantRead, id: string): Promise<TransferRow | undefined> {
  return read.selectFrom('transfers').select(SHOWN).where('id', '=', id).executeTakeFirst();
}

/** Newest first by the time of recording, unless another order is asked for. */
export function listTransfers(
  read: TenantRead,
  query: PageRequest & z.infer<(typeof routes.listTransfers)['query']>,
  { position, after, by }: Sorted,
): Promise<(TransferRow & { readonly position: string | null })[]> {
  const { limit, shareholder_id, security_class, from, to } = query;
  let transfers = read
    .selectFrom('transfers')
    .select([...SHOWN, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(limit + 1);
  if (shareholder_id !== undefined)
    transfers = transfers.where(({ or, eb }) =>
      or([eb('from_shareholder_id', '=', shareholder_id), eb('to_shareholder_id', '=', shareholder_id)]),
    );
  if (security_class !== undefined) transfers = transfers.where('security_class', '=', security_class);
  if (from !== undefined) transfers = transfers.where('effective_date', '>=', from);
  if (to !== undefined) transfers = transfers.where('effective_date', '<=', to);
  return transfers.execute();
}
