import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { Enrolment } from '#plans/enrolment.routes.ts';
import { insertParticipant, type ServiceDays } from '#plans/participants/service.repository.ts';
import { type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import { found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import type { EnrolmentTerms } from './documents/document-for.ts';
import { findEndedPlan, insertPlan } from './enrolment.repository.ts';
import { findShownPlan, type ShownPlan } from './plan.repository.ts';

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
  const { employee_id, shareholder_id, enrolled_on = today, date_of_birth } = order;
  if (enrolled_on > today) throw invalidField('/enrolled_on', 'in-future', 'must not be in the future');
  if (date_of_birth !== undefined && date_of_birth > today)
    throw invalidField('/date_of_birth', 'in-future', 'must not be in the future');
  if (shareholder_id !== undefined && !(await isLinked(tx, shareholder_id)))
    throw new DomainError(
      'shareholder-not-linked',
      'shareholder_id must name an active holder of an issuer that has linked this sponsor.',
      { errors: [{ pointer: '/shareholder_id', code: 'not-linked', message: 'is not a linked holder' }] },
    );
  const { plan_type, currency, schedule, document } = await termsOf(tx, order, enrolled_on);
  const ended = await findEndedPlan(tx, employee_id, plan_type, today);
  if (ended !== undefined) await (await import('./end-plan.ts')).settleEnd(tx, ended, today);
  const days = await insertParticipant(tx, employee_id, date_of_birth, enrolledBy);
  const service = await serviceOf(days, enrolled_on, today);
  if (document !== undefined)
    await (await import('./documents/document-for.ts')).refuseEarlyEntry(
      tx,
      employee_id,
      document.version,
      enrolled_on,
    );
  // The schedule is the grant's, where there is one, and else that of the plan's money.
  const made =
    order.grant &&
    (await (
      await import('./grants/new-grant.ts')
    ).newGrant(
      tx,
      employee_id,
      { ...order.grant, vesting_schedule: schedule, allocation_type: order.allocation_type },
      { today, pointer: '/grant/grant_date' },
    ));
  const vesting = {
    grants: made === undefined ? [] : [made],
    vestingStart: service.vestingStart,
    schedule: made === undefined ? schedule : undefined,
    accelerations: [],
    terminatedOn: undefined,
    breaks: service.breaks,
  };
  const vested = vestedState(vesting, today);
  const plan = { employee_id, plan_type, shareholder_id, currency, enrolled_on, vesting, document };
  const enrolled = await insertPlan(tx, plan, vested);
  if (made === undefined) return enrolled;
  const { insertGrant } = await import('./grants/grant-state.repository.ts');
  await insertGrant(tx, enrolled.id, made, vested.grants[0]);
  return found(await findShownPlan(tx, enrolled.id));
}

async function termsOf(tx: SerializableTx, order: Enrolment, enrolledOn: string): Promise<EnrolmentTerms> {
  const { plan_type, plan_document_id, currency = 'USD', vesting_schedule: schedule } = order;
  if (plan_document_id === undefined && plan_type !== undefined) return { plan_type, currency, schedule };
  return (await import('./documents/document-for.ts')).documentFor(tx, order, enrolledOn);
}

/** The census knows no days of most employees. */
async function serviceOf(
  days: ServiceDays,
  enrolledOn: string,
  today: string,
): Promise<Pick<VestingInputs, 'vestingStart' | 'breaks'>> {
  if (days.hired_on === null && days.terminated_on === null) return { vestingStart: enrolledOn, breaks: [] };
  const { findEnrolmentFault, serviceFrom } = await import('./participants/census.ts');
  const fault = findEnrolmentFault(days, enrolledOn, today);
  if (fault !== undefined) throw invalidField('/enrolled_on', fault.code, fault.message);
  return serviceFrom(days, enrolledOn);
}

async function isLinked(tx: SerializableTx, shareholderId: string): Promise<boolean> {
  const { linkedShareholderExists } = await import('./linked-shareholder.repository.ts');
  return linkedShareholderExists(tx, shareholderId);
}
