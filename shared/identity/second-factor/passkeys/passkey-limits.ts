/** Passkeys that a user may have: one for each device, and some to spare. */
export const MAX_PASSKEYS = 10;
export const CHALLENGE_SECONDS = 5 * 60;
