import * as z from 'zod';
import { EVENT_TYPES } from '#contracts/event-types.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idOut, instant, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

export const Event = z.object({
  id: idOut,
  type: z.enum(EVENT_TYPES),
  time: instantOut,
  tenant_id: idOut,
  schema_version: z.number().int(),
  data: z.record(z.string(), z.unknown()),
});

export const listEvents = route({
  operationId: 'listEvents',
  method: 'GET',
  path: '/events',
  summary: 'List what has happened in the last 30 days, newest first',
  description:
    'Every event as webhooks get it, with the same `id`: for whoever has no address that can be called, comes later than the event, or was away for longer than deliveries are tried. Events of records, such as `shareholder.changed`, and `security.reported` are made while a webhook subscribes to them; OPS doesn’t see the latter. All others are listed whether or not one does. `from` is inclusive, `to` exclusive. An event is listed once its transaction has ended, which is a while after its `time` where that is a long one: whoever polls asks again for the last ten minutes, and knows repetitions by `id`. A page is shorter than `limit` where its events are large.',
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({
    type: z.enum(EVENT_TYPES, 'must be the type of an event').optional(),
    from: instant.optional(),
    to: instant.optional(),
    ...countedPage,
  }),
  status: 200,
  response: listOf(Event),
  problems: [],
  uses: [],
});
