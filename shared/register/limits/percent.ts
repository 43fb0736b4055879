import { decimalText, exactNumber } from '#kernel/fields.ts';

/** A percentage from 0 to 100, exact, of at most two decimal places. */
export const percent = exactNumber(
  decimalText.regex(
    /^0*(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/,
    'must be between 0 and 100, with at most 2 decimal places',
  ),
  { type: ['string', 'number'], pattern: '^(100|\\d{1,2}(\\.\\d{1,2})?)$', examples: ['2.5'] },
);
