import * as z from 'zod';
import { idInPath } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { UPLOADING_ROLES } from '#uploads/upload-kind.ts';

/** More rows than a person corrects by hand. */
export const MOST_REJECTED_ROWS = 200;

export const getRejectedRows = route({
  operationId: 'getRejectedRows',
  method: 'GET',
  path: '/uploads/{id}/rejected-rows',
  summary: 'Get the first rejected rows of an upload, to be corrected',
  description: `The first ${MOST_REJECTED_ROWS} rows of the errors file, as they stand there: the columns of the kind of file, and \`vestry_error_line\`, \`_column\`, \`_code\`, \`_message\` and \`_row\`. Written as CSV again, with corrected cells, they are a file that can be uploaded; what nobody has corrected is refused again where it was wrong only in its file, such as a repeated reference. \`complete\` is false where the errors file has more. An upload without rejected rows, or whose errors file is no longer kept, has none: 404. Whoever reads them stands in the audit trail.`,
  roles: UPLOADING_ROLES,
  params: idInPath,
  status: 200,
  response: z.object({
    columns: z.array(z.string()),
    /** The cells of each row, in the order of the columns. */
    rows: z.array(z.array(z.string())),
    complete: z.boolean(),
  }),
  problems: ['not-found'],
  uses: ['uploadsBucket:read'],
});
