import { PLAN_TYPES } from '#plans/plan-types.ts';

/** The data contract of `POST /uploads/participants`: a row is an employee of the sponsor. Columns in the order of our own files. */
export const PARTICIPANT_COLUMNS = [
  'employee_id',
  'name',
  'email',
  'date_of_birth',
  'hired_on',
  'terminated_on',
  'rehired_on',
  'compensation',
  'plan_type',
  'enrolled_on',
  'plan_document',
] as const;
export type ParticipantColumn = (typeof PARTICIPANT_COLUMNS)[number];

/** The columns of days. */
export const PARTICIPANT_DAYS = [
  'date_of_birth',
  'hired_on',
  'terminated_on',
  'rehired_on',
  'enrolled_on',
] as const satisfies readonly ParticipantColumn[];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';
/** Whether the day exists is checked after. An empty cell clears what is on record. */
const DAY = '^(?:(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])?$';
/** More than zero, at most 12 digits before the point; US dollars. */
const AMOUNT = '^(?:(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,2}0*)?)?$';

const day = { type: 'string', pattern: DAY } as const;
const properties = {
  employee_id: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  name: { type: 'string', maxLength: 200, pattern: `^[^${HOSTILE}]+$` },
  email: { type: 'string', maxLength: 254, anyOf: [{ const: '' }, { format: 'email' }] },
  date_of_birth: day,
  hired_on: day,
  terminated_on: day,
  rehired_on: day,
  compensation: { type: 'string', maxLength: 40, pattern: AMOUNT },
  plan_type: { type: 'string', enum: [...PLAN_TYPES, ''] },
  enrolled_on: day,
  plan_document: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]*$` },
} as const;

/** One row as text, the form in which every format is checked: a number is its digits, never a float. */
export const participantRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/participant-row.json',
  type: 'object',
  required: ['employee_id', 'name'],
  properties,
} as const;
