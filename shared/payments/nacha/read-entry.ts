import type { AchAddenda, AchEntry } from './ach-file.ts';
import type { AchLines } from './ach-lines.ts';
import type { AchRecord } from './ach-record.ts';
import { ENTRY_DETAIL } from './nacha-layout.ts';
import { readAddenda } from './read-addenda.ts';
import { hasRoutingCheckDigit } from './routing-number.ts';
import { isReturnTransactionCode, isTransactionCode } from './transaction-codes.ts';

type EntryDetail = AchRecord<typeof ENTRY_DETAIL>;

/**
 * The next entry with its addenda, of which there is at most one in the classes that we send.
 *
 * @throws UnreadableAchFile
 */
export function readEntry(
  lines: AchLines,
  odfiIdentification: string,
  isNotification: boolean,
  previousTraceNumber: string,
): AchEntry {
  const entry = lines.take('6', ENTRY_DETAIL);
  const routingNumber = entry.raw('rdfiIdentification') + entry.raw('checkDigit');
  const transactionCode = entry.raw('transactionCode');
  const traceNumber = entry.raw('traceNumber');
  if (!isTransactionCode(transactionCode)) throw entry.fault('transaction-code', 'No such transaction code.');
  if (!hasRoutingCheckDigit(routingNumber)) {
    throw entry.fault('routing-number', "The routing number's check digit is wrong.");
  }
  if (traceNumber <= previousTraceNumber) {
    throw entry.fault('trace-number', 'Trace numbers must ascend within a batch.');
  }
  const addenda = addendaOf(lines, entry);
  checkKind(entry, addenda, isNotification, odfiIdentification);
  return {
    line: entry.line,
    transactionCode,
    routingNumber,
    accountNumber: entry.text('accountNumber'),
    amountMinor: entry.exact('amount'),
    individualId: entry.text('individualId'),
    receiverName: entry.text('receiverName'),
    traceNumber,
    addenda,
  };
}

function addendaOf(lines: AchLines, entry: EntryDetail): AchAddenda | undefined {
  const indicator = entry.raw('addendaIndicator');
  if (indicator !== '0' && indicator !== '1') throw entry.fault('field', 'addendaIndicator must be 0 or 1.');
  return indicator === '1' ? readAddenda(lines, entry.raw('traceNumber')) : undefined;
}

/** Checks that an entry's transaction code, class and addenda agree on its kind. */
function checkKind(
  entry: EntryDetail,
  addenda: AchAddenda | undefined,
  isNotification: boolean,
  odfiIdentification: string,
): void {
  const kind = addenda?.kind ?? 'payment';
  if (isReturnTransactionCode(entry.raw('transactionCode')) !== (kind !== 'payment')) {
    throw entry.fault('transaction-code', 'The transaction code and the addenda contradict each other.');
  }
  if (isNotification !== (kind === 'change')) {
    throw entry.fault(
      'addenda-type',
      'Notifications of change stand in batches of class COR, and nothing else does.',
    );
  }
  if (kind === 'change' && entry.exact('amount') !== 0n) {
    throw entry.fault('amount', 'The amount of a notification of change must be zero.');
  }
  // An ACH operator may return an entry in the bank's stead, under its own trace number.
  if (kind === 'payment' && !entry.raw('traceNumber').startsWith(odfiIdentification)) {
    throw entry.fault('trace-number', "The trace number must begin with the batch's ODFI identification.");
  }
}
