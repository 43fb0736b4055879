import { type Selectable, sql } from 'kysely';
import type { BankContradictions } from '#generated/database.ts';
import type { PaymentEventKind } from '#payments/bank/bank-event-kind.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

type Row = Selectable<BankContradictions>;

export interface Contradiction {
  readonly transaction_id: string;
  readonly event_id: string;
  readonly stood_as: Row['stood_as'];
}

export async function insertContradiction(tx: TenantTx, contradiction: Contradiction): Promise<void> {
  await tx
    .insertInto('bank_contradictions')
    .values(contradiction)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether the bank has contradicted itself about a payment, and nobody has said yet what is true. */
export async function isContradicted(read: TenantRead, transactionId: string): Promise<boolean> {
  const row = await read
    .selectFrom('bank_contradictions')
    .select('id')
    .where('transaction_id', '=', transactionId)
    .where('state', '=', 'OPEN')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface ShownContradiction {
  readonly id: string;
  readonly state: Row['state'];
  readonly stood_as: Row['stood_as'];
  readonly said: PaymentEventKind;
  readonly code: string | null;
  readonly noted_at: Date;
}

/** Lists what the bank has said of a payment against what it had said before, the first one first. */
export async function listContradictions(
  read: TenantRead,
  transactionId: string,
): Promise<ShownContradiction[]> {
  const { rows } = await sql<ShownContradiction>`
    select c.id, c.state, c.stood_as, e.kind as said, e.code, c.noted_at from bank_contradictions c
      join bank_events e on e.tenant_id = c.tenant_id and e.transaction_id = c.transaction_id and e.event_id = c.event_id
    where c.transaction_id = ${transactionId} order by c.id`.execute(read);
  return rows;
}

export async function setContradictionsResolved(
  tx: TenantTx,
  transactionId: string,
  resolvedBy: string | null,
): Promise<void> {
  await tx
    .updateTable('bank_contradictions')
    .set({ state: 'RESOLVED', resolved_at: sql<Date>`now()`, resolved_by: resolvedBy })
    .where('transaction_id', '=', transactionId)
    .where('state', '=', 'OPEN')
    .execute();
}
