import { UnreadableFile } from '#uploads/formats/upload-row.ts';
import type { ListedError } from './upload.repository.ts';

export type RefusalCode =
  | 'already-waiting'
  | 'approval-denied'
  | 'approval-expired'
  | 'approval-withdrawn'
  | 'authorized-shares-exceeded'
  | 'checksum-mismatch'
  | 'control-totals'
  | 'credential-ended'
  | 'mapping-of-table'
  | 'nothing-to-replace'
  | 'object-missing'
  | 'rejected-rows'
  | 'replaces-days'
  | 'tenant-suspended'
  | 'two-dates'
  | 'unknown-folder'
  | 'unknown-format'
  | 'unknown-mapping'
  | 'unknown-sender'
  | 'uploader-put-out'
  | 'wrong-tenant';

/** The first of a file's wrong rows, and the object that has them all. */
export interface RejectedRows {
  readonly key: string;
  readonly listed: readonly ListedError[];
}

/** The file is not taken, whatever is in it. */
export class RefusedFile extends Error {
  readonly code: RefusalCode;
  /** Its wrong rows, where it is refused for these. */
  readonly rejections: RejectedRows | undefined;

  constructor(code: RefusalCode, message: string, rejections?: RejectedRows) {
    super(message);
    this.name = 'RefusedFile';
    this.code = code;
    this.rejections = rejections;
  }
}

/** `unclosed-quote: A quote … is not closed. (line 7)`; undefined when the failure isn't the file's. */
export function failureText(error: unknown): string | undefined {
  if (error instanceof RefusedFile) return `${error.code}: ${error.message}`;
  if (!(error instanceof UnreadableFile)) return undefined;
  return `${error.code}: ${error.message}${error.line === undefined ? '' : ` (line ${error.line})`}`;
}
