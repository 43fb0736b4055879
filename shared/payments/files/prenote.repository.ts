import { type Selectable, sql } from 'kysely';
import type { OutboundPrenotes } from '#generated/database.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { fileDayOfTenant } from '#platform/db/tenant-day.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { IN_DOUBT } from './in-doubt.ts';

const COLUMNS = [
  'bank_account_id',
  'descriptive_date',
  'effective_entry_date',
  'entry_description',
  'file_id',
  'id',
  'instruction_sealed',
  'return_code',
  'sec_code',
  'tenant_id',
  'trace_number',
  'trace_sequence',
] as const satisfies readonly (keyof OutboundPrenotes)[];

export type PrenoteRow = Selectable<OutboundPrenotes>;

export async function insertPrenotes(
  tx: TenantTx,
  prenotes: readonly Omit<PrenoteRow, 'tenant_id' | 'return_code'>[],
): Promise<void> {
  if (prenotes.length === 0) return;
  await sql`insert into outbound_prenotes (id, bank_account_id, file_id, trace_sequence, trace_number, effective_entry_date, sec_code,
      descriptive_date, entry_description, instruction_sealed)
    select p.id, p.bank_account_id, p.file_id, p.trace_sequence, p.trace_number, p.effective_entry_date, p.sec_code, p.descriptive_date,
      p.entry_description, p.instruction_sealed
    from json_to_recordset(${JSON.stringify(prenotes)}) as p (id uuid, bank_account_id uuid, file_id uuid, trace_sequence integer,
      trace_number text, effective_entry_date date, sec_code text, descriptive_date text, entry_description text,
      instruction_sealed text)`.execute(tx);
}

export function listPrenotes(read: TenantRead, fileId: string): Promise<PrenoteRow[]> {
  return read
    .selectFrom('outbound_prenotes')
    .select(COLUMNS)
    .where('file_id', '=', fileId)
    .orderBy('trace_sequence')
    .execute();
}

/** Returns an account with its newest prenote in a file that is written and was not rejected; null where there is none. */
export async function findAskedAccount(
  read: TenantRead,
  accountId: string,
): Promise<{ readonly prenote_id: string | null } | undefined> {
  const { rows } = await sql<{ prenote_id: string | null }>`select (select p.id from outbound_prenotes p
      join outbound_files f on f.tenant_id = p.tenant_id and f.id = p.file_id
      where p.bank_account_id = b.id and f.state = 'WRITTEN' and f.rejected_at is null order by p.id desc limit 1) as prenote_id
    from bank_accounts b where b.id = ${accountId}::uuid`.execute(read);
  return rows[0];
}

export function lockPrenote(tx: TenantTx, id: string): Promise<PrenoteRow | undefined> {
  return tx
    .selectFrom('outbound_prenotes')
    .select(COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function setReturned(tx: TenantTx, id: string, code: string): Promise<void> {
  await tx.updateTable('outbound_prenotes').set({ return_code: code }).where('id', '=', id).execute();
}

/** Erases what the entries of a written file say of their accounts: nobody writes it again. */
export async function forgetInstructions(tx: TenantTx, fileId: string): Promise<void> {
  await tx
    .updateTable('outbound_prenotes')
    .set({ instruction_sealed: 'purged' })
    .where('file_id', '=', fileId)
    .execute();
}

/** A prenote that the bank has, and has not returned. */
export interface Unreturned {
  readonly tenant_id: TenantId;
  readonly id: string;
  readonly bank_account_id: string;
  readonly effective: string;
  /** The day that it is by the tenant’s clock. */
  readonly today: string;
}

/** Lists prenotes that have taken effect, were not returned, and of which silence tells something. */
export async function listUnreturned(tx: SystemTx, now: Date, most: number): Promise<Unreturned[]> {
  const { rows } = await sql<Unreturned>`
    select e.tenant_id, e.id, e.bank_account_id, e.effective_entry_date::text as effective,
      ${fileDayOfTenant(now)}::text as today
    from bank_accounts b join outbound_prenotes e on e.tenant_id = b.tenant_id and e.bank_account_id = b.id
      join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id
      join tenant_directory t on t.id = b.tenant_id
    where b.prenote = 'SENT' and e.return_code is null and e.effective_entry_date <= ${fileDayOfTenant(now)}
      and f.rejected_at is null and not ${IN_DOUBT}
    order by e.effective_entry_date limit ${most}`.execute(tx);
  return rows;
}

/** Asked once more when it passes: a file may have come since it was listed. */
export async function isPrenoteInDoubt(tx: TenantTx, id: string): Promise<boolean> {
  const { rows } = await sql<{
    in_doubt: boolean;
  }>`select ${IN_DOUBT} or e.return_code is not null as in_doubt
    from outbound_prenotes e join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id
    where e.id = ${id}`.execute(tx);
  return rows[0]?.in_doubt !== false;
}
