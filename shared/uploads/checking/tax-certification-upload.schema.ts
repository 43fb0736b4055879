import { CERTIFICATIONS } from '#register/tax/tax-certification.ts';
import { TAX_ID_TYPES } from '#register/tax/tax-id.ts';

/** The data contract of `POST /uploads/tax-certifications`: a row is the tax id and the form of a holder. Columns in the order of our own files. */
export const TAX_COLUMNS = [
  'payee',
  'tax_id_type',
  'tax_id',
  'certification',
  'signed_on',
  'treaty_country',
  'treaty_rate',
  'exempt_payee',
  'backup_withholding',
] as const;
export type TaxColumn = (typeof TAX_COLUMNS)[number];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';

const flag = { type: ['string', 'null'], enum: ['true', 'false', null] } as const;

const properties = {
  payee: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  tax_id_type: { type: ['string', 'null'], enum: [...TAX_ID_TYPES, null] },
  tax_id: { type: ['string', 'null'], maxLength: 40 },
  certification: { type: 'string', enum: [...CERTIFICATIONS] },
  signed_on: { type: ['string', 'null'], pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
  treaty_country: { type: ['string', 'null'], pattern: '^[A-Z]{2}$' },
  treaty_rate: { type: ['string', 'null'], pattern: '^[0-9]{1,2}(\\.[0-9]{1,2}0*)?$' },
  exempt_payee: flag,
  backup_withholding: flag,
} as const;

/** Numbers, days and countries are read by the rules of a holder's own form beside it. */
export const taxRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/tax-certification-row.json',
  type: 'object',
  required: ['payee', 'certification'],
  properties,
} as const;
