import { achText } from './ach-text.ts';
import { easternTime } from './eastern-time.ts';
import { asksForSameDay, SAME_DAY_ENTRY_LIMIT_MINOR } from './effective-entry-date.ts';
import {
  type BatchTotals,
  MAX_AMOUNT_MINOR,
  NO_TOTALS,
  sumTotals,
  traceCount,
  writeBatch,
} from './nacha-batch.ts';
import { nachaDate } from './nacha-date.ts';
import {
  BLOCKING_FACTOR,
  FILE_CONTROL,
  FILE_HEADER,
  FILLER,
  HASH_MODULUS,
  writeRecord,
} from './nacha-layout.ts';
import type {
  AchBatch,
  AchFileHeader,
  AchFileStyle,
  AchPayment,
  WrittenAchFile,
  WrittenEntry,
} from './nacha-payments.ts';
import { isRoutingNumber } from './routing-number.ts';
import { UnwritableAchFile } from './unwritable-ach-file.ts';

/** Batches of more entries are split, since banks refuse them. */
export const MAX_ENTRIES_PER_BATCH = 10_000;
const LINE_ENDS = { LF: '\n', CRLF: '\r\n' } as const;
/** The last seven digits of a trace number. */
const MAX_TRACE_SEQUENCE = 9_999_999;
/** Twelve digits of cents in a control record. */
export const MAX_TOTAL_MINOR = 999_999_999_999n;

/**
 * Writes approved payments as a NACHA file of PPD and CCD credits, and reversals as debits, one line a record, each ended by LF unless
 * the style says otherwise.
 *
 * Trace sequences are given out in the order of the payments, from `firstTraceSequence` (1 to 9,999,999). Returns come back with
 * nothing but the trace number, up to 60 days and more later, so the caller keeps each payment's, and goes on with
 * `nextTraceSequence` in its next file.
 *
 * @throws UnwritableAchFile when any payment or the file can't be written; then nothing is
 * @throws RangeError when `createdAt` isn't an instant in UTC
 */
export function writeNachaFile(
  header: AchFileHeader,
  batches: readonly AchBatch[],
  firstTraceSequence = 1,
  { lineEnds = 'LF', isPadded = true }: AchFileStyle = {},
): WrittenAchFile {
  const parts = batches.flatMap(splitBatch);
  checkFile(parts, firstTraceSequence);
  const lines = [fileHeader(header)];
  const entries: WrittenEntry[] = [];
  let totals = NO_TOTALS;
  let traceSequence = firstTraceSequence;
  for (const [index, part] of parts.entries()) {
    const written = writeBatch(part, index + 1, traceSequence);
    for (const line of written.lines) lines.push(line);
    for (const entry of written.entries) entries.push(entry);
    totals = sumTotals(totals, written.totals);
    traceSequence += traceCount(part);
  }
  const blockCount = Math.ceil((lines.length + 1) / BLOCKING_FACTOR);
  lines.push(fileControl(parts.length, blockCount, totals));
  if (isPadded) while (lines.length < blockCount * BLOCKING_FACTOR) lines.push(FILLER);
  const sums = { credit: 0n, debit: 0n };
  for (const { direction = 'credit', payments } of parts)
    for (const { amountMinor } of payments) sums[direction] += amountMinor;
  return {
    text: lines.map((line) => line + LINE_ENDS[lineEnds]).join(''),
    entries,
    batchCount: parts.length,
    totalCreditMinor: sums.credit,
    totalDebitMinor: sums.debit,
    nextTraceSequence: traceSequence,
  };
}

/** The cents of a batch: what its control can say, or what one entry may, where an offset entry balances it. */
function mostOf({ offset, descriptiveDate }: AchBatch): bigint {
  if (offset === undefined) return MAX_TOTAL_MINOR;
  return asksForSameDay(descriptiveDate) ? SAME_DAY_ENTRY_LIMIT_MINOR : MAX_AMOUNT_MINOR;
}

/** Splits what one batch can't hold; where an offset entry balances it, that is also what comes to more than an entry can say. */
function splitBatch(batch: AchBatch): AchBatch[] {
  const most = MAX_ENTRIES_PER_BATCH - traceCount({ ...batch, payments: [] });
  const mostMinor = mostOf(batch);
  const parts: AchPayment[][] = [];
  let totalMinor = 0n;
  for (const payment of batch.payments) {
    const part = parts.at(-1);
    totalMinor += payment.amountMinor;
    if (part !== undefined && part.length < most && totalMinor <= mostMinor) part.push(payment);
    else {
      parts.push([payment]);
      totalMinor = payment.amountMinor;
    }
  }
  return parts.map((payments) => ({ ...batch, payments }));
}

function checkFile(parts: readonly AchBatch[], firstTraceSequence: number): void {
  const payments = parts.flatMap((part) => part.payments);
  if (payments.length === 0) throw new UnwritableAchFile('no-payments', 'A file needs at least one payment.');
  const last = firstTraceSequence + parts.reduce((sum, part) => sum + traceCount(part), 0) - 1;
  if (!Number.isInteger(firstTraceSequence) || firstTraceSequence < 1 || last > MAX_TRACE_SEQUENCE) {
    throw new UnwritableAchFile('trace-sequence', 'Trace sequences must stay within 1 to 9,999,999.');
  }
  const seen = new Set<string>();
  let totalMinor = 0n;
  for (const { paymentId, amountMinor } of payments) {
    if (seen.has(paymentId)) {
      throw new UnwritableAchFile('duplicate-payment', 'A payment is in the file twice.', paymentId);
    }
    seen.add(paymentId);
    totalMinor += amountMinor;
  }
  if (totalMinor > MAX_TOTAL_MINOR) {
    throw new UnwritableAchFile('total-too-large', 'The file would pay more than 9,999,999,999.99.');
  }
}

function fileHeader(header: AchFileHeader): string {
  const { immediateDestination, immediateOrigin, fileIdModifier, createdAt } = header;
  if (!isRoutingNumber(immediateDestination)) {
    throw new UnwritableAchFile('file-header', 'The immediate destination must be a routing number.');
  }
  if (!/^[A-Z0-9 ][A-Z0-9]{9}$/.test(immediateOrigin)) {
    throw new UnwritableAchFile(
      'file-header',
      'The immediate origin must have ten characters of A-Z and 0-9.',
    );
  }
  if (!/^[A-Z0-9]$/.test(fileIdModifier)) {
    throw new UnwritableAchFile('file-header', 'The file id modifier must be one of A-Z and 0-9.');
  }
  const { day, minuteOfDay } = easternTime(createdAt);
  const hour = Math.floor(minuteOfDay / 60);
  return writeRecord(FILE_HEADER, {
    recordType: 1,
    priorityCode: '01',
    immediateDestination: ` ${immediateDestination}`,
    immediateOrigin,
    fileCreationDate: nachaDate(day),
    fileCreationTime: hour * 100 + (minuteOfDay % 60),
    fileIdModifier,
    recordSize: '094',
    blockingFactor: BLOCKING_FACTOR,
    formatCode: 1,
    immediateDestinationName: achText(header.immediateDestinationName, 23),
    immediateOriginName: achText(header.immediateOriginName, 23),
    referenceCode: achText(header.referenceCode ?? '', 8),
  });
}

function fileControl(batchCount: number, blockCount: number, totals: BatchTotals): string {
  return writeRecord(FILE_CONTROL, {
    recordType: 9,
    batchCount,
    blockCount,
    entryAddendaCount: totals.entryAddendaCount,
    entryHash: totals.entryHash % HASH_MODULUS,
    totalDebit: totals.debitMinor,
    totalCredit: totals.creditMinor,
  });
}
