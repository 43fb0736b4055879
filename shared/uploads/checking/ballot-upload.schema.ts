import { ALL_CHOICES } from '#proxy/choices.ts';

/**
 * The data contract of `POST /uploads/ballots`: a row is what a holder votes on one item of a meeting, or a part of it. Columns in the order of
 * our own files.
 */
export const BALLOT_COLUMNS = [
  'meeting_id',
  'external_ref',
  'item_id',
  'choice',
  'votes',
  'security_class',
] as const;
export type BallotColumn = (typeof BALLOT_COLUMNS)[number];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';
const UUID = '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
/** More than zero: shares times the votes of each, with up to sixteen decimals. */
const VOTES = '^(?=[0-9.]*[1-9])[0-9]{1,40}(?:\\.[0-9]{1,16}0*)?$';

const properties = {
  meeting_id: { type: 'string', pattern: UUID },
  external_ref: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  item_id: { type: 'string', maxLength: 64, pattern: `^[^${HOSTILE}]+$` },
  choice: { type: 'string', enum: [...ALL_CHOICES] },
  votes: { type: ['string', 'null'], maxLength: 64, pattern: VOTES },
  security_class: { type: ['string', 'null'], maxLength: 32, pattern: `^[^${HOSTILE}]+$` },
} as const;

/** One row as text, the form in which every format is checked: a number is its digits, never a float. */
export const ballotRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/ballot-row.json',
  type: 'object',
  required: ['meeting_id', 'external_ref', 'item_id', 'choice'],
  properties,
} as const;
