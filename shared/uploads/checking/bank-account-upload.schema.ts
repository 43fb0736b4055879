import { ACCOUNT_TYPES, HOLDER_TYPES } from '#payments/payees/account-types.ts';

/** The data contract of `POST /uploads/bank-accounts`: a row is the account that a payee is to be paid into. Columns in the order of our own files. */
export const BANK_ACCOUNT_COLUMNS = [
  'payee',
  'routing_number',
  'account_number',
  'account_type',
  'holder_name',
  'holder_type',
] as const;
export type BankAccountColumn = (typeof BANK_ACCOUNT_COLUMNS)[number];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';

const properties = {
  payee: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  routing_number: { type: 'string', pattern: '^[0-9]{9}$' },
  account_number: { type: 'string', pattern: '^(?=.*[1-9])[0-9]{4,17}$' },
  account_type: { type: 'string', enum: [...ACCOUNT_TYPES] },
  holder_name: { type: 'string', maxLength: 200, pattern: `^[^${HOSTILE}]+$` },
  holder_type: { type: ['string', 'null'], enum: [...HOLDER_TYPES, null] },
} as const;

/** Check digits are asked for beside it. */
export const bankAccountRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/bank-account-row.json',
  type: 'object',
  required: ['payee', 'routing_number', 'account_number', 'account_type', 'holder_name'],
  properties,
} as const;
