import * as z from 'zod';
import { listOf, page } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { Plan } from './plans.routes.ts';

export const listMyPlans = route({
  operationId: 'listMyPlans',
  method: 'GET',
  path: '/me/plans',
  summary: 'The caller’s own plans',
  description: 'Those of the `employee_id` of the user; none without one.',
  tenants: ['SPONSOR'],
  roles: ['EMPLOYEE'],
  query: z.strictObject({ ...page }),
  status: 200,
  response: listOf(Plan),
  problems: [],
  uses: [],
});
