import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { Grant } from './grant-shape.ts';

const sponsor = { tenants: ['SPONSOR'] } as const;
export const listGrants = route({
  operationId: 'listGrants',
  method: 'GET',
  path: '/plans/{id}/grants',
  summary: 'List the grants of a plan, oldest first, with what has vested of each',
  ...sponsor,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'],
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Grant),
  problems: ['not-found'],
  uses: [],
});
