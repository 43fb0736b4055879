import type { AchAddenda, ChangeAddenda, PaymentAddenda, ReturnAddenda } from './ach-file.ts';
import type { AchLines } from './ach-lines.ts';
import { isChangeCode } from './change-codes.ts';
import { CHANGE_ADDENDA, PAYMENT_ADDENDA, RETURN_ADDENDA } from './nacha-layout.ts';
import { bringsDateOfDeath, isReturnReasonCode } from './return-codes.ts';
import { UnreadableAchFile } from './unreadable-ach-file.ts';

/**
 * The addenda record of the entry with this trace number.
 *
 * @throws UnreadableAchFile
 */
export function readAddenda(lines: AchLines, traceNumber: string): AchAddenda {
  switch (lines.isNext('7') ? lines.peek(2, 3) : '05') {
    case '05':
      return paymentAddenda(lines, traceNumber);
    case '98':
      return changeAddenda(lines, traceNumber);
    case '99':
      return returnAddenda(lines, traceNumber);
    default:
      throw new UnreadableAchFile('addenda-type', 'The addenda type must be 05, 98 or 99.', lines.line);
  }
}

function paymentAddenda(lines: AchLines, traceNumber: string): PaymentAddenda {
  const record = lines.take('7', PAYMENT_ADDENDA);
  record.expect('addendaSequence', '0001');
  if (record.raw('entrySequence') !== traceNumber.slice(8)) {
    throw record.fault('trace-number', "The entry sequence is not that of the entry's trace number.");
  }
  return { kind: 'payment', line: record.line, paymentInformation: record.text('paymentInformation') };
}

function returnAddenda(lines: AchLines, traceNumber: string): ReturnAddenda {
  const record = lines.take('7', RETURN_ADDENDA);
  const returnCode = record.raw('returnCode');
  if (!isReturnReasonCode(returnCode))
    throw record.fault('return-code', 'A return reason code is R01 to R85.');
  if (record.raw('traceNumber') !== traceNumber) {
    throw record.fault('trace-number', "The addenda's trace number is not the entry's.");
  }
  return {
    kind: 'return',
    line: record.line,
    returnCode,
    originalTraceNumber: record.raw('originalTraceNumber'),
    // Elsewhere these columns are reserved, or the date of the dishonored return.
    dateOfDeath: bringsDateOfDeath(returnCode) ? record.day('dateOfDeath') : undefined,
    originalRdfi: record.raw('originalRdfi'),
    information: record.text('information'),
  };
}

function changeAddenda(lines: AchLines, traceNumber: string): ChangeAddenda {
  const record = lines.take('7', CHANGE_ADDENDA);
  const changeCode = record.raw('changeCode');
  if (!isChangeCode(changeCode)) throw record.fault('change-code', 'A change code is C01 to C14.');
  if (record.raw('traceNumber') !== traceNumber) {
    throw record.fault('trace-number', "The addenda's trace number is not the entry's.");
  }
  return {
    kind: 'change',
    line: record.line,
    changeCode,
    originalTraceNumber: record.raw('originalTraceNumber'),
    originalRdfi: record.raw('originalRdfi'),
    correctedData: record.raw('correctedData'),
  };
}
