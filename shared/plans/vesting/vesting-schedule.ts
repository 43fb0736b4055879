import * as z from 'zod';
import { positiveQuantity, wholeNumber } from '#kernel/fields.ts';
import { quantityOf, UNITS_PER_SHARE, unitsOf } from '#kernel/quantity.ts';

/** Fifty years; longer is a slip of the keyboard. */
const MAX_MONTHS = 600;
const MAX_TRANCHES = 120;

/** Rules between fields are asked only when each field is right: a percent that isn't a number has no sum. */
const WHEN_FIELDS_ARE_VALID = {
  when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0,
};

const HUNDRED_PERCENT = 100n * UNITS_PER_SHARE;

/** The placement of shares that don't divide evenly. Names and meaning are those of the Open Cap Format. */
export const AllocationType = z.enum(
  [
    'CUMULATIVE_ROUNDING',
    'CUMULATIVE_ROUND_DOWN',
    'FRONT_LOADED',
    'BACK_LOADED',
    'FRONT_LOADED_TO_SINGLE_TRANCHE',
    'BACK_LOADED_TO_SINGLE_TRANCHE',
    'FRACTIONAL',
  ],
  'must be one of the Open Cap Format allocation types, such as CUMULATIVE_ROUND_DOWN',
);
export type AllocationType = z.infer<typeof AllocationType>;

/** Everything vests at once, that many months after the vesting start. */
const CliffSchedule = z.strictObject({
  type: z.literal('cliff'),
  cliff_months: wholeNumber(1, MAX_MONTHS),
});

/**
 * Accrues by the month over `total_months` and vests every `every_months` (1 unless given). Nothing vests before
 * `cliff_months` (0 is no cliff), on which all that had accrued vests.
 */
const GradedSchedule = z
  .strictObject({
    type: z.literal('graded'),
    total_months: wholeNumber(1, MAX_MONTHS),
    cliff_months: wholeNumber(0, MAX_MONTHS).optional(),
    every_months: wholeNumber(1, MAX_MONTHS).optional(),
  })
  .superRefine((schedule, context) => {
    for (const field of ['cliff_months', 'every_months'] as const) {
      if ((schedule[field] ?? 0) > schedule.total_months) {
        context.addIssue({ code: 'custom', path: [field], message: 'must not be more than total_months' });
      }
    }
  }, WHEN_FIELDS_ARE_VALID);

/** Percentages that add up to 100, each on its own day; `after_months` 0 is the vesting start itself. */
const TrancheSchedule = z
  .strictObject({
    type: z.literal('tranches'),
    tranches: z
      .array(
        z.strictObject({ after_months: wholeNumber(0, MAX_MONTHS), percent: positiveQuantity }),
        'must be a list of tranches',
      )
      .min(1, 'must have at least one tranche')
      .max(MAX_TRANCHES, `must have at most ${MAX_TRANCHES} tranches`),
  })
  .superRefine(({ tranches }, context) => {
    let months = -1;
    let total = 0n;
    for (const [index, { after_months, percent }] of tranches.entries()) {
      if (after_months <= months) {
        context.addIssue({
          code: 'custom',
          path: ['tranches', index, 'after_months'],
          message: 'must be greater than in the previous tranche',
        });
      }
      months = after_months;
      total += unitsOf(percent);
    }
    if (total !== HUNDRED_PERCENT) {
      context.addIssue({
        code: 'custom',
        path: ['tranches'],
        message: `must have percents that sum to 100, not ${quantityOf(total)}`,
      });
    }
  }, WHEN_FIELDS_ARE_VALID);

/** When a grant or an employer's money vests, as requests give it and as a plan stores it. */
export const VestingSchedule = z.discriminatedUnion(
  'type',
  [CliffSchedule, GradedSchedule, TrancheSchedule],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'must be cliff, graded or tranches' : 'must be a vesting schedule',
  },
);
export type VestingSchedule = z.infer<typeof VestingSchedule>;
