import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { booleanInQuery, dateOut, identifier, idInPath, idOut, isoDate } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';

/** A payment of payroll has at most so many characters, and `match ` stands before the run's. */
const MAX_RUN_LENGTH = 44;
export const MAX_SHOWN = 200;

const MatchLine = z.object({
  plan_id: idOut,
  employee_id: z.string(),
  deferred: amountOut.meta({ description: 'What the employee has deferred, before tax and as Roth.' }),
  pay: amountOut
    .nullable()
    .meta({ description: 'The pay of a year that counts; `null` where it isn’t on record.' }),
  matched_before: amountOut.meta({ description: 'What the employer has matched of the year by other runs.' }),
  amount: amountOut.meta({ description: 'What the employer adds by this run.' }),
  outcome: z.enum(['POSTED', 'UNCHANGED', 'REFUSED']),
  refusal: z.string().nullable().meta({ description: 'Why nothing is added.' }),
});

export const EmployerMatch = z.object({
  plan_document_id: idOut,
  plan_document_version: z.number().int(),
  pay_date: dateOut,
  run_id: z.string().meta({ description: 'The run under which the match is recorded.' }),
  true_up: z.boolean(),
  dry_run: z.boolean(),
  currency: z.string(),
  posted: z.number().int().meta({ description: 'The contributions that the run adds.' }),
  unchanged: z.number().int().meta({ description: 'Those that it had added before.' }),
  refused: z.number().int(),
  total: amountOut.meta({ description: 'The sum of what is posted.' }),
  compensation_limit: amountOut
    .nullable()
    .meta({ description: 'The pay of a year above which nothing counts; `null` where none is known.' }),
  version: z.number().int().meta({ description: 'The version of the plan document, as `If-Match` has it.' }),
  lines: z.array(MatchLine).meta({ description: `The first ${MAX_SHOWN}, refusals before the others.` }),
});

export const PostedMatch = z.object({
  pay_date: dateOut,
  run_id: z.string().meta({ description: 'The run under which the match is recorded.' }),
  true_up: z.boolean(),
  source: z.string(),
  currency: z.string(),
  posted: z.number().int().meta({ description: 'The contributions of the run that stand.' }),
  reversed: z.number().int().meta({ description: 'Those of the run that were reversed.' }),
  total: amountOut.meta({ description: 'The sum of what stands.' }),
});

export const listMatches = route({
  operationId: 'listMatches',
  method: 'GET',
  path: '/plan-documents/{id}/matches',
  summary: 'List the runs of the employer’s match under a plan document, the newest pay date first',
  description:
    'A run is what was matched of a payroll run, or the true-up of a year, however often it was posted.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(PostedMatch),
  problems: ['not-found'],
  uses: [],
});

export const postMatch = route({
  operationId: 'postMatch',
  method: 'POST',
  path: '/plan-documents/{id}/matches',
  summary: 'Match the deferrals of a payroll run',
  description: [
    'Computes the employer’s match of what a payroll run has recorded for a pay date under the plan document, by its formula that day, and adds it as one run: all of it, or nothing. `run_id` is that of the payroll run; the match has the run `match`, or `match` and that name. With `dry_run=true` the answer shows what would be added, and nothing is stored. `If-Match` is the version of the plan document.',
    'The pay of a period is the `compensation` of the census divided by `pay_periods`, at most the limit of the year (IRC 401(a)(17)). Each match is exact, and rounded half to even to the cent once. It never exceeds what `annual_cap` leaves. Whoever’s pay is unknown, or who would exceed a limit of the year, is refused, and matched by a further run once that is mended.',
    'With `true_up` the year of `pay_date` as a whole is matched by the `wages` of that year, and what other runs have not added is. A run again adds what is missing and leaves the rest; a match that would be another one now is refused: reverse its contribution first, or leave the difference to the true-up.',
  ].join('\n'),
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  query: z.strictObject({ dry_run: booleanInQuery.optional() }),
  body: z.strictObject({
    pay_date: isoDate,
    run_id: identifier
      .refine((value) => value.length <= MAX_RUN_LENGTH, `must have at most ${MAX_RUN_LENGTH} characters`)
      .optional(),
    true_up: z.boolean('must be true or false').default(false),
  }),
  example: { pay_date: '2026-10-30' },
  status: 201,
  response: EmployerMatch,
  concurrency: 'if-match-honoured',
  idempotency: 'required',
  audit: 'match.posted',
  problems: ['not-found', 'conflict', 'temporarily-unavailable'],
  uses: ['eventBus:put'],
  // Thousands of people are matched at once.
  timeoutSeconds: 29,
});
