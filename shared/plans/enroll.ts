import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { insertParticipant } from '#plans/participants/participant.repository.ts';
import { type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import { findEndedPlan, insertPlan, linkedShareholderExists, type ShownPlan } from './plan.repository.ts';
import { refuseGrantAhead } from './plan-standing.ts';
import type { Enrolment } from './plans.routes.ts';

/**
 * Makes the employee a participant, and opens the plan with what has vested by today.
 * @throws DomainError `plan-exists`, `shareholder-not-linked`, `validation-failed`
 */
export async function enroll(
  tx: SerializableTx,
  order: Enrolment,
  today: string,
  enrolledBy: string,
): Promise<ShownPlan> {
  const { employee_id, plan_type, shareholder_id, currency, enrolled_on = today, date_of_birth } = order;
  if (enrolled_on > today) throw invalidField('/enrolled_on', 'in-future', 'must not be in the future');
  if (date_of_birth !== undefined && date_of_birth > today)
    throw invalidField('/date_of_birth', 'in-future', 'must not be in the future');
  if (order.grant !== undefined) refuseGrantAhead(order.grant.grant_date, today, '/grant/grant_date');
  if (shareholder_id !== undefined && !(await linkedShareholderExists(tx, shareholder_id)))
    throw new DomainError(
      'shareholder-not-linked',
      'shareholder_id must name an active holder of an issuer that has linked this sponsor.',
      { errors: [{ pointer: '/shareholder_id', code: 'not-linked', message: 'is not a linked holder' }] },
    );
  const ended = await findEndedPlan(tx, employee_id, plan_type, today);
  if (ended !== undefined) await (await import('./end-plan.ts')).settleEnd(tx, ended, today);
  await insertParticipant(tx, employee_id, date_of_birth, enrolledBy);
  const condition = order.vesting_schedule?.condition;
  const vesting = vestingOf(
    order,
    enrolled_on,
    condition &&
      (await (await import('./vesting-events/event-day.repository.ts')).eventDay(tx, condition.event)),
  );
  return insertPlan(
    tx,
    { employee_id, plan_type, shareholder_id, currency, enrolled_on, vesting },
    vestedState(vesting, today),
  );
}

function vestingOf(
  { grant, vesting_schedule, allocation_type }: Enrolment,
  enrolledOn: string,
  eventOn: string | undefined,
): VestingInputs {
  const vestingStart = grant === undefined ? enrolledOn : (grant.vesting_start ?? grant.grant_date);
  return {
    grant: grant && {
      quantity: grant.quantity,
      grantDate: grant.grant_date,
      vestingStart,
      allocationType: allocation_type,
    },
    vestingStart,
    schedule: vesting_schedule,
    accelerations: [],
    terminatedOn: undefined,
    breaks: [],
    eventOn,
  };
}
