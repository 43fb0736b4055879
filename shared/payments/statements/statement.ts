import type { Day } from '#kernel/calendar.ts';

/** A file or a statement in it can't be read, or can't be true, for one of these. */
export type StatementFaultCode =
  | 'amount'
  | 'balances'
  | 'control'
  | 'date'
  | 'document-type'
  | 'encoding'
  | 'field'
  | 'group-status'
  | 'no-account'
  | 'no-balance'
  | 'no-statement'
  | 'not-a-statement'
  | 'not-well-formed'
  | 'other-currency'
  | 'record-order'
  | 'record-type'
  | 'too-large'
  | 'too-many-entries'
  | 'truncated';

export interface StatementFault {
  /** The number of the record: in XML of the statement, entry or detail, and in BAI2 of the line. */
  readonly line: number;
  readonly code: StatementFaultCode;
}

/** Money that an account has got, or that has left it. */
interface Movement {
  readonly line: number;
  /** Minor units, negative where money has left the account. */
  readonly amountMinor: bigint;
  /** Banks and we have written these into it to find it by: references, and free text. */
  readonly texts: readonly string[];
}

/** One part of an entry in which a bank has booked several together. */
export type EntryDetail = Movement;

/** An entry that the bank has booked. */
export interface StatementEntry extends Movement {
  readonly day: Day;
  readonly valueDay: Day | null;
  /** The bank’s code of the kind of transaction. */
  readonly code: string | null;
  /** The bank’s own reference. */
  readonly bankReference: string | null;
  /** The first reference that isn’t the bank’s own: people know it by that. */
  readonly reference: string | null;
  /** Empty where the bank tells none, or not all, or not what each has come to. */
  readonly details: readonly EntryDetail[];
}

/** A bank’s word on one account. Its balances prove its entries. */
export interface Statement {
  readonly line: number;
  /** The account’s number, or its IBAN, as the bank writes it. */
  readonly account: string;
  readonly currency: string;
  readonly reference: string | null;
  /** The days that it is about, both included. */
  readonly from: Day;
  readonly to: Day;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly entries: readonly StatementEntry[];
}

/** A statement whose account is known, and which can’t be believed. */
export interface FaultyStatement extends StatementFault {
  readonly account: string;
}

export interface StatementFile {
  readonly statements: readonly Statement[];
  readonly faulty: readonly FaultyStatement[];
  /** Something of the file may be missing, or all of it. */
  readonly faults: readonly StatementFault[];
}

/** Leaves a file, or a statement, that can't be read on. */
export class UnreadableStatement extends Error {
  readonly fault: StatementFault;

  constructor(code: StatementFaultCode, line: number) {
    super(`Record ${line}: ${code}`);
    this.name = 'UnreadableStatement';
    this.fault = { line, code };
  }
}

/** A file with more is split by the bank: what one transaction writes has a bound. */
export const MAX_ENTRIES = 50_000;

/**
 * Returns the statement if its balances prove its entries.
 * @throws UnreadableStatement
 */
export function proven(statement: Statement): Statement {
  const { line, openingMinor, closingMinor, entries } = statement;
  const moved = entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  if (openingMinor + moved !== closingMinor) throw new UnreadableStatement('balances', line);
  return statement;
}

/** `00012-345 6` and `123456` are one number: banks pad them, and group them for the eye. */
export function accountKey(written: string): string {
  return written
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .replace(/^0+/, '');
}

/** Whether a reference tells an entry from others: neither the bank's own again, nor a word of banks for none, nor a counter. */
export function isTelling(reference: string, bankReference: string | null): boolean {
  return reference !== bankReference && reference !== 'NOTPROVIDED' && reference.length > 3;
}
