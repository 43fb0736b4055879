/** A session that is not refreshed for so long ends; a tenant may say less. */
export const SESSION_IDLE_MINUTES = 12 * 60;
/** A session ends after so long, however often it is refreshed; a tenant may say less. */
export const SESSION_HOURS = 30 * 24;
/** The sessions that a user may have at once. The next one ends the one that has gone unused for longest. */
export const SESSIONS_AT_ONCE = 100;
/** A rotated token is answered with its successor for so long: two tabs may refresh at the same moment. */
export const REFRESH_GRACE_SECONDS = 10;
/** Attempts at one account from one network that may follow one another. */
export const FREE_ATTEMPTS = 10;
