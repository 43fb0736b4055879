import * as z from 'zod';
import { AuditEntry } from '#audit/audit.routes.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { TENANT_TYPES } from '#kernel/roles.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';

/** The objects that have a history, by how the trail names them: whoever may list a history may get each of them. */
export const TOLD_OF = [
  'approvals',
  'bank-files',
  'corporate-actions',
  'dividends',
  'meetings',
  'participants',
  'plan-documents',
  'plans',
  'releases',
  'security-classes',
  'shareholders',
  'transactions',
  'transfers',
  'uploads',
  'votes',
  'webhooks',
] as const;

const LONGEST = 200;

export const HISTORY_SORTS = { byItself: '-ts', keys: { ts: 'age' } } as const satisfies Sorts;

export const listHistory = route({
  operationId: 'listHistory',
  method: 'GET',
  path: '/history',
  summary: 'List what was done to an object',
  description: `The entries of the audit trail about one object, newest first, or oldest first as \`sort\` says. \`resource\` has the form \`shareholders/<id>\`, and is one of ${TOLD_OF.map((kind) => `\`${kind}\``).join(', ')}. ADMIN and COMPLIANCE get them as \`GET /audit\` lists them. OPS gets what was done, with the same masks, and neither what was refused nor who has read it; \`source_ip\` and \`user_agent\` are \`null\`, and of the records that were changed those of users, sessions, connections and keys are left out, whereby \`changes_complete\` is false. An object that does not exist, or is another tenant’s, has no entries.`,
  tenants: TENANT_TYPES,
  roles: ['ADMIN', 'COMPLIANCE', 'OPS'],
  sorts: HISTORY_SORTS,
  query: z.strictObject({
    resource: z
      .string()
      .max(LONGEST)
      .regex(
        new RegExp(`^(?:${TOLD_OF.join('|')})/.`),
        `must be the name of an object, such as shareholders/<id>, of ${TOLD_OF.join(', ')}`,
      ),
    ...countedPage,
    ...sortBy(HISTORY_SORTS),
  }),
  status: 200,
  response: listOf(AuditEntry),
  problems: [],
  uses: [],
});
