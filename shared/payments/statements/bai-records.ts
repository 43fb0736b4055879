import { UnreadableStatement } from './statement.ts';

/** A record of a BAI2 file with those that continue it. */
export interface BaiRecord {
  /** The line of its first record. */
  readonly line: number;
  readonly type: string;
  /** The fields behind the type. A text, which ends a detail, has no end but the line’s and may have commas in it. */
  readonly fields: readonly string[];
  /** The physical records that it was written in. */
  readonly count: number;
}

const TYPES = ['01', '02', '03', '16', '49', '98', '99'];
const CONTINUED = '88';

/**
 * Joins physical records: lines end with CR, LF or both, some banks fill them with blanks, and `88` goes on with the one before.
 * @throws UnreadableStatement
 */
export function baiRecords(text: string): BaiRecord[] {
  const records: { line: number; type: string; text: string; count: number; isEnded: boolean }[] = [];
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const written = whole.replace(/[\s\p{Cc}]+$/u, '');
    if (written.trim() === '') continue;
    const line = index + 1;
    const [type = ''] = written.trimStart().split(/[,/]/, 1);
    const isEnded = written.endsWith('/');
    const rest = written.trimStart().slice(type.length + 1, isEnded ? -1 : undefined);
    const before = records.at(-1);
    if (type === CONTINUED) {
      if (before === undefined) throw new UnreadableStatement('record-order', line);
      before.text += `${before.isEnded ? ',' : ' '}${rest}`;
      before.count += 1;
      before.isEnded = isEnded;
    } else if (TYPES.includes(type)) records.push({ line, type, text: rest, count: 1, isEnded });
    else throw new UnreadableStatement('record-type', line);
  }
  return records.map(({ line, type, text: joined, count }) => ({
    line,
    type,
    count,
    fields: joined.split(','),
  }));
}
