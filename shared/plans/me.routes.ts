import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { route } from '#platform/http/route.ts';
import { Plan } from './plan-shape.ts';

export const listMyPlans = route({
  operationId: 'listMyPlans',
  method: 'GET',
  path: '/me/plans',
  summary: 'List the caller’s own plans',
  description: 'The plans of the user’s `employee_id`. A user without one has none.',
  tenants: ['SPONSOR'],
  roles: ['EMPLOYEE'],
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Plan),
  problems: [],
  uses: [],
});
