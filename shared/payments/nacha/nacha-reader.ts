import type { AchFile, AchFileBatch, AchTotals } from './ach-file.ts';
import { AchLines } from './ach-lines.ts';
import type { AchRecord } from './ach-record.ts';
import { BLOCKING_FACTOR, FILE_CONTROL, FILE_HEADER, HASH_MODULUS } from './nacha-layout.ts';
import { readBatch } from './read-batch.ts';

/**
 * Reads a NACHA file and checks everything in it that can be checked without knowing what was sent: record lengths and order,
 * counts, hashes and totals of batches and file, numbering, check digits, codes and dates. International (IAT) and automated
 * accounting (ADV) batches have records of their own and are refused.
 *
 * @throws UnreadableAchFile with the first fault and its line
 */
export function readNachaFile(text: string): AchFile {
  const lines = new AchLines(text);
  const header = lines.take('1', FILE_HEADER);
  header.expect('priorityCode', '01');
  header.expect('recordSize', '094');
  header.expect('blockingFactor', String(BLOCKING_FACTOR));
  header.expect('formatCode', '1');
  const batches: AchFileBatch[] = [];
  while (lines.isNext('5')) batches.push(readBatch(lines, batches.at(-1)?.batchNumber ?? 0));
  const control = lines.take('9', FILE_CONTROL);
  const totals = checkedTotals(control, batches);
  lines.takeFiller();
  return {
    immediateDestination: header.text('immediateDestination'),
    immediateOrigin: header.text('immediateOrigin'),
    immediateDestinationName: header.text('immediateDestinationName'),
    immediateOriginName: header.text('immediateOriginName'),
    createdOn: header.day('fileCreationDate'),
    createdAtTime: header.raw('fileCreationTime'),
    fileIdModifier: header.raw('fileIdModifier'),
    referenceCode: header.text('referenceCode'),
    batches,
    totals,
  };
}

function checkedTotals(control: AchRecord<typeof FILE_CONTROL>, batches: readonly AchFileBatch[]): AchTotals {
  const totals: AchTotals = {
    entryAddendaCount: batches.reduce((sum, batch) => sum + batch.totals.entryAddendaCount, 0),
    entryHash: batches.reduce((sum, batch) => sum + batch.totals.entryHash, 0n) % HASH_MODULUS,
    debitMinor: batches.reduce((sum, batch) => sum + batch.totals.debitMinor, 0n),
    creditMinor: batches.reduce((sum, batch) => sum + batch.totals.creditMinor, 0n),
  };
  if (control.count('batchCount') !== batches.length) {
    throw control.fault(
      'count',
      `The file control counts other batches than the ${batches.length} of the file.`,
    );
  }
  if (control.count('entryAddendaCount') !== totals.entryAddendaCount) {
    throw control.fault('count', "The file control's entry and addenda count is not that of its batches.");
  }
  if (control.exact('entryHash') !== totals.entryHash) {
    throw control.fault('entry-hash', "The file control's entry hash is not that of its batches.");
  }
  if (
    control.exact('totalDebit') !== totals.debitMinor ||
    control.exact('totalCredit') !== totals.creditMinor
  ) {
    throw control.fault('totals', "The file control's totals are not those of its batches.");
  }
  // The control is the last record before the filler, so its line determines the number of blocks.
  if (control.count('blockCount') !== Math.ceil(control.line / BLOCKING_FACTOR)) {
    throw control.fault('block-count', 'The file control counts other blocks than the file has.');
  }
  return totals;
}
