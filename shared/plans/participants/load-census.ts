import { vestedState } from '#plans/vesting-runs/vested-state.ts';
import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findCensusFault, findEnrolmentFault, serviceFrom } from './census.ts';
import { followHire } from './follow-hire.ts';
import {
  insertPlans,
  matchPeople,
  type OpenedPlan,
  type RefusedPerson,
  refusePeople,
  type StagedPerson,
  stagedEnrolments,
  stagedHires,
  stagedPeople,
  writePeople,
} from './staged-people.repository.ts';

export {
  type CensusChanges,
  changedPeople,
  countPeople,
  FOUND_COLUMNS,
  refuseRepeatedPeople,
} from './staged-people.repository.ts';

/** The census, or a plan, has changed after the rows were judged, and some must be judged anew. */
export class CensusMoved extends Error {
  constructor() {
    super('the census changed while a file of participants was being loaded');
    this.name = 'CensusMoved';
  }
}

interface Judging {
  /** Nothing is overwritten that somebody has said of a participant after it. */
  readonly receivedAt: Date;
  readonly today: string;
}

/** Refuses staged rows that can't be true, and enrolments that can't be made; answers how many. */
export async function judgeCensus(run: RunStatement, { receivedAt, today }: Judging): Promise<number> {
  let refused = await matchPeople(run, receivedAt);
  for await (const people of stagedPeople(run)) {
    const faults = people.flatMap((person) => refusalOf(person, today) ?? []);
    if (faults.length > 0) await refusePeople(run, faults);
    refused += faults.length;
  }
  return refused;
}

function refusalOf(person: StagedPerson, today: string): RefusedPerson | undefined {
  const { n, plan_type, enrol_on, plan_enrolled_on, plan_ended_on } = person;
  const fault = findCensusFault(person, today);
  if (fault !== undefined)
    return { n, column: fault.field, code: fault.code, message: `${fault.field} ${fault.message}.` };
  if (plan_type === null || plan_type === '') return undefined;
  const refuse = (code: string, message: string) => ({ n, column: 'enrolled_on', code, message });
  if (plan_ended_on !== null && plan_ended_on <= today)
    return refuse(
      'plan-terminated',
      `Their plan of this type ended on ${plan_ended_on}: enrol them again by /plans/enroll.`,
    );
  if (plan_enrolled_on !== null)
    return person.says_when && plan_enrolled_on !== enrol_on
      ? refuse('plan-exists', `They are enrolled in a plan of this type since ${plan_enrolled_on}.`)
      : undefined;
  const late = findEnrolmentFault(person, enrol_on, today);
  return late && refuse(late.code, `enrolled_on ${late.message}.`);
}

interface Loading extends Judging {
  readonly enteredBy: string;
}

/**
 * Writes what the good rows say, lets plans follow hire dates that have changed, and enrols whom the rows enrol.
 * @throws CensusMoved when a participant has changed since: judge the rows again
 */
export async function loadCensus(tx: TenantTx, { receivedAt, enteredBy, today }: Loading): Promise<void> {
  const run = runIn(tx);
  if (!(await writePeople(run, receivedAt, enteredBy))) throw new CensusMoved();
  for await (const people of stagedHires(run))
    await followHire(
      tx,
      people.map(({ employee_id }) => employee_id),
      today,
    );
  for await (const people of stagedEnrolments(run)) {
    const plans = people.map((person) => opened(person, today));
    if ((await insertPlans(run, plans)) !== plans.length) throw new CensusMoved();
  }
}

function opened(person: StagedPerson, today: string): OpenedPlan {
  const { employee_id, plan_type, enrol_on } = person;
  const { vestingStart, breaks } = serviceFrom(person, enrol_on);
  const inputs = { grants: [], schedule: undefined, accelerations: [], terminatedOn: undefined };
  return {
    ...{
      employee_id,
      plan_type: String(plan_type),
      enrolled_on: enrol_on,
      vesting_start: vestingStart,
      breaks,
    },
    vested: vestedState({ ...inputs, vestingStart, breaks }, today),
  };
}
