import * as z from 'zod';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { dateOut, decimalOut, idInPath, idOut, isoDate } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { LIMIT_KINDS } from '#plans/contributions/contribution-limits.ts';
import { PlanAccelerations } from '#plans/plan-accelerations.ts';
import { route } from '#platform/http/route.ts';

/** The kinds of what moves the money of a plan. */
export const ACTIVITY_KINDS = [
  'CONTRIBUTION',
  'REVERSAL',
  'DISTRIBUTION',
  'FAILED',
  'CANCELLED',
  'RETURNED',
  'FORFEITED',
  'RESTORED',
] as const;

/** Older ones are summed. */
export const MAX_ENTRIES = 500;

const Source = z.enum(CONTRIBUTION_SOURCES);

export const explainPlan = route({
  operationId: 'explainPlan',
  method: 'GET',
  path: '/plans/{id}/explain',
  summary: 'Explain a plan’s balance, what has vested, and what can still be contributed',
  description: `Each number of a day (\`as_of\`, by default today) stands with the entries that it is the sum of, and the rules that it follows. \`balance\` sums everything that has moved the plan’s money: of more than ${MAX_ENTRIES} entries the older ones are summed as \`earlier\`. \`vested\` sums what \`/plans/{id}/vesting\` has vested by the day, in shares or money. \`limits\` are those of the day’s year, which count the employee’s plans of the type together, and every contribution that is effective in the year: \`left\` is the largest single contribution from a source that they let through, null where none is known.`,
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'],
  params: idInPath,
  query: z.strictObject({ as_of: isoDate.optional() }),
  status: 200,
  response: z.object({
    plan_id: idOut,
    as_of: dateOut,
    currency: z.string(),
    balance: z.object({
      amount: amountOut,
      earlier: z.object({ entries: z.number().int(), amount: amountOut }),
      entries: z.array(
        z.object({
          date: dateOut,
          kind: z.enum(ACTIVITY_KINDS),
          source: Source.nullable(),
          amount: amountOut,
          id: idOut.meta({ description: 'The contribution, transaction or forfeiture.' }),
        }),
      ),
    }),
    vested: z.object({
      unit: z.string().meta({ description: '`shares`, or the currency.' }),
      amount: decimalOut,
      entries: z.array(
        z.object({
          date: dateOut.nullable(),
          source: Source.nullable(),
          grant_id: idOut.nullable(),
          amount: decimalOut,
          why: z.string(),
        }),
      ),
      rules: z.array(
        z.object({
          grant_id: idOut.nullable(),
          vesting_start: dateOut,
          vesting_schedule: z
            .unknown()
            .meta({ description: 'As the plan or grant has it; null where everything vests at once.' }),
          allocation_type: z.string().nullable(),
          accelerations: PlanAccelerations,
          event_on: dateOut.nullable(),
          ends_on: dateOut.nullable(),
        }),
      ),
    }),
    available: amountOut.meta({ description: 'The vested money less what has been paid out.' }),
    limits: z.object({
      year: z.number().int(),
      known: z.boolean().meta({ description: 'Whether limits of this type, currency and year are known.' }),
      age_reached: z.number().int().nullable(),
      wages_of_year_before: amountOut.nullable(),
      entries: z.array(z.object({ source: Source, amount: amountOut })),
      rules: z.array(
        z.object({
          kind: z.enum(LIMIT_KINDS),
          year: z.number().int(),
          amount: amountOut,
          source: z.string().meta({ description: 'The law, or the notice of it.' }),
        }),
      ),
      left: z.array(
        z.object({
          source: Source,
          amount: amountOut.nullable(),
          reached: z
            .object({ kind: z.enum(LIMIT_KINDS), allowed: amountOut, used: amountOut })
            .nullable()
            .meta({ description: 'The limit that more would break.' }),
        }),
      ),
    }),
  }),
  problems: ['not-found'],
  uses: [],
});
