import * as z from 'zod';
import { positiveQuantity, wholeNumber } from '#kernel/fields.ts';
import { quantityOf, UNITS_PER_SHARE } from '#kernel/quantity.ts';
import { FRACTION, fractionOf, overCommon, portionOf } from './portion.ts';

/** Fifty years; longer is a slip of the keyboard. */
const MAX_MONTHS = 600;
const MAX_TRANCHES = 120;

/** Rules between fields are asked only when each field is right: a percent that isn't a number has no sum. */
const WHEN_FIELDS_ARE_VALID = {
  when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0,
};

/** The vested part is stored as a fraction of two 64-bit numbers. */
const MAX_DENOMINATOR = 10n ** 15n;

/** A fraction of at most 1: `1/3`. */
const fraction = z
  .string('must be a fraction, such as "1/3"')
  .regex(FRACTION, 'must be a fraction of numbers from 1 to 9999, such as "1/3"')
  .refine((text) => {
    if (!FRACTION.test(text)) return true;
    const { numerator, denominator } = fractionOf(text);
    return numerator <= denominator;
  }, 'must not be more than 1');

/** An event that a sponsor records once, for all grants that wait for it. */
export const eventName = z
  .string('must be the name of an event')
  .regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'must be capital letters, digits and _, such as IPO or CHANGE_OF_CONTROL');

/** Besides the time: until the event is on record nothing vests, and what time has vested waits for it. */
const VestingCondition = z.strictObject({
  type: z.literal('event', 'must be event'),
  event: eventName,
});

/** Each schedule may have them. 1 is the first day of a month, 31 its last: each vesting date moves to that day of its month; what accrues is counted by periods. */
const common = { day_of_month: wholeNumber(1, 31).optional(), condition: VestingCondition.optional() };

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
  ...common,
});

/**
 * Accrues by the month over `total_months` and vests every `every_months` (1 unless given). Nothing vests before
 * `cliff_months` (0 is no cliff), on which all that had accrued vests; or, if it is given, `cliff_portion`, and the rest accrues from then on.
 */
const GradedSchedule = z
  .strictObject({
    type: z.literal('graded'),
    total_months: wholeNumber(1, MAX_MONTHS),
    cliff_months: wholeNumber(0, MAX_MONTHS).optional(),
    every_months: wholeNumber(1, MAX_MONTHS).optional(),
    cliff_portion: fraction.optional(),
    ...common,
  })
  .superRefine((schedule, context) => {
    for (const field of ['cliff_months', 'every_months'] as const) {
      if ((schedule[field] ?? 0) > schedule.total_months) {
        context.addIssue({ code: 'custom', path: [field], message: 'must not be more than total_months' });
      }
    }
    const { cliff_portion, cliff_months = 0, total_months } = schedule;
    const hasRest = cliff_months > 0 && cliff_months < total_months;
    if (cliff_portion === undefined) return;
    const { numerator, denominator } = fractionOf(cliff_portion);
    if (!hasRest || numerator === denominator)
      context.addIssue({
        code: 'custom',
        path: ['cliff_portion'],
        message: 'must be less than 1, for a cliff between the start and total_months',
      });
  }, WHEN_FIELDS_ARE_VALID);

/** Parts that add up to the whole, as percents or fractions, each on its own day; `after_months` 0 is the vesting start itself. */
const TrancheSchedule = z
  .strictObject({
    type: z.literal('tranches'),
    tranches: z
      .array(
        z
          .strictObject({
            after_months: wholeNumber(0, MAX_MONTHS),
            percent: positiveQuantity.optional(),
            fraction: fraction.optional(),
          })
          .refine(
            (tranche) => (tranche.percent === undefined) !== (tranche.fraction === undefined),
            'must have either a percent or a fraction',
          ),
        'must be a list of tranches',
      )
      .min(1, 'must have at least one tranche')
      .max(MAX_TRANCHES, `must have at most ${MAX_TRANCHES} tranches`),
    ...common,
  })
  .superRefine(({ tranches }, context) => {
    let months = -1;
    for (const [index, { after_months }] of tranches.entries()) {
      if (after_months <= months) {
        context.addIssue({
          code: 'custom',
          path: ['tranches', index, 'after_months'],
          message: 'must be greater than in the previous tranche',
        });
      }
      months = after_months;
    }
    const { numerators, denominator } = overCommon(tranches.map(portionOf));
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['tranches'], message });
    if (denominator > MAX_DENOMINATOR) return refuse('must have fractions with a smaller common denominator');
    const sum = numerators.reduce((total, numerator) => total + numerator, 0n);
    if (sum === denominator) return;
    refuse(
      tranches.every(({ percent }) => percent !== undefined)
        ? `must have percents that sum to 100, not ${quantityOf((sum * 100n * UNITS_PER_SHARE) / denominator)}`
        : `must have parts that sum to the whole, not to ${sum}/${denominator}`,
    );
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
