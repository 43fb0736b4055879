import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { BankAccounts } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import { PRESENT_INSTANT, SEEN_AT, type Seen } from '#platform/db/present-instant.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { listCorrections, toNotification } from './account-correction.repository.ts';
import type { BankAccount } from './bank-accounts.routes.ts';

const COLUMNS = [
  'account_last4',
  'account_number_sealed',
  'account_type',
  'approval',
  'created_at',
  'created_by',
  'employee_id',
  'holder_name',
  'holder_type',
  'id',
  'prenote',
  'purged_at',
  'routing_number',
  'shareholder_id',
  'status',
  'status_reason',
  'tenant_id',
  'updated_at',
  'usable_from',
  'version',
] as const satisfies readonly (keyof BankAccounts)[];

export type BankAccountRow = Pick<Selectable<BankAccounts>, (typeof COLUMNS)[number]> & Seen;

/** The owner of an account: one of the two. */
export type Payee = { readonly shareholder_id: string } | { readonly employee_id: string };

/** An account, with what its bank has notified us of. */
type NotifiedAccount = BankAccountRow & {
  readonly notifications: z.infer<typeof BankAccount>['notifications_of_change'];
};

export function toBankAccount(row: NotifiedAccount): z.infer<typeof BankAccount> {
  const { id, routing_number, account_last4, holder_name, status_reason, version } = row;
  return {
    id,
    routing_number,
    account_last4,
    account_type: row.account_type,
    holder_type: row.holder_type,
    holder_name,
    status: row.status,
    status_reason,
    approval: row.approval,
    usable_from: row.approval === 'REQUIRED' ? null : row.usable_from.toISOString(),
    prenote: row.prenote,
    version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    notifications_of_change: row.notifications,
  };
}

type NewAccount = Payee & {
  readonly id: string;
  readonly routing_number: string;
  readonly account_number_sealed: string;
  readonly account_last4: string;
  readonly account_type: BankAccountRow['account_type'];
  readonly holder_type: BankAccountRow['holder_type'];
  readonly holder_name: string;
};

export function insertBankAccount(tx: TenantTx, account: NewAccount): Promise<BankAccountRow> {
  return tx
    .insertInto('bank_accounts')
    .values({ ...account, approval: 'REQUIRED' })
    .returning([...COLUMNS, SEEN_AT])
    .executeTakeFirstOrThrow();
}

/** Returns those of the accounts that are there, by their ids. */
export async function findBankAccounts(
  read: TenantRead,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BankAccountRow>> {
  const rows = await read
    .selectFrom('bank_accounts')
    .select([...COLUMNS, SEEN_AT])
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export function findBankAccount(read: TenantRead, id: string): Promise<BankAccountRow | undefined> {
  return read
    .selectFrom('bank_accounts')
    .select([...COLUMNS, SEEN_AT])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Newest first. */
export async function listBankAccounts(
  read: TenantRead,
  payee: Payee,
  { limit, cursor }: PageRequest,
): Promise<NotifiedAccount[]> {
  let query = of(read, payee)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  const accounts = await query.execute();
  const notified = await listCorrections(read, { accounts: accounts.map(({ id }) => id) });
  return accounts.map((account) => ({
    ...account,
    notifications: notified.filter((one) => one.bank_account_id === account.id).map(toNotification),
  }));
}

/** Lists the ids of the accounts that came by a file, behind one of them. */
export async function listAccountsOfFile(
  read: TenantRead,
  uploadId: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  let query = read.selectFrom('bank_accounts').select('id').where('upload_id', '=', uploadId);
  if (after !== undefined) query = query.where('id', '>', after);
  const rows = await query.orderBy('id').limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Returns the newest account that payments may go into now: approved, and cooled off. */
export function findNewestActive(read: TenantRead, payee: Payee): Promise<BankAccountRow | undefined> {
  return of(read, payee)
    .where('status', '=', 'ACTIVE')
    .where('approval', 'in', ['NOT_NEEDED', 'APPROVED'])
    .where('usable_from', '<=', PRESENT_INSTANT)
    .where((eb) => eb(eb.fn.coalesce('prenote', sql.lit('PASSED')), '=', 'PASSED'))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function of(read: TenantRead, payee: Payee) {
  const accounts = read.selectFrom('bank_accounts').select([...COLUMNS, SEEN_AT]);
  return 'shareholder_id' in payee
    ? accounts.where('shareholder_id', '=', payee.shareholder_id)
    : accounts.where('employee_id', '=', payee.employee_id);
}

export interface AccountChange {
  readonly status?: BankAccountRow['status'];
  readonly status_reason?: string;
  readonly approval?: BankAccountRow['approval'];
  readonly usable_from?: Date;
  readonly prenote?: BankAccountRow['prenote'];
  readonly routing_number?: string;
  readonly account_number_sealed?: string;
  readonly account_last4?: string;
  readonly account_type?: BankAccountRow['account_type'];
}

export async function setBankAccount(tx: TenantTx, id: string, change: AccountChange): Promise<void> {
  await tx
    .updateTable('bank_accounts')
    .set((eb) => ({ ...change, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .execute();
}

/** Sets what has become of accounts, which are held in the order of their ids. */
export async function setAccountStatuses(
  tx: TenantTx,
  changes: readonly (Required<Pick<AccountChange, 'status' | 'status_reason'>> & { readonly id: string })[],
): Promise<void> {
  if (changes.length === 0) return;
  await sql`with changed as materialized (
      select b.id, n.status, n.status_reason from bank_accounts b
        join json_to_recordset(${JSON.stringify(changes)}) as n (id uuid, status text, status_reason text) on n.id = b.id
      order by b.id for update of b)
    update bank_accounts b set status = c.status, status_reason = c.status_reason, version = b.version + 1, updated_at = now()
    from changed c where b.id = c.id`.execute(tx);
}

/** The oldest accounts that wait for a prenote, held so that no other file takes them. */
export function lockWaiting(tx: TenantTx, limit: number): Promise<BankAccountRow[]> {
  return tx
    .selectFrom('bank_accounts')
    .select([...COLUMNS, SEEN_AT])
    .where('prenote', '=', 'WAITING')
    .where('status', '=', 'ACTIVE')
    .where('purged_at', 'is', null)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .execute();
}
