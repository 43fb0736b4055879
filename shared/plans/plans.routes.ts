import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { expandBy } from '#kernel/expansions.ts';
import { idInPath } from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { employeeId } from '#plans/participants/employee-id.ts';
import { route } from '#platform/http/route.ts';
import { Plan } from './plan-shape.ts';
import { PLAN_STATUSES, PLAN_TYPES } from './plan-types.ts';

const sponsor = { tenants: ['SPONSOR'] } as const;
const readers = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
/** Employees see only their own; anything else looks to them as if it did not exist. */
const readersAndOwner = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] } as const;

export const PLAN_SORTS = {
  byItself: 'created_at',
  keys: { created_at: 'age', employee_id: 'text' },
} as const satisfies Sorts;

export const listPlans = route({
  operationId: 'listPlans',
  method: 'GET',
  path: '/plans',
  summary: 'List plans',
  ...readers,
  sorts: PLAN_SORTS,
  query: z.strictObject({
    ...countedPage,
    ...sortBy(PLAN_SORTS),
    employee_id: employeeId.optional(),
    plan_type: z.enum(PLAN_TYPES).optional(),
    status: z.enum(PLAN_STATUSES).optional(),
  }),
  status: 200,
  response: listOf(Plan),
  discloses: true,
  problems: [],
  uses: [],
});

const PLAN_EXPANSIONS = {
  contributions: 'listContributions',
  grants: 'listGrants',
  vesting: 'getPlanVesting',
} as const;

export const getPlan = route({
  operationId: 'getPlan',
  method: 'GET',
  path: '/plans/{id}',
  summary: 'Get a plan',
  description: 'With the first rows of what a page on the plan shows, where `expand` asks for them.',
  ...readersAndOwner,
  params: idInPath,
  expands: PLAN_EXPANSIONS,
  query: z.strictObject(expandBy(PLAN_EXPANSIONS)),
  status: 200,
  response: Plan,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});
