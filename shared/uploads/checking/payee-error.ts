import type { RowError } from '#uploads/formats/upload-row.ts';
import { identifierError, textError } from './validate-row.ts';

/**
 * Returns the error of a text that can't be the reference of a payee: a holder's `external_ref`, or an `employee_id`.
 * @param keyword the rule of the row's schema that it breaks; absent where it breaks none
 */
export function payeeError(payee: unknown, keyword?: string): RowError<'payee'> | undefined {
  if (keyword === undefined) return identifierError('payee', String(payee));
  if (keyword === 'maxLength')
    return { column: 'payee', code: 'too-long', message: 'payee must have at most 100 characters.' };
  return textError('payee', String(payee));
}
