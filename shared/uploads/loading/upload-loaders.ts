import type { UploadKind } from '#uploads/upload-kind.ts';
import { ballotLoader } from './ballot-loader.ts';
import { bankAccountLoader } from './bank-account-loader.ts';
import { kycLoader } from './kyc-loader.ts';
import { participantLoader } from './participant-loader.ts';
import { payrollLoader } from './payroll-loader.ts';
import { registerLoader } from './register-loader.ts';
import { taxCertificationLoader } from './tax-certification-loader.ts';
import type { UploadLoader } from './upload-loader.ts';

/** The loader of each kind of file. Only the worker loads this module. */
export const uploadLoaders: Readonly<Record<UploadKind, UploadLoader>> = {
  shareholders: registerLoader,
  contributions: payrollLoader,
  ballots: ballotLoader,
  kyc: kycLoader,
  'bank-accounts': bankAccountLoader,
  'tax-certifications': taxCertificationLoader,
  participants: participantLoader,
};
