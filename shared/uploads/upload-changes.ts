import type { StatusChange } from '#payments/payees/load-kyc.ts';
import type { FileChanges } from '#register/file-changes.ts';

/** The changes that a file would make, as people see them. */
export interface UploadChanges extends FileChanges {
  /** The payees of a file of KYC statuses, by what they had and get. */
  readonly by_status?: readonly StatusChange[];
  /** The people whom a file of participants enrols. */
  readonly enrolled?: number;
}
