import {
  BATCH_CONTROL,
  BATCH_HEADER,
  BLOCKING_FACTOR,
  CHANGE_ADDENDA,
  ENTRY_DETAIL,
  FILE_CONTROL,
  FILE_HEADER,
  FILLER,
  RETURN_ADDENDA,
  writeRecord,
} from './nacha-layout.ts';
import type { WrittenEntry } from './nacha-payments.ts';

/** The answer of a receiving bank to one of our entries. */
export interface SampleAnswer {
  readonly entry: Pick<WrittenEntry, 'traceNumber' | 'reference'>;
  /** R01 to R85 for a return, C01 to C14 for a notification of change. */
  readonly code: string;
  /** Whether the entry was a debit: a reversal. */
  readonly isDebit?: boolean;
  /** The returned amount in cents; a notification has none. */
  readonly amountMinor?: bigint;
  readonly dateOfDeath?: string;
  readonly information?: string;
  readonly correctedData?: string;
}

const RDFI = '12104288';
const ODFI = { identification: '02100002', checkDigit: '1' };
const COMPANY_ID = '1987654321';

/**
 * Returns a file as the originating bank passes it on: returns of PPD entries in a first batch, notifications of
 * change in a second. It is for tests of this room, and of those that read the bank's files.
 */
export function sampleReturnFile(answers: readonly SampleAnswer[]): string {
  const batches = [answers.filter(isReturn), answers.filter((answer) => !isReturn(answer))].filter(
    (batch) => batch.length > 0,
  );
  const lines = [fileHeader()];
  let count = 0;
  for (const [index, batch] of batches.entries()) {
    const batchNumber = index + 1;
    const totals = { entryAddendaCount: batch.length * 2, entryHash: hashOf(batch.length) };
    lines.push(batchHeader(batchNumber, batch.every(isReturn) ? 'PPD' : 'COR'));
    lines.push(...batch.flatMap((answer, at) => answerRecords(answer, count + at + 1)));
    lines.push(
      writeRecord(BATCH_CONTROL, {
        recordType: 8,
        serviceClassCode: 200,
        ...totals,
        totalDebit: totalOf(batch, true),
        totalCredit: totalOf(batch, false),
        companyId: COMPANY_ID,
        messageAuthenticationCode: '',
        odfiIdentification: RDFI,
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
      entryHash: hashOf(count),
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

function hashOf(entries: number): bigint {
  return BigInt(ODFI.identification) * BigInt(entries);
}

function totalOf(answers: readonly SampleAnswer[], debits: boolean): bigint {
  return answers
    .filter(({ isDebit = false }) => isDebit === debits)
    .reduce((sum, { amountMinor = 0n }) => sum + amountMinor, 0n);
}

function fileHeader(): string {
  return writeRecord(FILE_HEADER, {
    recordType: 1,
    priorityCode: '01',
    immediateDestination: '1123456789',
    immediateOrigin: ' 021000021',
    fileCreationDate: '260706',
    fileCreationTime: '0830',
    fileIdModifier: 'A',
    recordSize: '094',
    blockingFactor: BLOCKING_FACTOR,
    formatCode: 1,
    immediateDestinationName: 'VESTRY, INC.',
    immediateOriginName: 'FIRST BANK OF NEW YORK',
    referenceCode: '',
  });
}

function batchHeader(batchNumber: number, secCode: string): string {
  return writeRecord(BATCH_HEADER, {
    recordType: 5,
    serviceClassCode: 200,
    companyName: 'ACME INDUSTRIES',
    companyDiscretionaryData: '',
    companyId: COMPANY_ID,
    secCode,
    entryDescription: 'DIVIDEND',
    descriptiveDate: '',
    effectiveEntryDate: '260706',
    settlementDate: '187',
    originatorStatusCode: 1,
    odfiIdentification: RDFI,
    batchNumber,
  });
}

function answerRecords(answer: SampleAnswer, sequence: number): string[] {
  const traceNumber = `${RDFI}${String(sequence).padStart(7, '0')}`;
  const entry = writeRecord(ENTRY_DETAIL, {
    recordType: 6,
    transactionCode: answer.isDebit === true ? 26 : 21,
    rdfiIdentification: ODFI.identification,
    checkDigit: ODFI.checkDigit,
    accountNumber: '000123456789',
    amount: answer.amountMinor ?? 0n,
    individualId: answer.entry.reference,
    receiverName: 'MARIA NUNEZ',
    discretionaryData: '',
    addendaIndicator: 1,
    traceNumber,
  });
  return [entry, isReturn(answer) ? returnAddenda(answer, traceNumber) : changeAddenda(answer, traceNumber)];
}

function returnAddenda({ entry, code, dateOfDeath, information }: SampleAnswer, traceNumber: string): string {
  return writeRecord(RETURN_ADDENDA, {
    recordType: 7,
    addendaType: 99,
    returnCode: code,
    originalTraceNumber: entry.traceNumber,
    dateOfDeath: dateOfDeath ?? '',
    originalRdfi: RDFI,
    information: information ?? '',
    traceNumber,
  });
}

function changeAddenda({ entry, code, correctedData }: SampleAnswer, traceNumber: string): string {
  return writeRecord(CHANGE_ADDENDA, {
    recordType: 7,
    addendaType: 98,
    changeCode: code,
    originalTraceNumber: entry.traceNumber,
    originalRdfi: RDFI,
    correctedData: correctedData ?? '',
    traceNumber,
  });
}
