import * as z from 'zod';
import { booleanInQuery } from '#kernel/fields.ts';
import { UPLOADING_ROLES } from '#uploads/upload-kind.ts';

/** A Lambda function takes six megabytes a call, and in base64, as bytes reach it, three are four. */
export const MAX_MULTIPART_BYTES = 4_500_000;

/** The parts of the declaration that all kinds of files share. */
export const sending = {
  method: 'POST',
  roles: UPLOADING_ROLES,
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  example: { filename: 'rows.csv', size: 1_048_576 },
  consumes: ['application/json', 'multipart/form-data'],
  status: 202,
  location: '/uploads/{id}',
  audit: 'upload.received',
  problems: ['payload-too-large', 'unsupported-media-type'],
  limit: 'uploads',
  uses: ['uploadsBucket:read', 'uploadsBucket:write'],
  // A file in memory has three copies: as base64, as bytes, and as it is passed on.
  memoryMb: 1024,
  timeoutSeconds: 29,
} as const;

export const DOORS = [
  `A file of up to ${MAX_MULTIPART_BYTES} bytes goes into the field \`file\` of a multipart form and is answered 202. For a`,
  'larger one send its `filename`, `size` and, if you have it, `sha256` as JSON: the answer, 201, says where to PUT the bytes, by URLs that work for an hour: repeat the request with its `Idempotency-Key` for new ones.',
];
export const MAPPED =
  'A CSV file with other columns, dates or decimals loads by a `mapping` of `/uploads/mappings`: its id is in the query, the body or the form.';
export const SAME_BYTES = [
  'Bytes that were loaded before are not loaded again: the answer, 200, is the first upload. With `dry_run=true` everything is',
  'checked and nothing is loaded; of a register, `changes` say what would be changed.',
];
