import { validate } from '#generated/participant-row.validator.js';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { isoDate } from '#kernel/fields.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import { rejectedRow } from './finish-row.ts';
import { missingError, numberError } from './number-error.ts';
import {
  PARTICIPANT_COLUMNS,
  PARTICIPANT_DAYS,
  type ParticipantColumn,
  participantRowSchema,
} from './participant-upload.schema.ts';
import { type RowContract, trimmed } from './row-contract.ts';
import { hostileTextError, identifierError, textError } from './validate-row.ts';

/** The cells of a valid row: null where the file has no such column, empty where it clears what is on record. */
export type ParticipantValues = Readonly<Record<ParticipantColumn, string | null>>;

type Found = Partial<Record<ParticipantColumn, unknown>>;
type Fault = RowError<ParticipantColumn>;

export const participantContract: RowContract<ParticipantColumn, ParticipantValues> = {
  columns: PARTICIPANT_COLUMNS,
  required: participantRowSchema.required,
  number: 'compensation',
  // A file without pay is one of people all the same.
  spread: 'name',
  days: { columns: PARTICIPANT_DAYS, invalid: 'invalid-date' },
  skipsZero: false,
  ofCells: (cells, at) => ({
    employee_id: cells[at.employee_id],
    name: cells[at.name],
    email: at.email < 0 ? undefined : cells[at.email],
    date_of_birth: at.date_of_birth < 0 ? undefined : cells[at.date_of_birth],
    hired_on: at.hired_on < 0 ? undefined : cells[at.hired_on],
    terminated_on: at.terminated_on < 0 ? undefined : cells[at.terminated_on],
    rehired_on: at.rehired_on < 0 ? undefined : cells[at.rehired_on],
    compensation: at.compensation < 0 ? undefined : cells[at.compensation],
    plan_type: at.plan_type < 0 ? undefined : cells[at.plan_type],
    enrolled_on: at.enrolled_on < 0 ? undefined : cells[at.enrolled_on],
    plan_document: at.plan_document < 0 ? undefined : cells[at.plan_document],
  }),
  ofObject: (row, number) => ({
    employee_id: trimmed(row.employee_id),
    name: trimmed(row.name),
    email: cleared(row.email),
    date_of_birth: cleared(row.date_of_birth),
    hired_on: cleared(row.hired_on),
    terminated_on: cleared(row.terminated_on),
    rehired_on: cleared(row.rehired_on),
    compensation: number === null ? '' : number,
    plan_type: cleared(row.plan_type),
    enrolled_on: cleared(row.enrolled_on),
    plan_document: cleared(row.plan_document),
  }),
  finish: finishParticipant,
};

/** Null of a JSON object is an empty cell. */
function cleared(value: unknown): unknown {
  return value === null ? '' : trimmed(value);
}

function finishParticipant(line: number, found: Found): UploadRow<ParticipantColumn, ParticipantValues> {
  for (const column of ['employee_id', 'name', 'plan_document'] as const) {
    const text = found[column];
    if (typeof text === 'string') found[column] = text.normalize('NFC');
  }
  const error = findFault(found) ?? findLaterFault(found as Record<ParticipantColumn, string>);
  if (error !== undefined) return rejectedRow(PARTICIPANT_COLUMNS, line, found, error);
  const cells = found as Partial<Record<ParticipantColumn, string>>;
  const { compensation } = cells;
  const values = Object.fromEntries(PARTICIPANT_COLUMNS.map((column) => [column, cells[column] ?? null]));
  return {
    line,
    values: {
      ...(values as ParticipantValues),
      compensation: compensation ? canonicalDecimal(compensation) : (compensation ?? null),
    },
    error: undefined,
  };
}

/** The fault of a row that has the shape of one. */
function findLaterFault(found: Record<ParticipantColumn, string>): Fault | undefined {
  const { employee_id, plan_type, enrolled_on, plan_document } = found;
  if (employee_id === '.' || employee_id === '..')
    return {
      column: 'employee_id',
      code: 'unknown-value',
      message: 'employee_id must not be a dot, nor two.',
    };
  const impossible = PARTICIPANT_DAYS.find(
    (column) => Boolean(found[column]) && !isoDate.safeParse(found[column]).success,
  );
  if (impossible !== undefined) return invalidDay(impossible);
  if (enrolled_on && !plan_type && !plan_document)
    return {
      column: 'plan_type',
      code: 'required',
      message: 'plan_type, or plan_document, is required beside enrolled_on.',
    };
  return (
    identifierError('employee_id', employee_id) ??
    hostileTextError('name', found.name) ??
    (found.email ? hostileTextError('email', found.email) : undefined)
  );
}

function invalidDay(column: ParticipantColumn): Fault {
  return { column, code: 'invalid-date', message: `${column} must be a day that exists, as 2026-01-31.` };
}

/** The first fault of a row against its schema. */
function findFault(found: Found): Fault | undefined {
  if (validate(found)) return undefined;
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as ParticipantColumn;
  const value = found[column];
  const missing = missingError(column, value, column === 'compensation');
  if (missing !== undefined) return missing;
  if (fault?.keyword === 'maxLength')
    return { column, code: 'too-long', message: `${column} has too many characters.` };
  switch (column) {
    case 'employee_id':
    case 'name':
    case 'plan_document':
      return textError(column, String(value));
    case 'email':
      return { column, code: 'invalid-email', message: 'email must be an email address.' };
    case 'plan_type':
      return {
        column,
        code: 'unknown-value',
        message: 'plan_type must be RSU, 401K, ESPP or ESOP, or empty.',
      };
    case 'compensation':
      return payError(String(value));
    default:
      return invalidDay(column);
  }
}

/** Rows of amounts of zero are ignored; a person whose pay is 0 is one whose pay is wrong. */
function payError(text: string): Fault {
  const fault = numberError(text, PAY);
  if (fault.code !== 'zero') return fault;
  return {
    column: 'compensation',
    code: 'not-positive',
    message: 'compensation must be greater than zero; leave it empty where it isn’t known.',
  };
}

const PAY = {
  column: 'compensation',
  example: '85000.00',
  digits: 12,
  isPositive: true,
  tooManyDecimals: 'must have at most 2 decimal places',
} as const;
