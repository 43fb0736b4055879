import { isDay } from '#kernel/calendar.ts';
import { isUuid } from '#kernel/ids.ts';
import { isBanksAccountNumber } from './account-number.ts';
import { achText, isNameable } from './ach-text.ts';
import { isBankingDay } from './federal-reserve-holidays.ts';
import { nachaDate } from './nacha-date.ts';
import {
  BATCH_CONTROL,
  BATCH_HEADER,
  ENTRY_DETAIL,
  HASH_MODULUS,
  PAYMENT_ADDENDA,
  writeRecord,
} from './nacha-layout.ts';
import type { AchBatch, AchOffset, AchPayment, WrittenEntry } from './nacha-payments.ts';
import { OFFSET_REFERENCE } from './offset-reference.ts';
import { paymentReference } from './payment-reference.ts';
import { dfiIdentification, isRoutingNumber } from './routing-number.ts';
import { CREDIT_CODES, DEBIT_CODES, PRENOTE_CODES } from './transaction-codes.ts';
import { UnwritableAchFile } from './unwritable-ach-file.ts';

/** The service class of a batch that only credits, or only debits. */
const SERVICE_CLASSES = { credit: 220, debit: 225 } as const;
/** The service class of a batch that does both, as one with an offset entry does. */
const MIXED_SERVICE_CLASS = 200;
/** Ten digits of cents in an entry. */
export const MAX_AMOUNT_MINOR = 9_999_999_999n;

export interface BatchTotals {
  readonly entryAddendaCount: number;
  /** Not yet cut to ten digits. */
  readonly entryHash: bigint;
  readonly creditMinor: bigint;
  readonly debitMinor: bigint;
}

export const NO_TOTALS: BatchTotals = {
  entryAddendaCount: 0,
  entryHash: 0n,
  creditMinor: 0n,
  debitMinor: 0n,
};

export function sumTotals(a: BatchTotals, b: BatchTotals): BatchTotals {
  return {
    entryAddendaCount: a.entryAddendaCount + b.entryAddendaCount,
    entryHash: a.entryHash + b.entryHash,
    creditMinor: a.creditMinor + b.creditMinor,
    debitMinor: a.debitMinor + b.debitMinor,
  };
}

export interface WrittenBatch {
  readonly lines: readonly string[];
  /** The entries of the payments. */
  readonly entries: readonly WrittenEntry[];
  /** Those of all entries, an offset entry among them. */
  readonly totals: BatchTotals;
}

/** The trace numbers that a batch uses up. */
export function traceCount({ payments, offset }: AchBatch): number {
  return payments.length + (offset === undefined ? 0 : 1);
}

/**
 * The records of one batch of at most 10,000 entries. An offset entry is the last of them: it takes from the originator's account what
 * the payments come to, or puts there what reversals do.
 *
 * @throws UnwritableAchFile
 */
export function writeBatch(batch: AchBatch, batchNumber: number, firstTraceSequence: number): WrittenBatch {
  checkBatch(batch);
  const odfi = dfiIdentification(batch.odfiRoutingNumber);
  const isDebit = batch.direction === 'debit';
  const lines = [batchHeader(batch, odfi, batchNumber)];
  const entries: WrittenEntry[] = [];
  let totals = NO_TOTALS;
  for (const [index, payment] of batch.payments.entries()) {
    const traceNumber = `${odfi}${String(firstTraceSequence + index).padStart(7, '0')}`;
    checkPayment(payment, batch.isOfPrenotes === true);
    const reference = paymentReference(payment.paymentId);
    const records = entryRecords(payment, codesOf(batch), reference, traceNumber);
    lines.push(...records);
    entries.push({ paymentId: payment.paymentId, traceNumber, reference, batchNumber });
    totals = sumTotals(totals, totalsOf(payment, isDebit, records.length));
  }
  if (batch.offset !== undefined) {
    const traceNumber = `${odfi}${String(firstTraceSequence + batch.payments.length).padStart(7, '0')}`;
    const amountMinor = totals.creditMinor + totals.debitMinor;
    lines.push(offsetRecord(batch.offset, batch.companyName, amountMinor, !isDebit, traceNumber));
    totals = sumTotals(totals, totalsOf({ ...batch.offset, amountMinor }, !isDebit, 1));
  }
  lines.push(batchControl(batch, odfi, batchNumber, totals));
  return { lines, entries, totals };
}

function totalsOf(
  { routingNumber, amountMinor }: Pick<AchPayment, 'routingNumber' | 'amountMinor'>,
  isDebit: boolean,
  records: number,
): BatchTotals {
  return {
    entryAddendaCount: records,
    entryHash: BigInt(dfiIdentification(routingNumber)),
    creditMinor: isDebit ? 0n : amountMinor,
    debitMinor: isDebit ? amountMinor : 0n,
  };
}

function codesOf({ direction, isOfPrenotes }: AchBatch) {
  if (isOfPrenotes === true) return PRENOTE_CODES;
  return direction === 'debit' ? DEBIT_CODES : CREDIT_CODES;
}

function serviceClassOf({ offset, direction = 'credit' }: AchBatch): number {
  return offset === undefined ? SERVICE_CLASSES[direction] : MIXED_SERVICE_CLASS;
}

function checkBatch({
  companyName,
  companyId,
  entryDescription,
  effectiveEntryDate,
  odfiRoutingNumber,
  offset,
}: AchBatch): void {
  if (
    offset !== undefined &&
    !(isRoutingNumber(offset.routingNumber) && isBanksAccountNumber(offset.accountNumber))
  ) {
    throw new UnwritableAchFile('offset', 'The account of the offset entry is not valid.');
  }
  if (!isRoutingNumber(odfiRoutingNumber)) {
    throw new UnwritableAchFile('odfi', "The originating bank's routing number is not valid.");
  }
  if (!/^[A-Z0-9]{10}$/.test(companyId)) {
    throw new UnwritableAchFile('company', 'The company id must have ten characters of A-Z and 0-9.');
  }
  if (!isNameable(achText(companyName, 16)) || !isNameable(achText(entryDescription, 10))) {
    throw new UnwritableAchFile(
      'company',
      'The company name and entry description need Latin letters or digits.',
    );
  }
  if (!isDay(effectiveEntryDate) || !isBankingDay(effectiveEntryDate)) {
    throw new UnwritableAchFile('effective-entry-date', 'The effective entry date must be a banking day.');
  }
}

function batchHeader(batch: AchBatch, odfiIdentification: string, batchNumber: number): string {
  return writeRecord(BATCH_HEADER, {
    recordType: 5,
    serviceClassCode: serviceClassOf(batch),
    companyName: achText(batch.companyName, 16),
    companyDiscretionaryData: '',
    companyId: batch.companyId,
    secCode: batch.secCode,
    entryDescription: achText(batch.entryDescription, 10),
    descriptiveDate: achText(batch.descriptiveDate ?? '', 6),
    effectiveEntryDate: nachaDate(batch.effectiveEntryDate),
    // The ACH operator fills it.
    settlementDate: '',
    originatorStatusCode: 1,
    odfiIdentification,
    batchNumber,
  });
}

/** Returns the entry and, if there is anything to add, its addenda. */
function entryRecords(
  payment: AchPayment,
  codes: ReturnType<typeof codesOf>,
  reference: string,
  traceNumber: string,
): string[] {
  const memo = achText(payment.memo ?? '', 80);
  const name = achText(payment.receiverName, 22);
  const entry = writeRecord(ENTRY_DETAIL, {
    recordType: 6,
    transactionCode: codes[payment.accountType],
    rdfiIdentification: dfiIdentification(payment.routingNumber),
    checkDigit: payment.routingNumber.slice(8),
    accountNumber: payment.accountNumber,
    amount: payment.amountMinor,
    individualId: reference,
    // Banks return an entry without a name (R26), so one in a script that can't be written gets this one.
    receiverName: isNameable(name) ? name : `PAYEE ${reference}`,
    discretionaryData: '',
    addendaIndicator: memo === '' ? 0 : 1,
    traceNumber,
  });
  if (memo === '') return [entry];
  const addenda = writeRecord(PAYMENT_ADDENDA, {
    recordType: 7,
    addendaType: '05',
    paymentInformation: memo,
    addendaSequence: 1,
    entrySequence: traceNumber.slice(8),
  });
  return [entry, addenda];
}

function offsetRecord(
  { routingNumber, accountNumber, accountType }: AchOffset,
  companyName: string,
  amountMinor: bigint,
  isDebit: boolean,
  traceNumber: string,
): string {
  return writeRecord(ENTRY_DETAIL, {
    recordType: 6,
    transactionCode: (isDebit ? DEBIT_CODES : CREDIT_CODES)[accountType],
    rdfiIdentification: dfiIdentification(routingNumber),
    checkDigit: routingNumber.slice(8),
    accountNumber,
    amount: amountMinor,
    individualId: OFFSET_REFERENCE,
    receiverName: achText(companyName, 22),
    discretionaryData: '',
    addendaIndicator: 0,
    traceNumber,
  });
}

function checkPayment(
  { paymentId, routingNumber, accountNumber, amountMinor }: AchPayment,
  isPrenote: boolean,
): void {
  if (!isUuid(paymentId)) {
    throw new UnwritableAchFile('payment-id', 'A payment id must be a UUID.', paymentId);
  }
  if (!isRoutingNumber(routingNumber)) {
    throw new UnwritableAchFile('routing-number', 'A routing number is not valid.', paymentId);
  }
  if (!isBanksAccountNumber(accountNumber)) {
    throw new UnwritableAchFile('account-number', 'An account number must have 4 to 17 digits.', paymentId);
  }
  if (isPrenote && amountMinor !== 0n) {
    throw new UnwritableAchFile('amount', 'A prenote moves no money.', paymentId);
  }
  if (!isPrenote && (amountMinor < 1n || amountMinor > MAX_AMOUNT_MINOR)) {
    throw new UnwritableAchFile('amount', 'An amount must be from 0.01 to 99,999,999.99.', paymentId);
  }
}

function batchControl(
  batch: AchBatch,
  odfiIdentification: string,
  batchNumber: number,
  totals: BatchTotals,
): string {
  return writeRecord(BATCH_CONTROL, {
    recordType: 8,
    serviceClassCode: serviceClassOf(batch),
    entryAddendaCount: totals.entryAddendaCount,
    entryHash: totals.entryHash % HASH_MODULUS,
    totalDebit: totals.debitMinor,
    totalCredit: totals.creditMinor,
    companyId: batch.companyId,
    messageAuthenticationCode: '',
    odfiIdentification,
    batchNumber,
  });
}
