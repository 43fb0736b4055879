import { invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { findServiceDays } from '#plans/participants/service.repository.ts';
import { refuseGrantAhead } from '#plans/plan-standing.ts';
import type { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import type { PlanGrant } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';

interface Asked {
  readonly quantity: string;
  readonly grant_date: string;
  readonly vesting_start?: string | undefined;
  readonly vesting_schedule?: VestingSchedule | undefined;
  readonly allocation_type?: AllocationType | undefined;
}

/**
 * Returns the grant that is asked for. It may be older than the enrolment.
 * @throws DomainError `validation-failed` for one that is dated before its employee was hired, or too far ahead
 */
export async function newGrant(
  tx: SerializableTx,
  employeeId: string,
  asked: Asked,
  { today, pointer }: { readonly today: string; readonly pointer: string },
): Promise<PlanGrant> {
  const { quantity, grant_date: grantDate, vesting_start: vestingStart = grantDate } = asked;
  refuseGrantAhead(grantDate, today, pointer);
  const hiredOn = (await findServiceDays(tx, employeeId))?.hired_on ?? null;
  if (hiredOn !== null && grantDate < hiredOn)
    throw invalidField(pointer, 'before-hire', `must not be before the employee was hired on ${hiredOn}`);
  const condition = asked.vesting_schedule?.condition;
  const eventOn =
    condition &&
    (await (await import('#plans/vesting-events/event-day.repository.ts')).eventDay(tx, condition.event));
  return {
    id: uuidV7(),
    grant: { quantity, grantDate, vestingStart, allocationType: asked.allocation_type },
    schedule: asked.vesting_schedule,
    accelerations: [],
    eventOn,
    cancelledOn: undefined,
  };
}
