import * as z from 'zod';
import { idInPath, isoDate } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { Grant } from './grant-shape.ts';

const writers = { tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS'] } as const;
const grantInPath = idInPath.extend({
  grant_id: z.string().meta({ openapi: { type: 'string', format: 'uuid' } }),
});

export const cancelGrant = route({
  operationId: 'cancelGrant',
  method: 'POST',
  path: '/plans/{id}/grants/{grant_id}/cancel',
  summary: 'Cancel what a grant has not vested',
  description:
    'What has vested by the end of `cancelled_on` (default today, at most a year ahead) stays, and so does what waits for an event; the rest is forfeited. Until that day has come, another day corrects it and null withdraws it. The plan’s other grants go on.',
  ...writers,
  params: grantInPath,
  body: z.strictObject({ cancelled_on: isoDate.nullable().optional() }),
  example: { cancelled_on: null },
  status: 200,
  response: Grant,
  concurrency: 'if-match',
  audit: 'plan.grant-cancelled',
  problems: [
    'not-found',
    'plan-terminated',
    'grant-cancelled',
    'precondition-failed',
    'precondition-required',
  ],
  uses: [],
});
