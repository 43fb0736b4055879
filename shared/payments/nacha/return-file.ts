import type { Day } from '#kernel/calendar.ts';
import type { AchEntry, AchFileBatch, ChangeAddenda, ReturnAddenda } from './ach-file.ts';
import { type ChangeReason, type Correction, changeReason, parseCorrection } from './change-codes.ts';
import { readNachaFile } from './nacha-reader.ts';
import { type ReturnReason, returnReason } from './return-codes.ts';
import { UnreadableAchFile } from './unreadable-ach-file.ts';

/** The answer of the receiving bank to an entry that we sent. */
interface AchAnswer {
  /** The line of the entry; its addenda is on the next one. */
  readonly line: number;
  /** The trace number by which the payment is found. */
  readonly originalTraceNumber: string;
  /** Our payment reference, which confirms that the payment found is the one meant. */
  readonly reference: string;
  readonly companyId: string;
  /**
   * The trace number of the answer itself, unique for the bank that gave it: it distinguishes a repeated answer from
   * a new one.
   */
  readonly traceNumber: string;
  /** Eight digits. */
  readonly originalRdfi: string;
}

export interface AchReturn extends AchAnswer {
  readonly reason: ReturnReason;
  /** The returned amount in cents. */
  readonly amountMinor: bigint;
  readonly dateOfDeath: Day | undefined;
  readonly information: string;
}

/** The payment was made; the next one must use the corrected values, within six banking days. */
export interface AchNotificationOfChange extends AchAnswer {
  readonly reason: ChangeReason;
  /** Undefined where the corrected data can't be used as it stands. */
  readonly correction: Correction | undefined;
  /** Personal data: must not be logged. */
  readonly correctedData: string;
}

export interface AchReturnFile {
  readonly returns: readonly AchReturn[];
  readonly notifications: readonly AchNotificationOfChange[];
  readonly totalReturnedMinor: bigint;
}

/**
 * Reads a file of returns and notifications of change, in the order of the file.
 *
 * @throws UnreadableAchFile with the first fault and its line, also when an entry is neither
 */
export function readReturnFile(text: string): AchReturnFile {
  const returns: AchReturn[] = [];
  const notifications: AchNotificationOfChange[] = [];
  for (const batch of readNachaFile(text).batches) {
    for (const entry of batch.entries) {
      if (entry.addenda?.kind === 'return') returns.push(achReturn(batch, entry, entry.addenda));
      else if (entry.addenda?.kind === 'change')
        notifications.push(notification(batch, entry, entry.addenda));
      else {
        throw new UnreadableAchFile(
          'not-a-return',
          'The entry is neither a return nor a notification of change.',
          entry.line,
        );
      }
    }
  }
  const totalReturnedMinor = returns.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return { returns, notifications, totalReturnedMinor };
}

function achReturn(batch: AchFileBatch, entry: AchEntry, addenda: ReturnAddenda): AchReturn {
  return {
    ...answer(batch, entry, addenda),
    reason: returnReason(addenda.returnCode),
    amountMinor: entry.amountMinor,
    dateOfDeath: addenda.dateOfDeath,
    information: addenda.information,
  };
}

function notification(batch: AchFileBatch, entry: AchEntry, addenda: ChangeAddenda): AchNotificationOfChange {
  return {
    ...answer(batch, entry, addenda),
    reason: changeReason(addenda.changeCode),
    correction: parseCorrection(addenda.changeCode, addenda.correctedData),
    correctedData: addenda.correctedData.trimEnd(),
  };
}

function answer(batch: AchFileBatch, entry: AchEntry, addenda: ReturnAddenda | ChangeAddenda): AchAnswer {
  return {
    line: entry.line,
    originalTraceNumber: addenda.originalTraceNumber,
    reference: entry.individualId,
    companyId: batch.companyId,
    traceNumber: entry.traceNumber,
    originalRdfi: addenda.originalRdfi,
  };
}
