import * as z from 'zod';
import { idOut, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { PAGES_DESCRIPTION, reportPage } from './report-page.ts';

export const ReportedAccess = z.object({
  kind: z.enum(['USER', 'API_KEY', 'DROP_CREDENTIAL']),
  id: idOut,
  name: z.string(),
  role: z.string(),
  status: z.string(),
  routes: z.string().nullable(),
  granted_by: z.enum([
    'OPERATOR',
    'ADMIN',
    'INVITATION',
    'DIRECTORY',
    'CLAIM_MAP',
    'API_KEY',
    'DROP_CREDENTIAL',
  ]),
  granted_at: instantOut,
  made_by: idOut.nullable(),
  approved_by: idOut.nullable(),
  last_used_at: instantOut.nullable(),
  last_used_from: z.string().nullable(),
  expires_at: instantOut.nullable(),
  past_roles: z.string(),
  conflicts: z.string(),
  conflicts_over_time: z.string(),
  undecided: z.string(),
});

export const getAccessReport = route({
  operationId: 'getAccessReport',
  method: 'GET',
  path: '/reports/access',
  summary: 'Report who may do what, by which grant, and where duties conflict',
  description: [
    'The report lists people, API keys and drop credentials, also those that have ended: the role, how it was granted, since when, by whom, who approved it, and the last use. `granted_by` says what stands behind the role: OPERATOR who made the tenant, an ADMIN, with an INVITATION or without, a DIRECTORY that provisions users, or the CLAIM_MAP of a connection; `made_by` is the user, key or connection.',
    '`conflicts` are the controlled changes that somebody can both propose and decide on: a person by their role, a key or drop credential together with the person behind it, `made_by`. `conflicts_over_time` are those that they could propose in one of their `past_roles`, and decide on now; `undecided` are those among what they have proposed themselves, and that still waits, that their role decides on. Nobody decides on what they have proposed themselves all the same. Lists are words with spaces between; `routes` is null for all of a role. Those who have ended have no conflicts.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'COMPLIANCE'],
  query: z.strictObject({ ...reportPage }),
  status: 200,
  response: z.object({ data: z.array(ReportedAccess), next_cursor: z.string().nullable() }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
