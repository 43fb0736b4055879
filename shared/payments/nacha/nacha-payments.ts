import type { AccountType } from './transaction-codes.ts';

/** Consumers' accounts get PPD entries, companies' CCD. */
export type SecCode = 'PPD' | 'CCD';

export interface AchFileHeader {
  /** Routing number, nine digits, of the bank or Reserve Bank that gets the file. */
  readonly immediateDestination: string;
  readonly immediateDestinationName: string;
  /** Ten characters that the bank gave us: a space and a routing number, or a company id. */
  readonly immediateOrigin: string;
  readonly immediateOriginName: string;
  /** UTC; written in Eastern time. */
  readonly createdAt: string;
  /** A to Z and 0 to 9: distinguishes the files of one day. */
  readonly fileIdModifier: string;
  readonly referenceCode?: string;
}

/** Payments of one company and date, or reversals of payments, which debit. More than 10,000 become several batches. */
export interface AchBatch {
  /** The name that receivers read on their statement, truncated to 16 characters. */
  readonly companyName: string;
  /** Ten characters of A–Z and 0–9, such as 1 and the employer identification number. */
  readonly companyId: string;
  readonly secCode: SecCode;
  /** @default credit */
  readonly direction?: 'credit' | 'debit';
  /** Why receivers are paid, such as `DIVIDEND`, cut to 10 characters. */
  readonly entryDescription: string;
  /** A text of at most 6 characters that receivers see; `SD1300` and the like request same-day settlement. */
  readonly descriptiveDate?: string;
  readonly effectiveEntryDate: string;
  /** Routing number of the originating bank, nine digits. */
  readonly odfiRoutingNumber: string;
  readonly payments: readonly AchPayment[];
  /** The payments are prenotes: entries of no money that ask for accounts. @default false */
  readonly isOfPrenotes?: boolean;
  /** Balances the batch by an entry of its own, for banks that don't do so themselves. */
  readonly offset?: AchOffset;
}

/** The originator's own account, from which a batch is paid. */
export interface AchOffset {
  readonly routingNumber: string;
  readonly accountNumber: string;
  readonly accountType: AccountType;
}

/** The wishes of a bank for the text of its files. */
export interface AchFileStyle {
  /** @default LF */
  readonly lineEnds?: 'LF' | 'CRLF';
  /** Whether the file is filled up to whole blocks of ten lines. @default true */
  readonly isPadded?: boolean;
}

export interface AchPayment {
  /** A UUID; the entry carries its `paymentReference`. */
  readonly paymentId: string;
  readonly routingNumber: string;
  readonly accountNumber: string;
  readonly accountType: AccountType;
  /** Cents, from 1 to 9,999,999,999; 0 of a prenote. */
  readonly amountMinor: bigint;
  /** The name in any script; see `achText` for what is written. */
  readonly receiverName: string;
  /** Goes to the receiver in an addenda record, cut to 80 characters. */
  readonly memo?: string;
}

export interface WrittenEntry {
  readonly paymentId: string;
  /** 15 digits: the ODFI identification and the trace sequence. */
  readonly traceNumber: string;
  readonly reference: string;
  readonly batchNumber: number;
}

export interface WrittenAchFile {
  readonly text: string;
  /** The entries in the order of the payments. */
  readonly entries: readonly WrittenEntry[];
  readonly batchCount: number;
  /** The sums of the payments, and of the reversals: offset entries are none of either. */
  readonly totalCreditMinor: bigint;
  readonly totalDebitMinor: bigint;
  /** The sequence at which the trace numbers of the next file continue; after 9,999,999 they begin again at 1. */
  readonly nextTraceSequence: number;
}
