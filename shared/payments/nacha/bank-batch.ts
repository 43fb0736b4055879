import { addTotals, type BatchTotals, NO_TOTALS } from './batch-totals.ts';
import { BATCH_CONTROL, BATCH_HEADER, ENTRY_DETAIL, RETURN_ADDENDA } from './nacha-layout.ts';
import { numberIn, textIn } from './record-fields.ts';
import { isCreditCode, isReturnTransactionCode, isTransactionCode } from './transaction-codes.ts';
import type { UnreadableAchFileCode } from './unreadable-ach-file.ts';

export interface BankEntry {
  readonly line: number;
  readonly text: string;
  readonly addenda: string[];
}

/** The records of a batch as they stand in a bank's file. */
export interface BankBatch {
  readonly line: number;
  readonly header: string | undefined;
  readonly entries: BankEntry[];
  control: string | undefined;
  /** Something stands in it that belongs in no batch. */
  isStrange: boolean;
}

/** International and automated accounting batches have records of their own; we send none. */
const NEVER_OURS: readonly string[] = ['IAT', 'ADV'];

export function isNotification({ header }: BankBatch): boolean {
  return header !== undefined && textIn(header, BATCH_HEADER.secCode) === 'COR';
}

/** The addenda by which a bank answers an entry; others may stand beside it. */
export function answerOf({ addenda }: BankEntry): string | undefined {
  return addenda.find((text) => ['98', '99'].includes(textIn(text, RETURN_ADDENDA.addendaType)));
}

/** Whether an entry is a return or a notification of change, though its addenda be lost. */
export function isAnswer(entry: BankEntry): boolean {
  const code = textIn(entry.text, ENTRY_DETAIL.transactionCode);
  return answerOf(entry) !== undefined || (isTransactionCode(code) && isReturnTransactionCode(code));
}

/** Whether a batch has answers to payments of the kinds that we send. */
export function isAnswered({ header, entries }: BankBatch): boolean {
  const isForeign = header !== undefined && NEVER_OURS.includes(textIn(header, BATCH_HEADER.secCode));
  return !isForeign && entries.some(isAnswer);
}

/** Why nothing of a batch may be booked; undefined where it adds up. */
export function batchFault(batch: BankBatch): UnreadableAchFileCode | undefined {
  const { header, entries, control, isStrange } = batch;
  if (header === undefined) return 'record-order';
  if (isStrange) return 'record-type';
  if (control === undefined) return 'truncated';
  for (const name of ['companyId', 'odfiIdentification', 'batchNumber'] as const) {
    const [said, repeated] = [textIn(header, BATCH_HEADER[name]), textIn(control, BATCH_CONTROL[name])];
    if (said !== '' && repeated !== '' && said !== repeated) return 'control-mismatch';
  }
  const stated = totalsOfControl(control);
  if (stated === undefined) return 'field';
  const summed = totalsOf(entries);
  if (summed === undefined) return 'totals';
  if (stated.entryAddendaCount !== summed.entryAddendaCount) return 'count';
  if (stated.entryHash !== summed.entryHash) return 'entry-hash';
  const isBalanced = stated.debitMinor === summed.debitMinor && stated.creditMinor === summed.creditMinor;
  return isBalanced ? undefined : 'totals';
}

/** Undefined where a field holds something else than digits. */
export function totalsOfControl(control: string): BatchTotals | undefined {
  const entryAddendaCount = numberIn(control, BATCH_CONTROL.entryAddendaCount);
  const entryHash = numberIn(control, BATCH_CONTROL.entryHash);
  const debitMinor = numberIn(control, BATCH_CONTROL.totalDebit);
  const creditMinor = numberIn(control, BATCH_CONTROL.totalCredit);
  if (entryAddendaCount === undefined || entryHash === undefined) return undefined;
  if (debitMinor === undefined || creditMinor === undefined) return undefined;
  return { entryAddendaCount, entryHash, debitMinor, creditMinor };
}

function totalsOf(entries: readonly BankEntry[]): BatchTotals | undefined {
  let totals = NO_TOTALS;
  for (const { text, addenda } of entries) {
    const entryHash = numberIn(text, ENTRY_DETAIL.rdfiIdentification);
    const amount = numberIn(text, ENTRY_DETAIL.amount);
    const code = textIn(text, ENTRY_DETAIL.transactionCode);
    if (entryHash === undefined || amount === undefined || !isTransactionCode(code)) return undefined;
    const isCredit = isCreditCode(code);
    totals = addTotals(totals, {
      entryAddendaCount: BigInt(1 + addenda.length),
      entryHash,
      debitMinor: isCredit ? 0n : amount,
      creditMinor: isCredit ? amount : 0n,
    });
  }
  return totals;
}
