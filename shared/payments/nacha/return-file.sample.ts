import type { Day } from '#kernel/calendar.ts';
import { nachaDate } from './nacha-date.ts';
import {
  BATCH_CONTROL,
  BATCH_HEADER,
  BLOCKING_FACTOR,
  CHANGE_ADDENDA,
  ENTRY_DETAIL,
  FILE_CONTROL,
  FILE_HEADER,
  FILLER,
  HASH_MODULUS,
  RETURN_ADDENDA,
  writeRecord,
} from './nacha-layout.ts';
import type { SecCode, WrittenEntry } from './nacha-payments.ts';

/** The answer of a receiving bank to one of our entries. */
export interface SampleAnswer {
  readonly entry: Pick<WrittenEntry, 'traceNumber' | 'reference'>;
  /** R01 to R85 for a return, C01 to C14 for a notification of change. */
  readonly code: string;
  /** Whether the entry was a debit: a reversal. */
  readonly isDebit?: boolean;
  readonly isSavings?: boolean;
  /** @default PPD */
  readonly secCode?: SecCode;
  /** The receiving bank: its routing number without the check digit. @default that of the tests' accounts */
  readonly rdfi?: string;
  readonly accountNumber?: string;
  readonly receiverName?: string;
  /** The returned amount in cents; a notification has none. */
  readonly amountMinor?: bigint;
  readonly dateOfDeath?: string;
  readonly information?: string;
  readonly correctedData?: string;
}

/** The bank that passes answers on, and the company that they are for. */
export interface SampleBank {
  /** Nine digits. */
  readonly routingNumber: string;
  readonly name: string;
  readonly companyId: string;
  readonly companyName: string;
  readonly day: Day;
}

const RDFI = '12104288';
const FIRST_BANK: SampleBank = {
  routingNumber: '021000021',
  name: 'FIRST BANK OF NEW YORK',
  companyId: '1987654321',
  companyName: 'ACME INDUSTRIES',
  day: '2026-07-06' as Day,
};

/**
 * Returns a file as the originating bank passes it on: a batch for each receiving bank and class of entries, first those of returns, then
 * those of notifications of change. It is for tests of this room, for those that read the bank's files, and for the bank of the local platform.
 */
export function sampleReturnFile(answers: readonly SampleAnswer[], bank = FIRST_BANK): string {
  const batches = [...Map.groupBy(answers, batchKey)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, batch]) => batch);
  const lines = [fileHeader(bank)];
  let count = 0;
  for (const [index, batch] of batches.entries()) {
    const [first] = batch as [SampleAnswer];
    const batchNumber = index + 1;
    const { rdfi = RDFI } = first;
    const totals = { entryAddendaCount: batch.length * 2, entryHash: hashOf(bank, batch.length) };
    lines.push(batchHeader(bank, batchNumber, first));
    lines.push(...batch.flatMap((answer, at) => answerRecords(bank, answer, count + at + 1)));
    lines.push(
      writeRecord(BATCH_CONTROL, {
        recordType: 8,
        serviceClassCode: 200,
        ...totals,
        totalDebit: totalOf(batch, true),
        totalCredit: totalOf(batch, false),
        companyId: bank.companyId,
        messageAuthenticationCode: '',
        odfiIdentification: rdfi,
        batchNumber,
      }),
    );
    count += batch.length;
  }
  const blockCount = Math.ceil((lines.length + 1) / BLOCKING_FACTOR);
  lines.push(
    writeRecord(FILE_CONTROL, {
      recordType: 9,
      batchCount: batches.length,
      blockCount,
      entryAddendaCount: count * 2,
      entryHash: hashOf(bank, count),
      totalDebit: totalOf(answers, true),
      totalCredit: totalOf(answers, false),
    }),
  );
  while (lines.length < blockCount * BLOCKING_FACTOR) lines.push(FILLER);
  return `${lines.join('\n')}\n`;
}

function isReturn({ code }: SampleAnswer): boolean {
  return code.startsWith('R');
}

function batchKey(answer: SampleAnswer): string {
  const { secCode = 'PPD', rdfi = RDFI } = answer;
  return isReturn(answer) ? `1 ${secCode} ${rdfi}` : `2 ${rdfi}`;
}

/** Answers go to the originating bank, so that its number stands in each entry. */
function hashOf({ routingNumber }: SampleBank, entries: number): bigint {
  return (BigInt(routingNumber.slice(0, 8)) * BigInt(entries)) % HASH_MODULUS;
}

function totalOf(answers: readonly SampleAnswer[], debits: boolean): bigint {
  return answers
    .filter(({ isDebit = false }) => isDebit === debits)
    .reduce((sum, { amountMinor = 0n }) => sum + amountMinor, 0n);
}

function fileHeader({ routingNumber, name, day }: SampleBank): string {
  return writeRecord(FILE_HEADER, {
    recordType: 1,
    priorityCode: '01',
    immediateDestination: '1123456789',
    immediateOrigin: ` ${routingNumber}`,
    fileCreationDate: nachaDate(day),
    fileCreationTime: '0830',
    fileIdModifier: 'A',
    recordSize: '094',
    blockingFactor: BLOCKING_FACTOR,
    formatCode: 1,
    immediateDestinationName: 'VESTRY, INC.',
    immediateOriginName: name,
    referenceCode: '',
  });
}

function batchHeader(bank: SampleBank, batchNumber: number, answer: SampleAnswer): string {
  const { secCode = 'PPD', rdfi = RDFI } = answer;
  return writeRecord(BATCH_HEADER, {
    recordType: 5,
    serviceClassCode: 200,
    companyName: bank.companyName,
    companyDiscretionaryData: '',
    companyId: bank.companyId,
    secCode: isReturn(answer) ? secCode : 'COR',
    entryDescription: 'DIVIDEND',
    descriptiveDate: '',
    effectiveEntryDate: nachaDate(bank.day),
    settlementDate: String(dayOfYear(bank.day)).padStart(3, '0'),
    originatorStatusCode: 1,
    odfiIdentification: rdfi,
    batchNumber,
  });
}

function dayOfYear(day: Day): number {
  return (Date.parse(day) - Date.parse(`${day.slice(0, 4)}-01-01`)) / 86_400_000 + 1;
}

function answerRecords(
  { routingNumber }: SampleBank,
  answer: SampleAnswer,
  sequence: number,
): readonly [string, string] {
  const { rdfi = RDFI } = answer;
  const traceNumber = `${rdfi}${String(sequence).padStart(7, '0')}`;
  const entry = writeRecord(ENTRY_DETAIL, {
    recordType: 6,
    transactionCode: (answer.isSavings === true ? 31 : 21) + (answer.isDebit === true ? 5 : 0),
    rdfiIdentification: routingNumber.slice(0, 8),
    checkDigit: routingNumber.slice(8),
    accountNumber: answer.accountNumber ?? '000123456789',
    amount: answer.amountMinor ?? 0n,
    individualId: answer.entry.reference,
    receiverName: answer.receiverName ?? 'MARIA NUNEZ',
    discretionaryData: '',
    addendaIndicator: 1,
    traceNumber,
  });
  return [
    entry,
    isReturn(answer) ? returnAddenda(answer, rdfi, traceNumber) : changeAddenda(answer, rdfi, traceNumber),
  ];
}

function returnAddenda(
  { entry, code, dateOfDeath, information }: SampleAnswer,
  originalRdfi: string,
  traceNumber: string,
): string {
  return writeRecord(RETURN_ADDENDA, {
    recordType: 7,
    addendaType: 99,
    returnCode: code,
    originalTraceNumber: entry.traceNumber,
    dateOfDeath: dateOfDeath ?? '',
    originalRdfi,
    information: information ?? '',
    traceNumber,
  });
}

function changeAddenda(
  { entry, code, correctedData }: SampleAnswer,
  originalRdfi: string,
  traceNumber: string,
): string {
  return writeRecord(CHANGE_ADDENDA, {
    recordType: 7,
    addendaType: 98,
    changeCode: code,
    originalTraceNumber: entry.traceNumber,
    originalRdfi,
    correctedData: correctedData ?? '',
    traceNumber,
  });
}
