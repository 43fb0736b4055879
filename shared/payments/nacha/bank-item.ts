import { answerOf, type BankBatch, type BankEntry, isAnswer, isNotification } from './bank-batch.ts';
import { isChangeCode } from './change-codes.ts';
import { CHANGE_ADDENDA, ENTRY_DETAIL, RETURN_ADDENDA } from './nacha-layout.ts';
import { digitsIn, numberIn, textIn } from './record-fields.ts';
import { isReturnTransactionCode } from './transaction-codes.ts';
import type { UnreadableAchFileCode } from './unreadable-ach-file.ts';

/** The answer of a receiving bank to an entry that we sent. Texts are empty where the bank left them out. */
export interface BankItem {
  /** The line of the entry. */
  readonly line: number;
  /** Undefined where its addenda is lost. */
  readonly kind: 'RETURNED' | 'CORRECTED' | undefined;
  /** `R` or `C` and two digits; undefined where no code stands. */
  readonly code: string | undefined;
  /** The trace number by which the payment is found. */
  readonly originalTraceNumber: string | undefined;
  /** Our payment reference, which confirms that the payment found is the one meant. */
  readonly reference: string;
  /**
   * The trace number of the answer itself, unique for the bank that gave it: it distinguishes a repeated answer from
   * a new one.
   */
  readonly traceNumber: string;
  /** Eight digits. */
  readonly originalRdfi: string;
  /** The returned amount in cents. */
  readonly amountMinor: bigint | undefined;
  /** Positions 36–64 of a notification. Personal data: must not be logged. */
  readonly correctedData: string | undefined;
  /** The item may not be booked: it, or its batch, has this fault. */
  readonly fault: UnreadableAchFileCode | undefined;
}

/** The items of a batch; a fault of the batch is one of each. */
export function itemsOf(batch: BankBatch, fault: UnreadableAchFileCode | undefined): BankItem[] {
  return batch.entries.filter(isAnswer).map((entry) => itemOf(entry, isNotification(batch), fault));
}

function itemOf(
  entry: BankEntry,
  isOfNotifications: boolean,
  batchFault: UnreadableAchFileCode | undefined,
): BankItem {
  const { line, text } = entry;
  const addenda = answerOf(entry) ?? '';
  const type = textIn(addenda, RETURN_ADDENDA.addendaType);
  const kind = type === '99' ? 'RETURNED' : type === '98' ? 'CORRECTED' : undefined;
  const code = textIn(addenda, RETURN_ADDENDA.returnCode);
  const item = {
    line,
    kind,
    code: /^[RC]\d\d$/.test(code) ? code : undefined,
    originalTraceNumber: digitsIn(addenda, RETURN_ADDENDA.originalTraceNumber),
    reference: textIn(text, ENTRY_DETAIL.individualId),
    traceNumber:
      digitsIn(text, ENTRY_DETAIL.traceNumber) ?? digitsIn(addenda, RETURN_ADDENDA.traceNumber) ?? '',
    originalRdfi: digitsIn(addenda, RETURN_ADDENDA.originalRdfi) ?? '',
    amountMinor: numberIn(text, ENTRY_DETAIL.amount),
    correctedData: kind === 'CORRECTED' ? columnsOf(addenda) : undefined,
  } as const;
  return { ...item, fault: batchFault ?? itemFault(item, entry, addenda, isOfNotifications) };
}

/** The values of several fields stand in columns, so blanks within them stay. */
function columnsOf(addenda: string): string {
  const [first, last] = CHANGE_ADDENDA.correctedData;
  return addenda.slice(first - 1, last).trimEnd();
}

function itemFault(
  { kind, code, originalTraceNumber, amountMinor, traceNumber }: Omit<BankItem, 'fault'>,
  { text }: BankEntry,
  addenda: string,
  isOfNotifications: boolean,
): UnreadableAchFileCode | undefined {
  if (kind === undefined || (kind === 'CORRECTED') !== isOfNotifications) return 'addenda-type';
  // A code that Nacha has assigned since is still a return of money. A change that we don't know can't be made.
  if (kind === 'RETURNED' && code?.startsWith('R') !== true) return 'return-code';
  if (kind === 'CORRECTED' && (code === undefined || !isChangeCode(code))) return 'change-code';
  if (!isReturnTransactionCode(textIn(text, ENTRY_DETAIL.transactionCode))) return 'transaction-code';
  const repeated = digitsIn(addenda, RETURN_ADDENDA.traceNumber);
  if (originalTraceNumber === undefined || (repeated !== undefined && repeated !== traceNumber))
    return 'trace-number';
  return kind === 'CORRECTED' && amountMinor !== 0n ? 'amount' : undefined;
}
