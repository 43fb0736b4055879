/** A record date is at most this long before the payable date. */
export const MAX_DAYS_TO_PAYABLE = 60;
