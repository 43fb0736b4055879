import { totalsOfControl } from './bank-batch.ts';
import { addTotals, NO_TOTALS } from './batch-totals.ts';
import {
  BATCH_CONTROL,
  BATCH_HEADER,
  type Column,
  ENTRY_DETAIL,
  FILE_CONTROL,
  writeRecord,
} from './nacha-layout.ts';

/** The ways in which banks write a file that is right otherwise. It is for tests of this room, and of those that read the bank's files. */
type Deviation = (lines: readonly string[]) => string;

const joined = (lines: readonly string[], by = '\n') => lines.join(by) + by;
const over = (line: string, [first, last]: Column, text: string) =>
  line.slice(0, first - 1) + text.padEnd(last - first + 1) + line.slice(last);
const each =
  (types: string, change: (line: string) => string): Deviation =>
  (lines) =>
    joined(lines.map((line) => (types.includes(line.charAt(0)) && !/^9+$/.test(line) ? change(line) : line)));

/** Somebody's payment, with an addenda. */
const FORWARD = [
  '5220SOMEBODY ELSE                       5555555555PPDPAYROLL         2607060000121042880000009',
  '622021000021000123456789     0000012550000000000000009JOHN DOE                1121042880000901',
  '705PAYROLL OF JUNE                                                                 00010000901',
  '822000000200021000020000000000000000000125505555555555                         121042880000009',
];
/** A batch of international payments, whose entries have addenda of seven kinds. */
const INTERNATIONAL = [
  '5220                FF3               US1234567890IATPAYMENT   USDUSD2607060001121042880000008',
  '6220210000210007             0000100000000123456789                              1121042880000801',
  '710ANN000000000000100000928383-23938          BEK ENTERPRISES                          0000801',
  '711BEK SOLUTIONS                      15 WEST PLACE STREET                             00000801',
  '822000000300021000020000000000000000000100000000000000                         121042880000008',
].map((line) => line.slice(0, 94).padEnd(94));

/** Rewrites the file control after batches were added. */
function recounted(lines: readonly string[]): string[] {
  const controls = lines.filter((line) => line.startsWith('8'));
  const totals = controls.reduce(
    (sum, line) => addTotals(sum, totalsOfControl(line) ?? NO_TOTALS),
    NO_TOTALS,
  );
  const control = writeRecord(FILE_CONTROL, {
    recordType: 9,
    batchCount: controls.length,
    blockCount: Math.ceil((lines.length + 1) / 10),
    entryAddendaCount: totals.entryAddendaCount,
    entryHash: totals.entryHash,
    totalDebit: totals.debitMinor,
    totalCredit: totals.creditMinor,
  });
  return lines.filter((line) => !/^9+$/.test(line)).map((line) => (line.startsWith('9') ? control : line));
}

/** Puts each batch's entries into the opposite order. */
function reversed(lines: readonly string[]): string {
  const sorted: string[] = [];
  let entries: string[] = [];
  for (const line of lines) {
    if (line.startsWith('6')) entries.unshift(line);
    else if (line.startsWith('7')) entries.splice(1, 0, line);
    else {
      sorted.push(...entries, line);
      entries = [];
    }
  }
  return joined(sorted);
}

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'none at all': (lines) => joined(lines),
  'blanks cut off': (lines) => joined(lines.map((line) => line.trimEnd())),
  'blanks added': (lines) => joined(lines.map((line) => `${line}      `)),
  'lines that are not broken': (lines) => lines.join(''),
  'lines that are broken by block': (lines) => joined(lines.join('').match(/.{1,940}/g) ?? []),
  'lines that end in CR': (lines) => joined(lines, '\r'),
  'lines that end in CRLF': (lines) => joined(lines, '\r\n'),
  'empty lines between': (lines) => joined(lines, '\n\n'),
  'no end of the last line': (lines) => lines.join('\n'),
  'the mark of the end of a file': (lines) => `${joined(lines)}\u001a`,
  'the mark of UTF-8': (lines) => `\u00ef\u00bb\u00bf${joined(lines)}`,
  'no file header': (lines) => joined(lines.slice(1)),
  'no file header or control': (lines) => joined(lines.slice(1).filter((line) => !line.startsWith('9'))),
  'the file header twice': (lines) => joined([lines[0] ?? '', ...lines]),
  'the file header before each batch': (lines) =>
    joined(lines.slice(1).flatMap((line) => (line.startsWith('5') ? [lines[0] ?? '', line] : [line]))),
  'no filler': (lines) => joined(lines.filter((line) => !/^9+$/.test(line))),
  'other counts of blocks': each('9', (line) => over(line, FILE_CONTROL.blockCount, '000000')),
  'a line of the transmission before': (lines) => joined(["$$ADD ID=VESTRY BID='RETURNS'", ...lines]),
  'batch numbers that repeat': (lines) =>
    each('5', (header) => over(header, BATCH_HEADER.batchNumber, '0000001'))(
      lines.map((line) => (line.startsWith('8') ? over(line, BATCH_CONTROL.batchNumber, '0000001') : line)),
    ),
  'batch numbers of zero': each('58', (line) => over(line, BATCH_HEADER.batchNumber, '0000000')),
  'traces that descend': reversed,
  'no company ids': each('58', (line) =>
    over(line, line.startsWith('5') ? BATCH_HEADER.companyId : BATCH_CONTROL.companyId, ''),
  ),
  'no check digits': each('6', (line) => over(line, ENTRY_DETAIL.checkDigit, ' ')),
  'a name of Latin-1': each('6', (line) => over(line, ENTRY_DETAIL.receiverName, 'MAR\u00cdA NU\u00d1EZ')),
  'a name of UTF-8': each('6', (line) =>
    Buffer.from(over(line, ENTRY_DETAIL.receiverName, 'MAR\u00cdA NU\u00d1EZ'), 'utf8').toString('latin1'),
  ),
  'a batch of payments beside': (lines) => joined(recounted(lines.toSpliced(1, 0, ...FORWARD))),
  'a batch of international payments beside': (lines) =>
    joined(recounted(lines.toSpliced(1, 0, ...INTERNATIONAL))),
};
