import { inheritedSchedule } from '#plans/documents/document-for.ts';
import { findEntryFault } from '#plans/documents/eligibility.ts';
import { versionOn } from '#plans/documents/terms-in-force.ts';
import { vestedState } from '#plans/vesting-runs/vested-state.ts';
import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findCensusFault, findEnrolmentFault, serviceFrom } from './census.ts';
import { followHire } from './follow-hire.ts';
import {
  insertPlans,
  listNamedVersions,
  matchPeople,
  type NamedVersion,
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
  const versions = await listNamedVersions(run);
  for await (const people of stagedPeople(run)) {
    const faults = people.flatMap((person) => refusalOf(person, versions, today) ?? []);
    if (faults.length > 0) await refusePeople(run, faults);
    refused += faults.length;
  }
  return refused;
}

function refusalOf(
  person: StagedPerson,
  versions: readonly NamedVersion[],
  today: string,
): RefusedPerson | undefined {
  const { n, of_type, document, enrol_on, plan_enrolled_on, plan_ended_on } = person;
  const fault = findCensusFault(person, today);
  if (fault !== undefined)
    return { n, column: fault.field, code: fault.code, message: `${fault.field} ${fault.message}.` };
  const refuse = (code: string, message: string, column = 'enrolled_on') => ({ n, column, code, message });
  const named = versions.filter(({ name }) => name === document);
  const [first] = named;
  if (document !== null && first === undefined)
    return refuse('unknown-document', 'There is no plan document of this name.', 'plan_document');
  if (first !== undefined && first.plan_type !== of_type)
    return refuse(
      'other-document',
      `plan_type must be ${first.plan_type}, or empty: the plan document is of that.`,
      'plan_type',
    );
  if (of_type === null) return undefined;
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
  if (late !== undefined || first === undefined)
    return late && refuse(late.code, `enrolled_on ${late.message}.`);
  const version = versionOn(named, enrol_on);
  if (version === undefined)
    return refuse(
      'before-document',
      `enrolled_on must not be before ${first.effective_from}, from which the plan document is in force.`,
    );
  const early = findEntryFault(version, person, enrol_on);
  return early && refuse(early.code, `enrolled_on ${early.message}.`);
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
  const versions = await listNamedVersions(run);
  for await (const people of stagedEnrolments(run)) {
    const plans = people.map((person) => opened(person, versions, today));
    if ((await insertPlans(run, plans)) !== plans.length) throw new CensusMoved();
  }
}

function opened(person: StagedPerson, versions: readonly NamedVersion[], today: string): OpenedPlan {
  const { employee_id, of_type, document, enrol_on } = person;
  const version = versionOn(
    versions.filter(({ name }) => name === document),
    enrol_on,
  );
  const schedule = version && inheritedSchedule(version, false);
  const { vestingStart, breaks } = serviceFrom(person, enrol_on);
  const inputs = { grants: [], schedule, accelerations: [], terminatedOn: undefined };
  return {
    ...{
      employee_id,
      plan_type: String(of_type),
      enrolled_on: enrol_on,
      vesting_start: vestingStart,
      breaks,
    },
    ...{ currency: version?.currency ?? 'USD', vesting_schedule: schedule ?? null },
    ...{ plan_document_id: version?.id ?? null, plan_document_version: version?.number ?? null },
    vested: vestedState({ ...inputs, vestingStart, breaks }, today),
  };
}
