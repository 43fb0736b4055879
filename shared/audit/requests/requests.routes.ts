import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idOut, instant, instantOut } from '#kernel/fields.ts';
import { TENANT_TYPES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

export const LoggedRequest = z.object({
  id: idOut,
  at: instantOut.describe('The instant at which it arrived'),
  method: z.string().describe('The HTTP method'),
  route: z
    .string()
    .describe('The path of this contract, with its parameters in braces: `/shareholders/{id}`'),
  operation: z.string().describe('The operation of this contract: `getShareholder`'),
  status: z
    .int()
    .describe(
      'The HTTP status that was answered; the promised one too where the function was ended before it answered',
    ),
  problem: z.string().nullable().describe('The `type` of the problem that was answered; null without one'),
  request_id: z.string().describe('The `X-Request-ID` of the answer'),
  actor_type: z.enum(['USER', 'API_KEY']).describe('Whether a person or an API key has sent it'),
  actor_id: idOut.describe('The id of the user or the API key'),
  actor_role: z.string().describe('The role in which it was sent'),
  duration_ms: z
    .int()
    .nullable()
    .describe('Milliseconds in the function; null where the answer is the one that the operation promises'),
  source_ip: z.string().nullable().describe('The address that it came from, as the audit trail has it'),
});

export const listRequests = route({
  operationId: 'listRequests',
  method: 'GET',
  path: '/requests',
  summary: 'List the requests of the last 30 days, the newest first',
  description:
    'The requests of the tenant’s users and API keys, with what was answered: for whoever builds a program on the API and asks what became of a request. A request is listed from the moment at which it is let in, with the status that its operation promises, and with another one as soon as that is answered. **A request whose function is ended on the way keeps the promised status**: its time or memory ran out, the gateway answered 502 or 504, and nobody was left to say so here. Whether it has changed something is in the audit trail, by its `request_id`; a repetition with the same `Idempotency-Key` is safe. Of requests that were too many (429) one a minute is listed, for each caller and operation; requests without a valid token are nobody’s, and not listed. A crash of a machine may lose the last moments. `from` is inclusive, `to` exclusive. What was changed, and by whom, is in the audit trail (`GET /audit`), which keeps it for years.',
  tenants: TENANT_TYPES,
  roles: ['ADMIN', 'COMPLIANCE'],
  query: z.strictObject({
    status: z
      .enum(STATUS_CLASSES, `must be one of ${STATUS_CLASSES.join(', ')}`)
      .optional()
      .describe('The class of the status'),
    operation: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe('An operation of this contract: `listShareholders`'),
    actor_id: z.uuid('must be the id of a user or an API key').optional(),
    from: instant.optional(),
    to: instant.optional(),
    ...countedPage,
  }),
  status: 200,
  response: listOf(LoggedRequest),
  problems: [],
  uses: [],
});
