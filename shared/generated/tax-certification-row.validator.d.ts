// Written by `npm run validators`.
import type { ErrorObject } from 'ajv';

export interface Validate {
  (row: unknown): boolean;
  errors?: ErrorObject[] | null;
}
export const validate: Validate;
export default validate;
