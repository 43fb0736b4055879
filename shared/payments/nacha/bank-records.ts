import { RECORD_LENGTH } from './nacha-layout.ts';

/** One record of a file as a bank wrote it, filled up to 94 characters. */
export interface BankRecord {
  /** The number of the record's line, from 1; where the bank broke no lines, of the record. */
  readonly line: number;
  readonly text: string;
}

const MARK_OF_UTF_8 = /^\u00ef\u00bb\u00bf/;
const UNREADABLE_IN_UTF_8 = '\ufffd';

/**
 * The records of a file whose bytes were read as Latin-1. Banks end lines with CR, LF or both, cut off blanks, add some, or break
 * no lines at all; a name with letters of UTF-8 has more bytes than columns.
 */
export function bankRecords(text: string): BankRecord[] {
  const records: BankRecord[] = [];
  let line = 0;
  for (const whole of text.replace(MARK_OF_UTF_8, '').split(/\r\n|\r|\n/)) {
    const written = columnsOf(withoutPadding(whole));
    for (let at = 0; at < Math.max(written.length, 1); at += RECORD_LENGTH) {
      line += 1;
      const record = written.slice(at, at + RECORD_LENGTH);
      if (record.trim() !== '') records.push({ line, text: record.padEnd(RECORD_LENGTH) });
    }
  }
  return records;
}

function columnsOf(line: string): string {
  if (line.length <= RECORD_LENGTH) return line;
  const decoded = Buffer.from(line, 'latin1').toString('utf8');
  return decoded.includes(UNREADABLE_IN_UTF_8) ? line : decoded;
}

/** Cuts off the blanks, NULs and other control characters at a line's end, by one of which old systems end a file. */
function withoutPadding(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) <= 0x20) end -= 1;
  return line.slice(0, end);
}
