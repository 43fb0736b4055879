/** A session that is not refreshed for so long ends; a tenant may say less. */
export const SESSION_IDLE_MINUTES = 12 * 60;
/** A session ends after so long, however often it is refreshed; a tenant may say less. */
export const SESSION_HOURS = 30 * 24;
/** A rotated token is answered with its successor for so long: two tabs may refresh at the same moment. */
export const REFRESH_GRACE_SECONDS = 10;
/** Attempts at one account from one network that may follow one another. */
export const FREE_ATTEMPTS = 10;
