/** Stands in an offset entry where a payment has its reference, and can be none: those have no O. */
export const OFFSET_REFERENCE = 'OFFSET';
