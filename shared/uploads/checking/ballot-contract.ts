import { validate } from '#generated/ballot-row.validator.js';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { ALL_CHOICES } from '#proxy/choices.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import { BALLOT_COLUMNS, type BallotColumn, ballotRowSchema } from './ballot-upload.schema.ts';
import { rejectedRow } from './finish-row.ts';
import { missingError, numberError } from './number-error.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import { identifierError, textError } from './validate-row.ts';

/** The values of a valid row, in the form in which they are stored. */
export interface BallotValues {
  readonly meeting_id: string;
  readonly external_ref: string;
  readonly item_id: string;
  readonly choice: string;
  /** Null: all votes of the holder, or of the class that the row names. */
  readonly votes: string | null;
  /** Null: the votes of every class of the meeting. */
  readonly security_class: string | null;
}

type Found = Record<BallotColumn, unknown>;
type Fault = RowError<BallotColumn>;

export const ballotContract: RowContract<BallotColumn, BallotValues> = {
  columns: BALLOT_COLUMNS,
  required: ballotRowSchema.required,
  number: 'votes',
  spread: 'choice',
  skipsZero: true,
  ofCells: (cells, at) => ({
    meeting_id: cells[at.meeting_id],
    external_ref: cells[at.external_ref],
    item_id: cells[at.item_id],
    choice: cells[at.choice],
    votes: at.votes < 0 ? null : cells[at.votes] || null,
    security_class: at.security_class < 0 ? null : cells[at.security_class] || null,
  }),
  ofObject: (row, number) => ({
    meeting_id: trimmed(row.meeting_id),
    external_ref: trimmed(row.external_ref),
    item_id: trimmed(row.item_id),
    choice: trimmed(row.choice),
    votes: emptied(number) ?? null,
    security_class: emptied(row.security_class) ?? null,
  }),
  finish: finishBallot,
};

function finishBallot(line: number, found: Found): UploadRow<BallotColumn, BallotValues> {
  if (typeof found.external_ref === 'string') found.external_ref = found.external_ref.normalize('NFC');
  if (typeof found.meeting_id === 'string') found.meeting_id = found.meeting_id.toLowerCase();
  const error = findFault(found) ?? identifierError('external_ref', String(found.external_ref));
  if (error !== undefined) return rejectedRow(BALLOT_COLUMNS, line, found, error);
  const { votes, ...values } = found as unknown as BallotValues;
  return {
    line,
    values: { ...values, votes: votes === null ? null : canonicalDecimal(votes) },
    error: undefined,
  };
}

/** The first fault of a row, in the order of the contract's columns. */
function findFault(found: Found): Fault | undefined {
  if (validate(found)) return undefined;
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as BallotColumn;
  const value = found[column];
  const missing = missingError(column, value, column === 'votes');
  if (missing !== undefined) return missing;
  if (fault?.keyword === 'maxLength')
    return {
      column,
      code: 'too-long',
      message: `${column} must have at most ${fault.params.limit} characters.`,
    };
  switch (column) {
    case 'meeting_id':
      return {
        column,
        code: 'unknown-value',
        message: 'meeting_id must be the id of a meeting, as GET /proxy/meetings shows it.',
      };
    case 'choice':
      return { column, code: 'unknown-value', message: `choice must be one of ${ALL_CHOICES.join(', ')}.` };
    case 'votes':
      return numberError(String(value), VOTES);
    default:
      return textError(column, String(value));
  }
}

const VOTES = {
  column: 'votes',
  example: '1250.5',
  digits: 40,
  isPositive: true,
  tooManyDecimals: 'must have at most 16 decimal places',
} as const;
