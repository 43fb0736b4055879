import type { RejectedRow, RowError } from '#uploads/formats/upload-row.ts';

export function rejectedRow<Column extends string>(
  columns: readonly Column[],
  line: number,
  found: Readonly<Partial<Record<Column, unknown>>>,
  error: RowError<Column>,
): RejectedRow<Column> {
  const values = Object.fromEntries(columns.map((column) => [column, printable(found[column])]));
  return { line, values: values as Record<Column, string | null>, error };
}

/** Rejected rows are kept and sent on, so the text must be storable and must not hold on to the chunk it was cut from. */
function printable(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8');
}

/** NUL, and what stands for a byte that isn't UTF-8. */
const UNDECODABLE = /[\0\ud800-\udfff]/gu;

/** Whether a text holds NUL or bytes that aren't UTF-8. Both questions are native and cost next to nothing. */
export function isSuspect(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** The index of the first of these at or after `from`; infinite when there is none. */
export function nextSuspect(text: string, from: number): number {
  UNDECODABLE.lastIndex = from;
  return UNDECODABLE.exec(text)?.index ?? Number.POSITIVE_INFINITY;
}

export function undecodable<Column extends string>(
  text: string,
  column: Column | null,
): RowError<Column> | undefined {
  const where = column ?? 'The row';
  if (text.includes('\0')) return { column, code: 'nul', message: `${where} contains the character U+0000.` };
  if (!text.isWellFormed())
    return {
      column,
      code: 'invalid-encoding',
      message: `${where} contains bytes that are not UTF-8. If the file is in an older encoding, name it: encoding=windows-1252.`,
    };
  return undefined;
}
