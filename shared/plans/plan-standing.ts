import { addDays } from '#kernel/calendar.ts';
import { DomainError } from '#kernel/domain-error.ts';

/** An employee’s final pay comes within so many days of the plan’s end. */
export const FINAL_PAY_DAYS = 75;

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
