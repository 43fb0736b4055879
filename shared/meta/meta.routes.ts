import { z } from 'zod';
import { route } from '#platform/http/route.ts';

/** What describes the platform rather than a tenant's data. Nothing here needs the database, so that it answers without. */
const open = {
  method: 'GET',
  base: 'root',
  roles: 'PUBLIC',
  status: 200,
  uses: [],
  database: false,
} as const;

export const getHealth = route({
  ...open,
  operationId: 'getHealth',
  path: '/health',
  summary: 'Whether the platform answers',
  description:
    'Liveness alone: it says nothing of the database, so that a probe never restarts what is well.',
  response: z.object({ status: z.literal('ok') }),
  problems: [],
});
