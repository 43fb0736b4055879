import { DomainError, notFound } from '#kernel/domain-error.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import type { Correction } from '#payments/nacha/change-codes.ts';
import { isReturnReasonCode, type ReturnConsequence, returnReason } from '#payments/nacha/return-codes.ts';
import { accountTypeOf } from '#payments/nacha/transaction-codes.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import {
  type AccountChange,
  type BankAccountRow,
  findBankAccount,
  findNewestActive,
  type Payee,
  setAccountStatuses,
  setBankAccount,
} from './bank-account.repository.ts';
import { numberPlace } from './number-place.ts';
import { findPayee, type PayeeStanding } from './payee.ts';

export type { AccountChange, Payee };

/** An account as an instruction names it. Personal data: seal it before it leaves the database's side. */
export interface AccountDetails {
  readonly routing_number: string;
  readonly account_number: string;
  readonly account_type: string;
  readonly holder_type: string;
  readonly holder_name: string;
}

export function accountDetails(account: BankAccountRow, sealer: Sealer): AccountDetails {
  const { routing_number, account_type, holder_type, holder_name } = account;
  const account_number = sealer.open(account.account_number_sealed, numberPlace(account.id));
  return { routing_number, account_number, account_type, holder_type, holder_name };
}

/**
 * The gate before money: the payee is verified, and is still one unless the money is owed to them: whoever has left the register is paid the
 * dividends of their time.
 * @throws DomainError `not-found`, `kyc-required`, `shareholder-closed`
 */
export async function requirePayee(read: TenantRead, payee: Payee, isOwed: boolean): Promise<void> {
  requireStanding(await findPayee(read, payee), isOwed);
}

/** @throws DomainError `not-found`, `kyc-required`, `shareholder-closed` */
export function requireStanding(standing: PayeeStanding | undefined, isOwed: boolean): void {
  if (standing === undefined) throw notFound();
  if (standing.isClosed && !isOwed)
    throw new DomainError(
      'shareholder-closed',
      'The shareholder is closed. Reopen it to pay more than is owed.',
    );
  if (standing.kycStatus !== 'VERIFIED')
    throw new DomainError('kyc-required', `The identity of the payee is ${standing.kycStatus}.`);
}

/**
 * The account that is named, or the payee's newest active one.
 * @throws DomainError `not-found` for one that isn't the payee's, `bank-account-required`, `bank-account-blocked`
 */
export async function payableAccount(
  read: TenantRead,
  payee: Payee,
  named?: string,
): Promise<BankAccountRow> {
  if (named === undefined) {
    const newest = await findNewestActive(read, payee);
    if (newest !== undefined) return newest;
    throw new DomainError('bank-account-required', 'Add an account of the payee first.');
  }
  const account = await findBankAccount(read, named);
  if (account === undefined || !belongsTo(account, payee)) throw notFound();
  return requireActive(account);
}

const WAITING_PRENOTES: Readonly<Record<string, string>> = {
  WAITING: 'goes into the next file',
  SENT: 'is at the bank: three banking days must pass without a return',
  REFUSED: 'was returned',
};

/** @throws DomainError `bank-account-blocked` */
export function requireActive(account: BankAccountRow): BankAccountRow {
  if (account.approval === 'REQUIRED')
    throw new DomainError('bank-account-blocked', 'The account waits for approval, see /approvals.');
  if (account.usable_from > account.seen_at)
    throw new DomainError(
      'bank-account-blocked',
      `The account is new: use it from ${account.usable_from.toISOString()}.`,
    );
  const wait = WAITING_PRENOTES[account.prenote ?? 'PASSED'];
  if (account.status === 'ACTIVE' && wait === undefined) return account;
  if (account.status === 'ACTIVE')
    throw new DomainError('bank-account-blocked', `The account waits for its prenote, which ${wait}.`);
  const why = account.status_reason === null ? '' : ` (${account.status_reason})`;
  throw new DomainError('bank-account-blocked', `The account is ${account.status}${why}.`);
}

export function findAccount(read: TenantRead, id: string): Promise<BankAccountRow | undefined> {
  return findBankAccount(read, id);
}

function belongsTo(account: BankAccountRow, payee: Payee): boolean {
  return 'shareholder_id' in payee
    ? account.shareholder_id === payee.shareholder_id
    : account.employee_id === payee.employee_id;
}

const BLOCKING: Readonly<Partial<Record<ReturnConsequence, BankAccountRow['status']>>> = {
  'block-account': 'BLOCKED',
  revoke: 'REVOKED',
};

/** Stores that the bank has returned the prenote of an account: nothing is paid into it, whatever the reason. */
export async function notePrenoteReturn(tx: TenantTx, accountId: string, code: string): Promise<void> {
  const account = await findBankAccount(tx, accountId);
  // Nothing is said any more of what retention has erased, or of what its holder has revoked.
  if (account === undefined || account.purged_at !== null) return;
  const status = BLOCKING[isReturnReasonCode(code) ? returnReason(code).consequence : 'other'] ?? 'BLOCKED';
  const blocked = account.status === 'ACTIVE' ? { status, status_reason: code } : {};
  await setBankAccount(tx, accountId, { prenote: 'REFUSED', ...blocked });
}

/**
 * Stores what a return implies for the account itself: closed or unknown accounts are blocked, withdrawn
 * authorizations revoked.
 */
export async function noteReturn(tx: TenantTx, accountId: string, code: string): Promise<void> {
  const { consequence } = returnReason(code);
  const status = BLOCKING[consequence];
  if (status !== undefined) await setBankAccount(tx, accountId, { status, status_reason: code });
}

/** Stores what returns imply for accounts, each of which is named once. */
export async function noteReturns(
  tx: TenantTx,
  returns: readonly { readonly accountId: string; readonly code: string }[],
): Promise<void> {
  const changes = returns.flatMap(({ accountId: id, code }) => {
    const status = isReturnReasonCode(code) ? BLOCKING[returnReason(code).consequence] : undefined;
    return status === undefined ? [] : [{ id, status, status_reason: code }];
  });
  await setAccountStatuses(tx, changes);
}

const ACCOUNT_TYPES = { checking: 'CHECKING', savings: 'SAVINGS' } as const;

/** The values that a notification of change corrects, for the next payment; the number is sealed for the account. */
export function correctedBy(
  accountId: string,
  { routingNumber, accountNumber, transactionCode }: Correction,
  sealer: Sealer,
): AccountChange {
  const type = transactionCode === undefined ? undefined : accountTypeOf(transactionCode);
  return {
    ...(routingNumber === undefined ? {} : { routing_number: routingNumber }),
    ...(accountNumber === undefined
      ? {}
      : {
          account_number_sealed: sealer.seal(accountNumber, numberPlace(accountId)),
          account_last4: accountNumberLast4(accountNumber),
        }),
    ...(type === undefined ? {} : { account_type: ACCOUNT_TYPES[type] }),
  };
}
