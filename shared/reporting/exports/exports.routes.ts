import * as z from 'zod';
import { idInPath, idOut, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

export const REPORT_NAMES = [
  'holdings',
  'transactions',
  'dividend',
  'vesting',
  'contributions',
  '1099-div',
  '1042-s',
  'access',
  'statement',
  'plan-statement',
  'audit',
] as const;
export const EXPORT_STATES = ['QUEUED', 'RUNNING', 'DONE', 'FAILED'] as const;
const FORMATS = ['csv', 'ndjson', 'pdf'] as const;

/** A longer PDF has more than 120 pages, and no reader; a table is for programs, and has no limit. */
export const MAX_PDF_LINES = 5_000;

/** Days that a file is kept, as the bucket's lifecycle rule has it. */
export const EXPORT_DAYS = 7;

export const ReportExport = z.object({
  id: idOut,
  report: z.enum(REPORT_NAMES),
  parameters: z.record(z.string(), z.string()),
  format: z.enum(FORMATS),
  state: z.enum(EXPORT_STATES),
  rows: z.number().int(),
  /** The size of the file, and what its bytes come to; null until it is written. */
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  url: z.string().nullable(),
  failure: z.string().nullable(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  completed_at: instantOut.nullable(),
  expires_at: instantOut.nullable(),
});

export const EXPORTERS = {
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
} as const;

const shared = {
  ...EXPORTERS,
  response: ReportExport,
} as const;

export const createReportExport = route({
  ...shared,
  operationId: 'createReportExport',
  forSuspended: true,
  method: 'POST',
  path: '/reports/exports',
  summary: 'Write a report to a file',
  description: `Use this for reports that are too long for an answer; a worker writes the file. \`parameters\` are those of the report's own route, as text; \`dividend\` takes its \`id\`, \`statement\` the holder’s, and \`plan-statement\` the plan’s; \`audit\` is the whole trail, the oldest entry first, and takes \`from\` and \`to\`. \`csv\` has the format of the route's CSV, \`ndjson\` one item per line. A statement can be a \`pdf\` too, of up to ${MAX_PDF_LINES} lines: the same statement gives the same bytes. The file is kept for ${EXPORT_DAYS} days.`,
  body: z.strictObject({
    report: z.enum(REPORT_NAMES, `must be one of ${REPORT_NAMES.join(', ')}`),
    parameters: z.record(z.string(), z.string('must be a string')).default({}),
    format: z.enum(FORMATS, 'must be csv, ndjson or pdf').default('csv'),
  }),
  example: { report: 'transactions', parameters: { from: '2026-01-01', to: '2026-12-31' }, format: 'csv' },
  status: 202,
  location: '/reports/exports/{id}',
  audit: 'report.exported',
  limit: 'reports',
  problems: ['not-found'],
  uses: ['queue:report-exports:send'],
});

export const getReportExport = route({
  ...shared,
  operationId: 'getReportExport',
  forSuspended: true,
  method: 'GET',
  path: '/reports/exports/{id}',
  summary: 'Get the progress of an export, and its file',
  description: 'While the file is kept, each answer has a new `url` that is valid for fifteen minutes.',
  params: idInPath,
  status: 200,
  problems: ['not-found'],
  uses: ['exports:read'],
});
