import { sql } from 'kysely';
import type { Permit } from '#approvals/permit.ts';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

/** The note that the ledger keeps with a change of holdings. */
export interface LedgerNote {
  readonly effective_date?: string | undefined;
  readonly security_class?: string | undefined;
  readonly reason?: string | undefined;
}

/** The record that the ledger keeps of a change of holdings, beside the difference of each holder. */
export interface PositionChange {
  /** @default 'COMMON' */
  readonly security_class?: string | undefined;
  /** @default the tenant's today */
  readonly effective_date?: string | undefined;
  readonly reason: string;
  /** The origin of the change: `api`, `transfer:<id>`, `upload:<id>`. */
  readonly source: string;
}

/**
 * Records why holdings are about to change in this transaction. Returns the id to write with them, as `position_change_id`: the
 * database refuses holdings without it, and enters the difference in the ledger as this change says. The permit says that
 * shares may move: no change of positions goes without.
 * @throws DomainError `validation-failed` for a date in the future: a ledger records what happened
 */
export async function recordPositionChange(
  tx: TenantTx,
  change: PositionChange,
  _permit: Permit,
): Promise<bigint> {
  const { security_class, effective_date, reason, source } = change;
  const { id, happened } = await tx
    .insertInto('position_changes')
    .values({
      ...{ security_class, reason, source },
      effective_date: effective_date ?? sql<string>`today()`,
    })
    .returning(['id', sql<boolean>`effective_date <= today()`.as('happened')])
    .executeTakeFirstOrThrow();
  if (!happened) throw inTheFuture();
  return id;
}

/** @throws DomainError `validation-failed`, as {@link recordPositionChange} would */
export async function refuseFuture(
  read: TenantRead,
  effectiveDate: string | undefined,
  pointer = '/effective_date',
): Promise<void> {
  if (effectiveDate === undefined) return;
  const { rows } = await sql<{
    happened: boolean;
  }>`select ${effectiveDate}::date <= today() as happened`.execute(read);
  if (rows[0]?.happened !== true) throw inTheFuture(pointer);
}

const inTheFuture = (pointer = '/effective_date') =>
  invalidField(pointer, 'future-date', 'must not be after today, in the tenant’s time zone');
