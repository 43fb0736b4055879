import { type StatementFaultCode, UnreadableStatement } from './statement.ts';

const MAX_STATEMENT_BYTES = 8_000_000;
const MARK_OF_UTF_8 = '\u00ef\u00bb\u00bf';
const MARKS_OF_UTF_16: Readonly<Record<string, string>> = {
  '\u00ff\u00fe': 'utf-16le',
  '\u00fe\u00ff': 'utf-16be',
};
const DECLARED = /^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

export type StatementFormat = 'XML' | 'BAI2';

/** Tells whether bytes, as Latin-1, are a statement’s, by how they begin: no record of Nacha does so. */
export function statementFormat(latin1: string): StatementFormat | undefined {
  const head = latin1.slice(0, 200).replace(MARK_OF_UTF_8, '').replaceAll('\0', '');
  if (/^(?:\u00ff\u00fe|\u00fe\u00ff)?\s*</.test(head)) return 'XML';
  return /^\s*01,/.test(head) ? 'BAI2' : undefined;
}

/**
 * Decodes XML as it says itself. Bytes that are not the UTF-8 that they are declared to be are Latin-1: what counts in a statement is ASCII.
 * @throws UnreadableStatement
 */
export function xmlText(latin1: string): string {
  requireSize(latin1);
  const wide = MARKS_OF_UTF_16[latin1.slice(0, 2)];
  if (wide !== undefined) return decoded(latin1.slice(2), wide, 'encoding');
  const text = withoutMark(latin1);
  const label = DECLARED.exec(text)?.[1] ?? 'utf-8';
  if (!/^(us-ascii|utf-?8|iso-8859-\d{1,2}|windows-125\d|latin1)$/i.test(label))
    throw new UnreadableStatement('encoding', 1);
  if (!/^(us-ascii|utf-?8)$/i.test(label)) return decoded(text, label, 'encoding');
  try {
    return decoded(text, 'utf-8', 'encoding');
  } catch {
    return decoded(text, 'windows-1252', 'encoding');
  }
}

/** @throws UnreadableStatement */
export function baiText(latin1: string): string {
  requireSize(latin1);
  return withoutMark(latin1);
}

const withoutMark = (text: string): string =>
  text.startsWith(MARK_OF_UTF_8) ? text.slice(MARK_OF_UTF_8.length) : text;

function requireSize(text: string): void {
  if (text.length > MAX_STATEMENT_BYTES) throw new UnreadableStatement('too-large', 1);
}

function decoded(latin1: string, label: string, fault: StatementFaultCode): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    throw new UnreadableStatement(fault, 1);
  }
}
