import type { AchEntry, AchFileBatch, AchTotals } from './ach-file.ts';
import type { AchLines } from './ach-lines.ts';
import type { AchRecord } from './ach-record.ts';
import { BATCH_CONTROL, BATCH_HEADER, HASH_MODULUS } from './nacha-layout.ts';
import { readEntry } from './read-entry.ts';
import { dfiIdentification } from './routing-number.ts';
import { isCreditCode } from './transaction-codes.ts';

const CREDITS_ONLY = '220';
const DEBITS_ONLY = '225';
const MIXED = '200';

type BatchHeader = AchRecord<typeof BATCH_HEADER>;
type BatchControl = AchRecord<typeof BATCH_CONTROL>;

/**
 * The next batch. Batch numbers and, within a batch, trace numbers must ascend.
 *
 * @throws UnreadableAchFile
 */
export function readBatch(lines: AchLines, previousBatchNumber: number): AchFileBatch {
  const header = lines.take('5', BATCH_HEADER);
  checkHeader(header, previousBatchNumber);
  const isNotification = header.raw('secCode') === 'COR';
  const entries: AchEntry[] = [];
  do {
    const previous = entries.at(-1)?.traceNumber ?? '';
    entries.push(readEntry(lines, header.raw('odfiIdentification'), isNotification, previous));
  } while (lines.isNext('6'));
  const control = lines.take('8', BATCH_CONTROL);
  checkControl(header, control);
  return {
    line: header.line,
    serviceClassCode: header.raw('serviceClassCode'),
    companyName: header.text('companyName'),
    companyId: header.text('companyId'),
    secCode: header.raw('secCode'),
    entryDescription: header.text('entryDescription'),
    descriptiveDate: header.text('descriptiveDate'),
    effectiveEntryDate: header.day('effectiveEntryDate'),
    settlementDayOfYear: header.text('settlementDate'),
    odfiIdentification: header.raw('odfiIdentification'),
    batchNumber: header.count('batchNumber'),
    entries,
    totals: checkedTotals(control, entries),
  };
}

function checkHeader(header: BatchHeader, previousBatchNumber: number): void {
  if (![CREDITS_ONLY, DEBITS_ONLY, MIXED].includes(header.raw('serviceClassCode'))) {
    throw header.fault('unsupported-batch', 'The service class code must be 200, 220 or 225.');
  }
  if (!/^[A-Z]{3}$/.test(header.raw('secCode')) || ['IAT', 'ADV'].includes(header.raw('secCode'))) {
    throw header.fault('unsupported-batch', 'Batches of this entry class are not read.');
  }
  if (header.count('batchNumber') <= previousBatchNumber) {
    throw header.fault('batch-number', 'Batch numbers must ascend.');
  }
}

function checkControl(header: BatchHeader, control: BatchControl): void {
  for (const name of ['serviceClassCode', 'companyId', 'odfiIdentification', 'batchNumber'] as const) {
    if (header.text(name) !== control.text(name)) {
      throw control.fault(
        'control-mismatch',
        `${name} is not that of the batch header on line ${header.line}.`,
      );
    }
  }
}

function checkedTotals(control: BatchControl, entries: readonly AchEntry[]): AchTotals {
  const totals = totalsOf(entries);
  if (control.count('entryAddendaCount') !== totals.entryAddendaCount) {
    throw control.fault('count', "The batch control's entry and addenda count is not that of its records.");
  }
  if (control.exact('entryHash') !== totals.entryHash) {
    throw control.fault('entry-hash', "The batch control's entry hash is not that of its entries.");
  }
  if (
    control.exact('totalDebit') !== totals.debitMinor ||
    control.exact('totalCredit') !== totals.creditMinor
  ) {
    throw control.fault('totals', "The batch control's totals are not those of its entries.");
  }
  const serviceClassCode = control.raw('serviceClassCode');
  const excluded = serviceClassCode === CREDITS_ONLY ? totals.debitMinor : totals.creditMinor;
  if (serviceClassCode !== MIXED && excluded !== 0n) {
    throw control.fault(
      'totals',
      `A batch of service class ${serviceClassCode} has entries of the other kind.`,
    );
  }
  return totals;
}

function totalsOf(entries: readonly AchEntry[]): AchTotals {
  let entryAddendaCount = 0;
  let entryHash = 0n;
  let debitMinor = 0n;
  let creditMinor = 0n;
  for (const { routingNumber, transactionCode, amountMinor, addenda } of entries) {
    entryAddendaCount += addenda === undefined ? 1 : 2;
    entryHash += BigInt(dfiIdentification(routingNumber));
    if (isCreditCode(transactionCode)) creditMinor += amountMinor;
    else debitMinor += amountMinor;
  }
  return { entryAddendaCount, entryHash: entryHash % HASH_MODULUS, debitMinor, creditMinor };
}
