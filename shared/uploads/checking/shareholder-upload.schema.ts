import { DETAIL_COLUMNS } from './detail-columns.ts';

/**
 * The data contract of `POST /uploads/shareholders`. Columns in the order of our own files.
 * Lengths are code points; the column types of the register hold what these allow.
 */
export const SHAREHOLDER_COLUMNS = ['external_ref', 'name', 'email', 'holdings'] as const;
/** A row may say of which class the shares are, and on which day the holder had them. */
export const POSITION_COLUMNS = [...SHAREHOLDER_COLUMNS, 'security_class', 'effective_date'] as const;
/** All of them: a row may say more of the holder, too. */
export const REGISTER_COLUMNS = [...POSITION_COLUMNS, ...DETAIL_COLUMNS] as const;
export type ShareholderColumn = (typeof REGISTER_COLUMNS)[number];

/** C0 (with NUL), DEL, C1, bidirectional overrides and isolates, U+FFFD and unpaired surrogates. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';
/** Issuers export names and addresses with line breaks and tabs in one quoted cell. */
const HOSTILE_IN_NAME = HOSTILE.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f');
/** numeric(28, 8), not negative; `-0` and `-0.00` are 0, and further zeros are nothing. Only ASCII digits: `[0-9]` is clearer than the equivalent `\\d`. */
const HOLDINGS = '^(?:-(?=0+(?:\\.0+)?$))?[0-9]{1,20}(?:\\.[0-9]{1,8}0*)?$';

// Patterns require a character in place of minLength, which would count each text once more.
const properties = {
  external_ref: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  name: { type: 'string', maxLength: 200, pattern: `^[^${HOSTILE_IN_NAME}]+$` },
  email: { type: ['string', 'null'], maxLength: 254, format: 'email' },
  holdings: { type: 'string', maxLength: 64, pattern: HOLDINGS },
  security_class: { type: ['string', 'null'], maxLength: 32, pattern: `^[^${HOSTILE}]+$` },
  effective_date: { type: ['string', 'null'], pattern: '^(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$' },
} as const;

/** One row as text, the form in which every format is checked: a number is its digits, never a float. */
export const shareholderRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/shareholder-row.json',
  type: 'object',
  required: ['external_ref', 'name', 'holdings'],
  properties,
} as const;
