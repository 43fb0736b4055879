import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { id, idInPath, idOut, instantOut, isoDate, text } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

const MAX_REASON = 500;
const MAX_EMPLOYEE_ID = 100;

const SUBJECTS = ['SHAREHOLDER', 'PARTICIPANT', 'TENANT'] as const;
const STATUSES = ['ACTIVE', 'RELEASED'] as const;

export const LegalHold = z.object({
  id: idOut,
  tenant_id: idOut,
  subject: z.enum(SUBJECTS),
  shareholder_id: idOut.nullable(),
  employee_id: z.string().nullable(),
  /** The name of the holder or participant, where holds are read and the name was not erased. */
  subject_name: z.string().optional(),
  reason: z.string(),
  status: z.enum(STATUSES),
  placed_by: idOut.nullable(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  released_by: idOut.nullable(),
  released_at: instantOut.nullable(),
  version: z.number().int(),
});

const reason = text(MAX_REASON);

const NewLegalHold = z
  .strictObject({
    subject: z.enum(SUBJECTS, 'must be SHAREHOLDER, PARTICIPANT or TENANT'),
    shareholder_id: id.optional(),
    employee_id: text(MAX_EMPLOYEE_ID).optional(),
    reason,
  })
  .refine(({ subject, shareholder_id }) => (subject === 'SHAREHOLDER') === (shareholder_id !== undefined), {
    path: ['shareholder_id'],
    message: 'is allowed only for a SHAREHOLDER',
  })
  .refine(({ subject, employee_id }) => (subject === 'PARTICIPANT') === (employee_id !== undefined), {
    path: ['employee_id'],
    message: 'is allowed only for a PARTICIPANT',
  });

const keepers = { roles: ['COMPLIANCE'] } as const;

export const placeLegalHold = route({
  operationId: 'placeLegalHold',
  forSuspended: true,
  method: 'POST',
  path: '/legal-holds',
  summary: 'Place a legal hold',
  description:
    'While a hold is active, no record of its subject is purged, however old. A TENANT hold keeps everything.',
  ...keepers,
  body: NewLegalHold,
  example: {
    subject: 'SHAREHOLDER',
    shareholder_id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d',
    reason: 'Matter 2026-117, preservation order',
  },
  status: 201,
  location: '/legal-holds/{id}',
  response: LegalHold,
  concurrency: 'etag',
  audit: 'legal-hold.placed',
  problems: [],
  uses: [],
});

export const listLegalHolds = route({
  operationId: 'listLegalHolds',
  method: 'GET',
  path: '/legal-holds',
  summary: 'List legal holds',
  roles: ['ADMIN', 'COMPLIANCE'],
  query: z.strictObject({ status: z.enum(STATUSES).optional(), ...countedPage }),
  status: 200,
  response: listOf(LegalHold),
  discloses: true,
  problems: [],
  uses: [],
});

export const getLegalHold = route({
  operationId: 'getLegalHold',
  method: 'GET',
  path: '/legal-holds/{id}',
  summary: 'Get a legal hold',
  roles: ['ADMIN', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: LegalHold,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const releaseLegalHold = route({
  operationId: 'releaseLegalHold',
  forSuspended: true,
  peopleOnly: true,
  method: 'DELETE',
  path: '/legal-holds/{id}',
  summary: 'Release a legal hold',
  description:
    'A second person has to approve it: the answer is a change request. The next run then purges the records that it kept, if their retention period has ended. Releasing it again changes nothing, and is answered 204.',
  ...keepers,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'legal-hold.released',
  waiting: ChangeRequest,
  problems: ['not-found', 'change-pending'],
  uses: ['eventBus:put'],
});

export const previewRetention = route({
  operationId: 'previewRetention',
  forSuspended: true,
  method: 'POST',
  path: '/retention/preview',
  summary: 'Preview the next purge',
  description:
    'For the run of a day, by default the next one: the number of records of each category whose retention period has ended, and how many of them a legal hold keeps.',
  roles: ['ADMIN', 'COMPLIANCE'],
  body: z.strictObject({ as_of: isoDate.optional() }),
  example: { as_of: '2033-01-31' },
  status: 200,
  response: z.object({
    as_of: z.string(),
    policy: z.object({
      record_years: z.number().int(),
      file_years: z.number().int(),
      errors_days: z.number().int(),
      delivery_days: z.number().int(),
    }),
    data: z.array(
      z.object({
        category: z.string(),
        /** Erased or deleted by the next run. */
        due: z.number().int(),
        /** The records that are due but that a hold keeps. */
        held: z.number().int(),
      }),
    ),
  }),
  idempotency: 'none',
  limit: 'reports',
  problems: [],
  uses: ['retentionPolicy:read'],
});
