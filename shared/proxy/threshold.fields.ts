import * as z from 'zod';
import { MAX_DECIMAL_LENGTH } from '#kernel/decimal.ts';
import { exactNumber } from '#kernel/fields.ts';
import { canonicalThreshold, isPart, THRESHOLD_TEXT } from './threshold.ts';

const pattern = '^\\d+(\\.\\d+)?$|^[1-9]\\d{0,3}/[1-9]\\d{0,3}$';
const examples = ['0.75', '2/3'];

/** A decimal, or a fraction, read from its digits. */
export const threshold = exactNumber(
  z
    .string('must be a decimal number, or a fraction as text')
    .max(MAX_DECIMAL_LENGTH, { error: `must have at most ${MAX_DECIMAL_LENGTH} characters`, abort: true })
    .regex(THRESHOLD_TEXT, {
      error: 'must be a plain decimal with at most 8 decimal places, or a fraction such as "2/3"',
      abort: true,
    })
    .refine(isPart, 'must be above 0 and at most 1'),
  { type: ['string', 'number'], pattern, examples },
  canonicalThreshold,
);

/** A threshold as it was given; null: more for than against. */
export const thresholdOut = z
  .string()
  .nullable()
  .meta({ openapi: { type: ['string', 'null'], pattern, examples } });
