import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { route } from '#platform/http/route.ts';
import { EXPORT_STATES, EXPORTERS, ReportExport } from './exports.routes.ts';

export const listReportExports = route({
  operationId: 'listReportExports',
  method: 'GET',
  path: '/reports/exports',
  summary: 'List the exports of reports, the newest first',
  description:
    'With the size and the SHA-256 of each file, by which whoever is handed it can tell that it is the one that was written. `url` is null here: `GET /reports/exports/{id}` hands a file out, to whoever may read its report.',
  ...EXPORTERS,
  query: z.strictObject({
    state: z.enum(EXPORT_STATES, `must be one of ${EXPORT_STATES.join(', ')}`).optional(),
    ...countedPage,
  }),
  status: 200,
  response: listOf(ReportExport),
  problems: [],
  uses: [],
});
