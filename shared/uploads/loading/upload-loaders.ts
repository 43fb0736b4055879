import type { UploadKind } from '#uploads/upload-kind.ts';
import { payrollLoader } from './payroll-loader.ts';
import { registerLoader } from './register-loader.ts';
import type { UploadLoader } from './upload-loader.ts';

/** What is done with a file, by its kind. Only the worker loads it. */
export const uploadLoaders: Readonly<Record<UploadKind, UploadLoader>> = {
  shareholders: registerLoader,
  contributions: payrollLoader,
};
