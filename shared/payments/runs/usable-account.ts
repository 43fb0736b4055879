import { sql } from 'kysely';

/** Whether an account, `b`, is one that may be paid into once its cooling-off has passed. */
export const APPROVED_ACCOUNT = sql`b.status = 'ACTIVE' and b.approval in ('NOT_NEEDED', 'APPROVED')`;

/** Whether an account, `b`, may be paid into now. */
export const USABLE_ACCOUNT = sql`${APPROVED_ACCOUNT} and b.usable_from <= present_instant() and coalesce(b.prenote, 'PASSED') = 'PASSED'`;
