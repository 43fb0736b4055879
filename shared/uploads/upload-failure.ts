import { UnreadableFile } from '#uploads/formats/upload-row.ts';

export type RefusalCode =
  | 'already-waiting'
  | 'approval-denied'
  | 'approval-expired'
  | 'approval-withdrawn'
  | 'authorized-shares-exceeded'
  | 'checksum-mismatch'
  | 'control-totals'
  | 'credential-ended'
  | 'object-missing'
  | 'tenant-suspended'
  | 'two-dates'
  | 'unknown-folder'
  | 'unknown-format'
  | 'unknown-sender'
  | 'uploader-put-out'
  | 'wrong-tenant';

/** The file is not taken, whatever is in it. */
export class RefusedFile extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'RefusedFile';
    this.code = code;
  }
}

/** `unclosed-quote: A quote … is not closed. (line 7)`; undefined when the failure isn't the file's. */
export function failureText(error: unknown): string | undefined {
  if (error instanceof RefusedFile) return `${error.code}: ${error.message}`;
  if (!(error instanceof UnreadableFile)) return undefined;
  return `${error.code}: ${error.message}${error.line === undefined ? '' : ` (line ${error.line})`}`;
}
