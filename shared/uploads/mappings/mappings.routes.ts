import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text, wholeNumber } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { ENCODINGS } from '#uploads/formats/upload-row.ts';
import { encoding } from '#uploads/intake/upload-settings.ts';
import { UPLOAD_KINDS, UPLOADING_ROLES } from '#uploads/upload-kind.ts';
import { SEPARATORS } from './mapping.ts';

/** Wider files have other columns, which nobody needs to name. */
const MAX_COLUMNS = 50;
const MAX_VALUES = 200;
const MAX_SKIPPED_LINES = 100;
const DECIMALS = ['.', ','] as const;

const texts = z.record(z.string(), z.string()).nullable();

export const UploadMapping = z.object({
  id: idOut,
  kind: z.enum(UPLOAD_KINDS),
  name: z.string(),
  columns: z.array(z.object({ from: z.string(), to: z.string(), value: texts, values: texts })),
  separator: z.enum(SEPARATORS).nullable(),
  encoding: z.enum(ENCODINGS).nullable(),
  decimal: z.enum(DECIMALS).nullable(),
  date_format: z.string().nullable(),
  skip_lines: z.number().int(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  updated_at: instantOut,
});

const named = (most: number) =>
  z
    .record(z.string().max(200), text(200))
    .refine((values) => Object.keys(values).length <= most, `must have at most ${most} members`);

const column = z.strictObject({
  /** A name in the header, in any case. */
  from: text(200),
  /** A column of our own files. */
  to: text(40),
  /** The values of other columns in the rows that this one gives, where it gives the shares, amounts, votes or choices. */
  value: named(10).optional(),
  /** Our values by those of the source. */
  values: named(MAX_VALUES).optional(),
});

const NewMapping = z.strictObject({
  /** A folder of the drop folder may be named so. */
  name: z
    .string('must be a string')
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}[A-Za-z0-9]$|^[A-Za-z0-9]$/,
      'must be up to 64 letters, digits, spaces, points, hyphens and underscores, and begin and end with a letter or digit',
    ),
  kind: z.enum(UPLOAD_KINDS, `must be one of ${UPLOAD_KINDS.join(', ')}`),
  columns: z.array(column).min(1, 'must name a column').max(MAX_COLUMNS),
  separator: z.enum(SEPARATORS, 'must be a comma, a semicolon, a tab or a bar').optional(),
  encoding: encoding.optional(),
  decimal: z.enum(DECIMALS, 'must be a point or a comma').optional(),
  date_format: z.string('must be a string').max(20).optional(),
  skip_lines: wholeNumber(0, MAX_SKIPPED_LINES).optional(),
});

const writers = { roles: UPLOADING_ROLES } as const;
const readers = { roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

const example = {
  name: 'Acme Payroll',
  kind: 'contributions',
  columns: [
    { from: 'Emp No', to: 'employee_id' },
    { from: 'Plan', to: 'plan_type', values: { K: '401K' } },
    { from: 'Pay date', to: 'period' },
    { from: 'Deferral', to: 'amount', value: { source: 'EMPLOYEE' } },
    { from: 'Match', to: 'amount', value: { source: 'EMPLOYER' } },
  ],
  separator: ';',
  decimal: ',',
  date_format: 'DD.MM.YYYY',
  skip_lines: 2,
};

export const createUploadMapping = route({
  operationId: 'createUploadMapping',
  method: 'POST',
  path: '/uploads/mappings',
  summary: 'Save how the files of a source are to be read',
  description: [
    'A mapping lets CSV files of a payroll system, a transfer agent or a bank load as they are. An upload names it by `mapping`; a file that is put into a folder of that name in the drop folder, such as `shareholders/Transfer Agent/`, is read by it as well.',
    '`columns` say what each column of the source is here; others are passed over. Several columns may give `holdings`, `amount` or `votes` (of ballots without votes, `choice`) if each has its own `value`, such as `{"source": "EMPLOYER"}`: a line then gives a row for each that isn’t empty (and but for holdings, isn’t zero). `values` translate the codes of the source; a code that isn’t among them is an error of its row.',
    'With a `decimal`, numbers may have their thousands apart (`1.234,50` or `1 234,50` with a comma); without it, only plain digits with a point are numbers, and `1,234` is an error. With one, an amount of a payroll file may also be `$1,234.00`: it is in USD, unless a column says the currency. `date_format` has YYYY, MM or M, and DD or D, as in `DD.MM.YYYY`; the `period` of a payroll file may be a month. `skip_lines` are the lines above the header.',
    'A file is read by the mapping as it was when the file was received. Errors files have our columns: they are uploaded without the mapping.',
  ].join('\n\n'),
  ...writers,
  body: NewMapping,
  example,
  status: 201,
  location: '/uploads/mappings/{id}',
  response: UploadMapping,
  concurrency: 'etag',
  audit: 'upload-mapping.created',
  problems: ['mapping-exists', 'too-many-mappings'],
  uses: [],
});

export const listUploadMappings = route({
  operationId: 'listUploadMappings',
  method: 'GET',
  path: '/uploads/mappings',
  summary: 'List the mappings, oldest first',
  ...readers,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(UploadMapping),
  problems: [],
  uses: [],
});

export const getUploadMapping = route({
  operationId: 'getUploadMapping',
  method: 'GET',
  path: '/uploads/mappings/{id}',
  summary: 'Get a mapping',
  ...readers,
  params: idInPath,
  status: 200,
  response: UploadMapping,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const replaceUploadMapping = route({
  operationId: 'replaceUploadMapping',
  method: 'PUT',
  path: '/uploads/mappings/{id}',
  summary: 'Replace a mapping',
  description: 'Its `kind` stays. Files that were received before are read as before.',
  ...writers,
  params: idInPath,
  body: NewMapping,
  example,
  status: 200,
  response: UploadMapping,
  concurrency: 'if-match',
  audit: 'upload-mapping.changed',
  problems: ['not-found', 'mapping-exists', 'precondition-failed', 'precondition-required'],
  uses: [],
});

export const deleteUploadMapping = route({
  operationId: 'deleteUploadMapping',
  method: 'DELETE',
  path: '/uploads/mappings/{id}',
  summary: 'Delete a mapping',
  ...writers,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'upload-mapping.deleted',
  problems: ['not-found'],
  uses: [],
});
