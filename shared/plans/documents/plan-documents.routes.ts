import * as z from 'zod';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import {
  dateOut,
  decimalText,
  identifier,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  wholeNumber,
} from '#kernel/fields.ts';
import { amount, amountOut, currency } from '#kernel/money.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';
import { ENTRY_DATES } from './eligibility.ts';

const MAX_TIERS = 5;
const percent = decimalText
  .regex(/^\d{1,3}(\.\d{1,4})?$/, 'must be a percentage with at most 4 decimal places')
  .refine((value) => Number(value) > 0, 'must be greater than zero');

const MatchTerms = z
  .strictObject({
    source: z.enum(['EMPLOYER', 'SAFE_HARBOR'], 'must be EMPLOYER or SAFE_HARBOR').default('EMPLOYER'),
    tiers: z
      .array(
        z.strictObject({
          rate: percent.meta({
            description: 'The percentage of a deferral of the tier that the employer adds.',
          }),
          up_to: percent.meta({
            description:
              'The percentage of pay at which the tier ends; it begins where the one before has ended.',
          }),
        }),
        'must be a list of tiers',
      )
      .min(1, 'must have at least one tier')
      .max(MAX_TIERS, `must have at most ${MAX_TIERS} tiers`),
    annual_cap: amount.optional(),
    pay_periods: wholeNumber(1, 366),
    true_up: z.boolean('must be true or false').default(false),
  })
  .superRefine(({ tiers }, context) => {
    for (const [index, { up_to }] of tiers.entries()) {
      const before = tiers[index - 1]?.up_to ?? '0';
      if (Number(up_to) <= Number(before) || Number(up_to) > 100)
        context.addIssue({
          code: 'custom',
          path: ['tiers', index, 'up_to'],
          message: `must be more than ${before}, where the tier before ends, and at most 100`,
        });
    }
  });
export type Match = z.output<typeof MatchTerms>;

const terms = {
  effective_from: isoDate.optional(),
  sources: z
    .array(
      z.enum(CONTRIBUTION_SOURCES, `must be one of ${CONTRIBUTION_SOURCES.join(', ')}`),
      'must be a list',
    )
    .max(CONTRIBUTION_SOURCES.length, 'must name each source once')
    .refine((sources) => new Set(sources).size === sources.length, 'must name each source once'),
  vesting_schedule: VestingSchedule.nullable(),
  match: MatchTerms.nullable(),
  min_age: wholeNumber(0, 21),
  service_months: wholeNumber(0, 24),
  entry_dates: z.enum(ENTRY_DATES, `must be one of ${ENTRY_DATES.join(', ')}`),
};

const NewPlanDocument = z.strictObject({
  name: identifier,
  plan_type: z.enum(PLAN_TYPES, `must be one of ${PLAN_TYPES.join(', ')}`),
  currency: currency.default('USD'),
  ...terms,
  vesting_schedule: terms.vesting_schedule.default(null),
  match: terms.match.default(null),
  min_age: terms.min_age.default(0),
  service_months: terms.service_months.default(0),
  entry_dates: terms.entry_dates.default('IMMEDIATE'),
});
export type NewPlanDocument = z.output<typeof NewPlanDocument>;

const PlanDocumentChange = z.strictObject({
  effective_from: terms.effective_from,
  sources: terms.sources.optional(),
  vesting_schedule: terms.vesting_schedule.optional(),
  match: terms.match.optional(),
  min_age: terms.min_age.optional(),
  service_months: terms.service_months.optional(),
  entry_dates: terms.entry_dates.optional(),
});
export type PlanDocumentChange = z.output<typeof PlanDocumentChange>;

export const DocumentTerms = z.object({
  version: z.number().int(),
  effective_from: dateOut,
  sources: z.array(z.enum(CONTRIBUTION_SOURCES)),
  vesting_schedule: VestingSchedule.nullable(),
  match: z
    .object({
      source: z.enum(['EMPLOYER', 'SAFE_HARBOR']),
      tiers: z.array(z.object({ rate: z.string(), up_to: z.string() })),
      annual_cap: amountOut.nullable(),
      pay_periods: z.number().int(),
      true_up: z.boolean(),
    })
    .nullable(),
  min_age: z.number().int(),
  service_months: z.number().int(),
  entry_dates: z.enum(ENTRY_DATES),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

export const PlanDocument = z.object({
  id: idOut,
  tenant_id: idOut,
  name: z.string(),
  plan_type: z.enum(PLAN_TYPES),
  currency: z.string(),
  version: z.number().int(),
  terms: DocumentTerms.meta({
    description: 'The version that is in force today, or the first where none is yet.',
  }),
  versions: z.array(DocumentTerms).meta({ description: 'All versions, oldest first.' }),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const sponsor = { tenants: ['SPONSOR'] } as const;
const writers = { ...sponsor, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;

const WHAT_FOLLOWS =
  'A plan keeps the vesting schedule with which its employee was enrolled. Whose money it takes, who may enter and when, and the match go by the version that is in force on the day that counts.';

export const createPlanDocument = route({
  operationId: 'createPlanDocument',
  method: 'POST',
  path: '/plan-documents',
  summary: 'Write a plan document',
  description: [
    'The terms of a sponsor’s plan, which enrolments name (`plan_document_id`) and inherit. `sources` are those whose money its plans take: for a 401K any, for an RSU none, and else EMPLOYEE and EMPLOYER. `vesting_schedule` is that of enrolments that name none. Employees enter at the first of the `entry_dates` (of the calendar year) at or after the day on which they have the age and the months of service.',
    'The `match` is of a 401K: `rate` percent of what an employee defers up to `up_to` percent of pay, tier by tier, at most `annual_cap` in a year. `pay_periods` are those of a year; with `true_up` the year as a whole counts in the end.',
    WHAT_FOLLOWS,
  ].join('\n'),
  ...writers,
  body: NewPlanDocument,
  example: {
    name: '401k-2026',
    plan_type: '401K',
    sources: ['EMPLOYEE', 'ROTH', 'EMPLOYER'],
    vesting_schedule: { type: 'graded', total_months: 72, every_months: 12 },
    match: {
      tiers: [
        { rate: '100', up_to: '3' },
        { rate: '50', up_to: '5' },
      ],
      pay_periods: 26,
      true_up: true,
    },
    min_age: 21,
    service_months: 6,
    entry_dates: 'QUARTERLY',
  },
  status: 201,
  location: '/plan-documents/{id}',
  response: PlanDocument,
  concurrency: 'etag',
  audit: 'plan-document.created',
  problems: ['conflict'],
  uses: [],
});

export const listPlanDocuments = route({
  operationId: 'listPlanDocuments',
  method: 'GET',
  path: '/plan-documents',
  summary: 'List plan documents',
  ...readers,
  query: z.strictObject({ ...countedPage, plan_type: z.enum(PLAN_TYPES).optional() }),
  status: 200,
  response: listOf(PlanDocument),
  problems: [],
  uses: [],
});

export const getPlanDocument = route({
  operationId: 'getPlanDocument',
  method: 'GET',
  path: '/plan-documents/{id}',
  summary: 'Get a plan document, with all of its versions',
  ...readers,
  params: idInPath,
  status: 200,
  response: PlanDocument,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const changePlanDocument = route({
  operationId: 'changePlanDocument',
  method: 'PATCH',
  path: '/plan-documents/{id}',
  summary: 'Change the terms of a plan document, from a day on',
  description: `Adds a version with the terms that are given, and else those of the newest version. It is in force from \`effective_from\` on: today (the default) or later, at most 366 days ahead, and not before the newest version. ${WHAT_FOLLOWS}`,
  ...writers,
  params: idInPath,
  body: PlanDocumentChange,
  example: { entry_dates: 'MONTHLY' },
  status: 200,
  response: PlanDocument,
  concurrency: 'if-match',
  audit: 'plan-document.changed',
  problems: ['not-found', 'conflict', 'precondition-failed', 'precondition-required'],
  uses: [],
});
