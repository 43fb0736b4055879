import * as z from 'zod';
import { link } from '#contracts/links.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  dateOut,
  decimalOut,
  idInPath,
  idOut,
  instantOut,
  kycStatus,
  text,
  wholeNumber,
} from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';
import { MAX_UPLOAD_BYTES, uploadFormat } from '#uploads/formats/upload-row.ts';
import { UPLOAD_KINDS, UPLOADING_ROLES } from '#uploads/upload-kind.ts';
import { DOORS, MAPPED, SAME_BYTES, sending } from './sending-file.ts';
import { payrollSettings, registerSettings, UPLOAD_MODES } from './upload-settings.ts';

const UPLOAD_STATES = ['RECEIVED', 'VALIDATING', 'AWAITING_APPROVAL', 'COMPLETED', 'FAILED'] as const;

export const UploadError = z.object({
  /** The physical line on which the row begins. */
  line: z.number().int(),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});

const count = z.number().int();

/** An upload without its findings, as lists show it. */
export const UploadSummary = z.object({
  id: idOut,
  kind: z.enum([...UPLOAD_KINDS, 'unknown']),
  door: z.enum(['MULTIPART', 'PRESIGNED', 'DROP']),
  state: z.enum(UPLOAD_STATES),
  filename: z.string(),
  dry_run: z.boolean(),
  /** The day of which a register speaks; null: the day on which it is loaded, unless its rows say another. */
  as_of: dateOut.nullable(),
  /** Whether holders whom a register doesn't name are left alone, or set to zero in the classes that it names. */
  mode: z.enum(UPLOAD_MODES),
  /** The mapping by which it is read. It may have been changed or deleted since: the file is read by it as it was. */
  mapping: idOut.nullable(),
  /** The instant at which the file was there: files count in this order. */
  received_at: instantOut.nullable(),
  /** Rows read so far; in the end accepted + rejected + ignored. */
  rows: count,
  accepted: count,
  rejected: count,
  /** Rows that ask for nothing: amounts or votes of zero. */
  ignored: count,
  /** The accepted rows of a payroll file that it has recorded, of ballots that it has cast, or of payees or participants that it has changed. Null for a register, which has `changes`, and until the file is judged and doesn’t wait. */
  recorded: count.nullable(),
  /** The accepted rows that were recorded, cast or set before. */
  unchanged: count.nullable(),
  bytes_done: count,
  bytes_total: count,
  sha256: z.string().nullable(),
  /** `code: what is wrong with the file as a whole`. */
  failure: z.string().nullable(),
  /** The upload that loaded the same bytes first, and whose result this is. */
  duplicate_of: idOut.nullable(),
  /** The user whose file it is: who uploaded it, or owns the credential by which it was dropped. Null: nobody knows who dropped it, and it has failed. */
  uploaded_by: idOut.nullable(),
  /** The credential by which it was dropped. */
  drop_credential_id: idOut.nullable(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  completed_at: instantOut.nullable(),
});

export const Upload = UploadSummary.extend({
  /** The first fifty. */
  errors: z.array(UploadError),
  warnings: z.array(z.object({ column: z.string(), code: z.string(), message: z.string() })),
  /** The URL of all rejected rows, as CSV to be corrected and uploaded again. It works without a token, for fifteen minutes. */
  errors_url: z.string().nullable(),
  /** The changes by a register, or a file of payees or participants: those that were made, or, of a file that waits for a second person or is only checked, would be. Null for other files, and until it is compared. */
  changes: z
    .object({
      created: count,
      changed: count,
      unchanged: count,
      /** Positions in the classes of the file that it doesn't name: they stay, unless its mode is `replace`. Null: nobody counted them. */
      absent: count.nullable(),
      by_class: z.array(
        z.object({
          security_class: z.string(),
          before: decimalOut,
          after: decimalOut,
          /** Shares that leave holders or come to them, whichever are more. */
          moved: decimalOut,
        }),
      ),
      /** Payees by the KYC status that they had and get. Null: the file is of something else. */
      by_status: z.array(z.object({ before: kycStatus, after: kycStatus, payees: count })).nullable(),
      /** The people whom a file of participants enrols in a plan. Null: the file is of something else. */
      enrolled: count.nullable(),
      /** The twenty largest changes. A position that the file doesn't name has no line. Null: a file of more than 10,000 rows was loaded into an empty register, so it is itself the list, or it is a file of payees. */
      largest: z
        .array(
          z.object({
            line: count.nullable(),
            external_ref: z.string(),
            before: decimalOut,
            after: decimalOut,
          }),
        )
        .nullable(),
      /** The first fifty new holders whose references differ from another's only in case, width, leading zeros or a spreadsheet's marks (`="007"`). Null: as with `largest`. */
      look_alikes: z.array(z.object({ line: count, external_ref: z.string(), like: z.string() })).nullable(),
    })
    .nullable(),
  /** The URL of every changed holder or payee, as CSV, like `errors_url`; of a bank account, its last four digits. Null where nothing was compared. */
  changes_url: z.string().nullable(),
});

/** An upload, and where its bytes are to be sent. */
export const OfferedUpload = Upload.extend({
  /** PUT the file here, with its `Content-Length` and the `upload_headers`. It writes once: 412 says that the file is there. */
  upload_url: z.string().optional(),
  upload_headers: z.object({ 'If-None-Match': z.literal('*') }).optional(),
  /** PUT exactly `part_size` bytes to each (the rest to the last), then complete the upload with the ETags that the PUTs answer. */
  parts: z.array(z.object({ part_number: z.number().int(), url: z.string() })).optional(),
  part_size: z.number().int().optional(),
  complete_url: link.optional(),
});

export const NewUpload = z.strictObject({
  filename: text(255).refine(
    (name) => uploadFormat(name) !== undefined,
    'must end in .csv, .json, .ndjson or .jsonl',
  ),
  size: wholeNumber(1, MAX_UPLOAD_BYTES),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
    .optional(),
});

const readers = { roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
export const createShareholderUpload = route({
  operationId: 'createShareholderUpload',
  path: '/uploads/shareholders',
  summary: 'Upload a register of shareholders',
  description: [
    ...DOORS,
    'Columns: `external_ref`, `name`, `holdings`, and `email`, which may be missing: then emails are unchanged, while an empty',
    'cell clears one. `kind` (PERSON or ORGANISATION), `given_name`, `family_name`, `phone`, `address`, and in parts `address_line_1` to `address_line_3`, `city`, `region`, `postal_code` and `country` (ISO 3166)',
    'are likewise optional: the parts of a name are set together, and so are those of an address; they make the name and the address where a row has none. A row sets the shares of one class, `security_class` (default COMMON; a holder of several must be named with it), so a holder',
    'may have a row for each. With `as_of` (in the query, the body or the form), or a column `effective_date`, the shares are those of the close of',
    'that day: what has happened since stays, and `warnings` name the dividends and meetings that it is too late for. A file that hasn’t its `expected_rows`, or comes to other holdings than its `expected_total`, fails. CSV may have commas, semicolons or tabs, and a line `sep=`; text is UTF-8, UTF-16 with its mark, or what `encoding` names. Holders that are not in the file are unchanged; with `mode=replace`',
    'they are set to zero in the classes that the file names. Such a file fails if one of its rows is wrong, or none is right. The answer’s `changes` say what the load has changed. A file that moves more shares of a class than the limit of',
    '`/settings/register` waits in the state AWAITING_APPROVAL, with its `changes`, until a second person approves it under `/approvals`;',
    'then it is loaded as it was shown, except for holders who have changed since, whose rows are refused.',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  tenants: ['ISSUER'],
  ...sending,
  query: sending.query.extend(registerSettings),
  body: NewUpload.extend(registerSettings),
  response: OfferedUpload,
});

export const createContributionUpload = route({
  operationId: 'createContributionUpload',
  path: '/uploads/contributions',
  summary: 'Upload a payroll file of contributions',
  description: [
    ...DOORS,
    'Columns: `employee_id`, `plan_type`, `amount`, `period` (a month, effective on its last day, or a day), and optionally `source` (default',
    'EMPLOYEE), `currency` (default the plan’s) and `run_id`, which tells a further run of the same pay date from the regular one, such as a bonus. A pay date is recorded once for each plan, source and run, whichever',
    'files it is in: the same amount again changes nothing, a different amount is an error of its row. The rules of single contributions apply. A file that hasn’t its `expected_rows`, or comes to other amounts than its `expected_total`, fails: all of its rows count, wrong ones and zeros too.',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  tenants: ['SPONSOR'],
  ...sending,
  query: sending.query.extend(payrollSettings),
  body: NewUpload.extend(payrollSettings),
  response: OfferedUpload,
});

export const completeUpload = route({
  operationId: 'completeUpload',
  method: 'POST',
  path: '/uploads/{id}/complete',
  summary: 'Complete the upload of a large file from its parts',
  description:
    'The body lists the ETag that each PUT of a part returned, in the order of the parts. Together they have the `size` that was announced.',
  roles: UPLOADING_ROLES,
  params: idInPath,
  body: z.strictObject({
    parts: z
      .array(z.strictObject({ part_number: wholeNumber(1, 10_000), etag: text(100) }))
      .min(1, 'must name a part')
      .max(10_000),
  }),
  example: { parts: [{ part_number: 1, etag: '"9b2cf535f27731c974343645a3985328"' }] },
  status: 202,
  location: '/uploads/{id}',
  response: Upload,
  audit: 'upload.received',
  limit: 'uploads',
  problems: ['not-found', 'conflict'],
  uses: ['uploadsBucket:read', 'uploadsBucket:write'],
});

export const UPLOAD_SORTS = {
  byItself: '-created_at',
  keys: { created_at: 'age', completed_at: 'instant?', filename: 'text' },
} as const satisfies Sorts;

export const listUploads = route({
  operationId: 'listUploads',
  method: 'GET',
  path: '/uploads',
  summary: 'List uploads, newest first',
  ...readers,
  sorts: UPLOAD_SORTS,
  query: z.strictObject({ ...countedPage, ...sortBy(UPLOAD_SORTS), state: z.enum(UPLOAD_STATES).optional() }),
  status: 200,
  response: listOf(UploadSummary),
  problems: [],
  uses: [],
});

export const getUpload = route({
  operationId: 'getUpload',
  method: 'GET',
  path: '/uploads/{id}',
  summary: 'Get the progress and result of an upload',
  ...readers,
  params: idInPath,
  status: 200,
  response: Upload,
  problems: ['not-found'],
  uses: ['uploadsBucket:read'],
});
