/**
 * Records of a NACHA file (Nacha Operating Rules, Appendix Three): 94 characters, columns counted from 1 and inclusive, as in the
 * rules' tables. Writer and reader share these.
 */

export const RECORD_LENGTH = 94;
/** Records in a block; a file is filled up to whole blocks with lines of nines. */
export const BLOCKING_FACTOR = 10;
export const FILLER = '9'.repeat(RECORD_LENGTH);
/** An entry hash keeps the last ten digits of its sum. */
export const HASH_MODULUS = 10_000_000_000n;

/** `numeric` is filled with zeros on the left, `text` with spaces on the right, `blank` is reserved and all spaces. */
type Kind = 'numeric' | 'text' | 'blank';
export type Column = readonly [first: number, last: number, kind: Kind];
export type Layout<Name extends string> = Readonly<Record<Name, Column>>;

export const FILE_HEADER = {
  recordType: [1, 1, 'numeric'],
  priorityCode: [2, 3, 'numeric'],
  immediateDestination: [4, 13, 'text'],
  immediateOrigin: [14, 23, 'text'],
  fileCreationDate: [24, 29, 'numeric'],
  fileCreationTime: [30, 33, 'numeric'],
  fileIdModifier: [34, 34, 'text'],
  recordSize: [35, 37, 'numeric'],
  blockingFactor: [38, 39, 'numeric'],
  formatCode: [40, 40, 'numeric'],
  immediateDestinationName: [41, 63, 'text'],
  immediateOriginName: [64, 86, 'text'],
  referenceCode: [87, 94, 'text'],
} as const satisfies Layout<string>;

export const BATCH_HEADER = {
  recordType: [1, 1, 'numeric'],
  serviceClassCode: [2, 4, 'numeric'],
  companyName: [5, 20, 'text'],
  companyDiscretionaryData: [21, 40, 'text'],
  companyId: [41, 50, 'text'],
  secCode: [51, 53, 'text'],
  entryDescription: [54, 63, 'text'],
  descriptiveDate: [64, 69, 'text'],
  effectiveEntryDate: [70, 75, 'text'],
  settlementDate: [76, 78, 'text'],
  originatorStatusCode: [79, 79, 'text'],
  odfiIdentification: [80, 87, 'numeric'],
  batchNumber: [88, 94, 'numeric'],
} as const satisfies Layout<string>;

export const ENTRY_DETAIL = {
  recordType: [1, 1, 'numeric'],
  transactionCode: [2, 3, 'numeric'],
  rdfiIdentification: [4, 11, 'numeric'],
  checkDigit: [12, 12, 'numeric'],
  accountNumber: [13, 29, 'text'],
  amount: [30, 39, 'numeric'],
  individualId: [40, 54, 'text'],
  receiverName: [55, 76, 'text'],
  discretionaryData: [77, 78, 'text'],
  addendaIndicator: [79, 79, 'numeric'],
  traceNumber: [80, 94, 'numeric'],
} as const satisfies Layout<string>;

/** Addenda type 05, of PPD and CCD entries. */
export const PAYMENT_ADDENDA = {
  recordType: [1, 1, 'numeric'],
  addendaType: [2, 3, 'numeric'],
  paymentInformation: [4, 83, 'text'],
  addendaSequence: [84, 87, 'numeric'],
  entrySequence: [88, 94, 'numeric'],
} as const satisfies Layout<string>;

/** Addenda type 99 (Appendix Four). Dishonored and contested returns have fields of their own in `information`. */
export const RETURN_ADDENDA = {
  recordType: [1, 1, 'numeric'],
  addendaType: [2, 3, 'numeric'],
  returnCode: [4, 6, 'text'],
  originalTraceNumber: [7, 21, 'numeric'],
  dateOfDeath: [22, 27, 'text'],
  originalRdfi: [28, 35, 'numeric'],
  information: [36, 79, 'text'],
  traceNumber: [80, 94, 'numeric'],
} as const satisfies Layout<string>;

/** Addenda type 98 (Appendix Five). */
export const CHANGE_ADDENDA = {
  recordType: [1, 1, 'numeric'],
  addendaType: [2, 3, 'numeric'],
  changeCode: [4, 6, 'text'],
  originalTraceNumber: [7, 21, 'numeric'],
  reserved: [22, 27, 'blank'],
  originalRdfi: [28, 35, 'numeric'],
  correctedData: [36, 64, 'text'],
  reservedToo: [65, 79, 'blank'],
  traceNumber: [80, 94, 'numeric'],
} as const satisfies Layout<string>;

export const BATCH_CONTROL = {
  recordType: [1, 1, 'numeric'],
  serviceClassCode: [2, 4, 'numeric'],
  entryAddendaCount: [5, 10, 'numeric'],
  entryHash: [11, 20, 'numeric'],
  totalDebit: [21, 32, 'numeric'],
  totalCredit: [33, 44, 'numeric'],
  companyId: [45, 54, 'text'],
  messageAuthenticationCode: [55, 73, 'text'],
  reserved: [74, 79, 'blank'],
  odfiIdentification: [80, 87, 'numeric'],
  batchNumber: [88, 94, 'numeric'],
} as const satisfies Layout<string>;

export const FILE_CONTROL = {
  recordType: [1, 1, 'numeric'],
  batchCount: [2, 7, 'numeric'],
  blockCount: [8, 13, 'numeric'],
  entryAddendaCount: [14, 21, 'numeric'],
  entryHash: [22, 31, 'numeric'],
  totalDebit: [32, 43, 'numeric'],
  totalCredit: [44, 55, 'numeric'],
  reserved: [56, 94, 'blank'],
} as const satisfies Layout<string>;

type Valued<L extends Layout<string>> = {
  [Name in keyof L]: L[Name][2] extends 'blank' ? never : Name;
}[keyof L];

/**
 * One record of 94 characters.
 *
 * @throws RangeError when a value is too long for its columns, or no digits where digits must stand
 */
export function writeRecord<L extends Layout<string>>(
  layout: L,
  values: Readonly<Record<Valued<L>, string | number | bigint>>,
): string {
  let record = '';
  for (const [name, [first, last, kind]] of Object.entries(layout)) {
    const length = last - first + 1;
    const value = kind === 'blank' ? '' : String(values[name as Valued<L>]);
    if (value.length > length || (kind === 'numeric' && !/^\d+$/.test(value))) {
      throw new RangeError(`The value of ${name} doesn't fit columns ${first} to ${last}.`);
    }
    record += kind === 'numeric' ? value.padStart(length, '0') : value.padEnd(length, ' ');
  }
  return record;
}
