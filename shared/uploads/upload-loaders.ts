import { payrollLoader } from '#uploads/payroll-loader.ts';
import { registerLoader } from '#uploads/register-loader.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';
import type { UploadLoader } from '#uploads/upload-loader.ts';

/** What is done with a file, by its kind. Only the worker loads it. */
export const uploadLoaders: Readonly<Record<UploadKind, UploadLoader>> = {
  shareholders: registerLoader,
  contributions: payrollLoader,
};
