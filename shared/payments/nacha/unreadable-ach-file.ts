export type UnreadableAchFileCode =
  | 'acknowledged-before'
  | 'addenda-type'
  | 'amount'
  | 'batch-number'
  | 'block-count'
  | 'change-code'
  | 'character'
  | 'control-mismatch'
  | 'count'
  | 'date'
  | 'empty-file'
  | 'entry-hash'
  | 'field'
  | 'filler'
  | 'not-a-return'
  | 'no-such-file'
  | 'other-content'
  | 'record-length'
  | 'record-order'
  | 'record-type'
  | 'rejected-before'
  | 'return-code'
  | 'routing-number'
  | 'too-large'
  | 'totals'
  | 'trace-number'
  | 'transaction-code'
  | 'truncated'
  | 'unsupported-batch';

/** The file as a whole can't be trusted: nothing of it may be booked. Messages never quote a field: fields hold personal data. */
export class UnreadableAchFile extends Error {
  readonly code: UnreadableAchFileCode;
  /** The physical line, from 1. */
  readonly line: number;

  constructor(code: UnreadableAchFileCode, message: string, line: number) {
    super(`Line ${line}: ${message}`);
    this.name = 'UnreadableAchFile';
    this.code = code;
    this.line = line;
  }
}
