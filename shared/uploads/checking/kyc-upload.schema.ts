import { kycStatus } from '#kernel/fields.ts';

/** The data contract of `POST /uploads/kyc`: a row is the KYC status of a payee. Columns in the order of our own files. */
export const KYC_COLUMNS = ['payee', 'status', 'reason', 'effective_date'] as const;
export type KycColumn = (typeof KYC_COLUMNS)[number];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';

const properties = {
  payee: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  status: { type: 'string', enum: [...kycStatus.options] },
  reason: { type: ['string', 'null'], maxLength: 200, pattern: `^[^${HOSTILE}]+$` },
  effective_date: { type: ['string', 'null'], pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
} as const;

export const kycRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/kyc-row.json',
  type: 'object',
  required: ['payee', 'status'],
  properties,
} as const;
