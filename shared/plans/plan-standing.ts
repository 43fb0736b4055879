import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';

/** An employee’s final pay comes within so many days of the plan’s end. */
export const FINAL_PAY_DAYS = 75;

/** Further ahead, a year was mistyped. */
export const MAX_GRANT_DAYS_AHEAD = 366;

/** A grant may be older than the enrolment. @throws DomainError `validation-failed` for one that is dated too far ahead */
export function refuseGrantAhead(grantDate: string, today: string, pointer: string): void {
  const latest = addDays(today, MAX_GRANT_DAYS_AHEAD);
  if (grantDate > latest) throw invalidField(pointer, 'in-future', `must not be after ${latest}`);
}

interface Ending {
  readonly terminated_on: string | null;
}

/** @throws DomainError `plan-terminated` once the plan’s end has come */
export function refuseTerminated({ terminated_on }: Ending, today: string): void {
  if (terminated_on !== null && terminated_on <= today)
    throw new DomainError('plan-terminated', `The plan ended on ${terminated_on}, and can’t be changed so.`);
}

/** @throws DomainError `plan-terminated` for money that is effective too long after the plan’s end to be final pay */
export function refusePayAfterEnd({ terminated_on }: Ending, effectiveDate: string): void {
  if (terminated_on !== null && effectiveDate > addDays(terminated_on, FINAL_PAY_DAYS))
    throw new DomainError(
      'plan-terminated',
      `The plan ended on ${terminated_on}: it takes final pay until ${addDays(terminated_on, FINAL_PAY_DAYS)}.`,
    );
}
