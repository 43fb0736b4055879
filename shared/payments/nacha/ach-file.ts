import type { Day } from '#kernel/calendar.ts';

/** A NACHA file that has been read; texts are trimmed, amounts in cents. */
export interface AchFile {
  readonly immediateDestination: string;
  readonly immediateOrigin: string;
  readonly immediateDestinationName: string;
  readonly immediateOriginName: string;
  readonly createdOn: Day | undefined;
  /** HHMM, Eastern by custom. */
  readonly createdAtTime: string;
  readonly fileIdModifier: string;
  readonly referenceCode: string;
  readonly batches: readonly AchFileBatch[];
  readonly totals: AchTotals;
}

export interface AchFileBatch {
  /** The line of the batch header. */
  readonly line: number;
  readonly serviceClassCode: string;
  readonly companyName: string;
  readonly companyId: string;
  /** `COR` for notifications of change; returns keep the class of the original entry. */
  readonly secCode: string;
  readonly entryDescription: string;
  readonly descriptiveDate: string;
  readonly effectiveEntryDate: Day | undefined;
  /** Day of the year, 001 to 366, as the ACH operator filled it; empty in files that no operator has seen. */
  readonly settlementDayOfYear: string;
  readonly odfiIdentification: string;
  readonly batchNumber: number;
  readonly entries: readonly AchEntry[];
  readonly totals: AchTotals;
}

export interface AchTotals {
  readonly entryAddendaCount: number;
  /** Cut to ten digits. */
  readonly entryHash: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

export interface AchEntry {
  readonly line: number;
  readonly transactionCode: string;
  /** Nine digits. */
  readonly routingNumber: string;
  /** Personal data: must not be logged. */
  readonly accountNumber: string;
  readonly amountMinor: bigint;
  readonly individualId: string;
  readonly receiverName: string;
  readonly traceNumber: string;
  readonly addenda: AchAddenda | undefined;
}

export type AchAddenda = PaymentAddenda | ReturnAddenda | ChangeAddenda;

export interface PaymentAddenda {
  readonly kind: 'payment';
  readonly line: number;
  readonly paymentInformation: string;
}

export interface ReturnAddenda {
  readonly kind: 'return';
  readonly line: number;
  readonly returnCode: string;
  readonly originalTraceNumber: string;
  /** The date of death; only R14 and R15 have one. */
  readonly dateOfDeath: Day | undefined;
  /** Eight digits. */
  readonly originalRdfi: string;
  readonly information: string;
}

export interface ChangeAddenda {
  readonly kind: 'change';
  readonly line: number;
  readonly changeCode: string;
  readonly originalTraceNumber: string;
  readonly originalRdfi: string;
  /** The text of 29 characters, not trimmed, because values are in fixed columns. */
  readonly correctedData: string;
}
