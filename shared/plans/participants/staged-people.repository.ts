import type { EntryDates } from '#plans/documents/eligibility.ts';
import { vestedColumns } from '#plans/vested-columns.ts';
import type { ServiceBreak } from '#plans/vesting/service-breaks.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import type { VestedState } from '#plans/vesting-runs/vested-state.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import type { CensusDays } from './census.ts';

/**
 * The SQL of files of participants. It reads the session's temporary table `staged_rows` (n, line, error_*, and the cells: null where the file has no such
 * column, empty where it clears what is on record), and keeps there what each row makes of a participant: {@link FOUND_COLUMNS}.
 */
export const FOUND_COLUMNS = `is_new boolean, changed text[] not null default '{}', stated_before timestamptz,
  to_email text, to_born date, to_hired date, to_left date, to_back date, to_pay bigint, was_hired date,
  enrol_on date, of_type text, plan_enrolled_on date, plan_ended_on date, enrols boolean not null default false`;

const GOOD = 'error_code is null';
const CHANGES = `${GOOD} and (is_new or changed <> '{}')`;
const ENROLS = `${GOOD} and enrols`;

// The first row of a person has them.
const REFUSE_REPEATED = `update staged_rows s set error_column = 'employee_id', error_code = 'duplicate-employee',
    error_message = 'The same employee_id is already on line ' || r.first || '.'
  from (
    select n, first_value(line) over of_person as first, row_number() over of_person as place
    from staged_rows where ${GOOD} window of_person as (partition by employee_id order by n)) r
  where r.n = s.n and r.place > 1`;

export async function refuseRepeatedPeople(run: RunStatement): Promise<number> {
  return (await run(REFUSE_REPEATED)).changed;
}

const MATCH = `update staged_rows s set is_new = m.is_new, changed = m.changed, stated_before = m.stated_at, to_email = m.email, to_born = m.born,
    to_hired = m.hired, to_left = m.left_on, to_back = m.back, to_pay = m.pay, was_hired = m.hired_on, enrol_on = m.enrol_on,
    of_type = m.of_type, plan_enrolled_on = m.plan_enrolled_on, plan_ended_on = m.plan_ended_on,
    enrols = m.asks and m.plan_enrolled_on is null,
    error_column = case when m.is_newer then m.changed[1] end, error_code = case when m.is_newer then 'changed-since-received' end,
    error_message = case when m.is_newer then 'The participant was changed after the file was received: ' || array_to_string(m.changed, ', ') || ' would be overwritten.' end
  from (
    select r.n, p.employee_id is null as is_new, p.stated_at, p.hired_on, v.email, v.born, v.hired, v.left_on, v.back, v.pay, c.changed, t.of_type,
      coalesce(r.plan_type, '') <> '' or coalesce(r.plan_document, '') <> '' as asks,
      coalesce(nullif(r.enrolled_on, '')::date, today()) as enrol_on, a.enrolled_on as plan_enrolled_on, a.terminated_on as plan_ended_on,
      coalesce(p.stated_at > $1::timestamptz, false) and c.changed <> '{}' as is_newer
    from staged_rows r
    left join participants p on p.employee_id = r.employee_id
    left join plan_documents d on d.name = nullif(r.plan_document, '')
    cross join lateral (select coalesce(nullif(r.plan_type, ''), d.plan_type) as of_type) t
    left join plans a on a.employee_id = r.employee_id and a.plan_type = t.of_type and a.status = 'ACTIVE'
    cross join lateral (select
      case when r.email is null then p.email else nullif(r.email, '') end as email,
      case when r.date_of_birth is null then p.date_of_birth else nullif(r.date_of_birth, '')::date end as born,
      case when r.hired_on is null then p.hired_on else nullif(r.hired_on, '')::date end as hired,
      case when r.terminated_on is null then p.terminated_on else nullif(r.terminated_on, '')::date end as left_on,
      case when r.rehired_on is null then p.rehired_on else nullif(r.rehired_on, '')::date end as back,
      case when r.compensation is null then p.compensation else (nullif(r.compensation, '')::numeric * 100)::bigint end as pay) v
    cross join lateral (select array_remove(array[
      case when p.name is distinct from r.name then 'name' end, case when p.email is distinct from v.email then 'email' end,
      case when p.date_of_birth is distinct from v.born then 'date_of_birth' end, case when p.hired_on is distinct from v.hired then 'hired_on' end,
      case when p.terminated_on is distinct from v.left_on then 'terminated_on' end, case when p.rehired_on is distinct from v.back then 'rehired_on' end,
      case when p.compensation is distinct from v.pay then 'compensation' end], null) as changed) c
    where r.${GOOD}) m
  where m.n = s.n`;

// Whoever was paid from a plan was paid by what had vested then.
const REFUSE_PAID_OUT = `update staged_rows s set error_column = 'hired_on', error_code = 'paid-out',
    error_message = 'Money was paid out of a plan of theirs by the hire date on record: correct it by itself, under /participants.'
  where ${GOOD} and not is_new and to_hired is distinct from was_hired and exists (
    select from plans p where p.employee_id = s.employee_id and p.status = 'ACTIVE' and p.distributed + p.distributing > 0)`;

/** Compares the good rows with the census, and refuses those that it can't take back or over; answers how many. */
export async function matchPeople(run: RunStatement, receivedAt: Date): Promise<number> {
  const before = await count(run, GOOD);
  await run(MATCH, [receivedAt.toISOString()]);
  await run(REFUSE_PAID_OUT);
  return before - (await count(run, GOOD));
}

/** A row that changes something, with what it makes of the participant. */
export interface StagedPerson extends CensusDays {
  readonly n: number;
  readonly employee_id: string;
  /** Null: the row asks for no plan, or for one under a document that is not there. */
  readonly of_type: string | null;
  /** The name of the document. */
  readonly document: string | null;
  readonly enrol_on: string;
  /** Whether the row itself says when. */
  readonly says_when: boolean;
  readonly enrols: boolean;
  /** The days of the active plan of the type. */
  readonly plan_enrolled_on: string | null;
  readonly plan_ended_on: string | null;
}

const PERSON = `n, employee_id, to_born::text as date_of_birth, to_hired::text as hired_on, to_left::text as terminated_on, to_back::text as rehired_on,
  of_type, nullif(plan_document, '') as document, enrol_on::text, coalesce(enrolled_on, '') <> '' as says_when, enrols, plan_enrolled_on::text, plan_ended_on::text`;

/** Reads the rows that change a participant or ask for a plan, some at once. */
export function stagedPeople(run: RunStatement): AsyncGenerator<readonly StagedPerson[], void> {
  return batches(
    run,
    PERSON,
    `${GOOD} and (is_new or changed <> '{}' or coalesce(plan_type, '') <> '' or coalesce(plan_document, '') <> '')`,
  );
}

/** Reads the rows of people who are to be enrolled. */
export function stagedEnrolments(run: RunStatement): AsyncGenerator<readonly StagedPerson[], void> {
  return batches(run, PERSON, ENROLS);
}

/** Reads those whose hire date changes. */
export function stagedHires(
  run: RunStatement,
): AsyncGenerator<readonly { readonly n: number; readonly employee_id: string }[], void> {
  return batches(run, 'n, employee_id', `${CHANGES} and not is_new and to_hired is distinct from was_hired`);
}

/** A version of a plan document that a row of the file names. */
export interface NamedVersion {
  readonly id: string;
  readonly name: string;
  readonly plan_type: string;
  readonly currency: string;
  readonly number: number;
  readonly effective_from: string;
  readonly vesting_schedule: VestingSchedule | null;
  readonly min_age: number;
  readonly service_months: number;
  readonly entry_dates: EntryDates;
}

export async function listNamedVersions(run: RunStatement): Promise<readonly NamedVersion[]> {
  const { rows } = await run<NamedVersion>(
    `select d.id, d.name, d.plan_type, d.currency, v.number, v.effective_from::text, v.vesting_schedule, v.min_age, v.service_months, v.entry_dates
      from plan_documents d join plan_document_versions v on v.document_id = d.id
      where d.name in (select plan_document from staged_rows where ${GOOD}) order by v.number`,
  );
  return rows;
}

export interface RefusedPerson {
  readonly n: number;
  readonly column: string;
  readonly code: string;
  readonly message: string;
}

export async function refusePeople(run: RunStatement, refused: readonly RefusedPerson[]): Promise<void> {
  await run(
    `update staged_rows s set error_column = f.name, error_code = f.code, error_message = f.message
      from unnest($1::integer[], $2::text[], $3::text[], $4::text[]) as f (n, name, code, message) where s.n = f.n`,
    [
      refused.map(({ n }) => n),
      refused.map(({ column }) => column),
      refused.map(({ code }) => code),
      refused.map(({ message }) => message),
    ],
  );
}

/**
 * Writes what the good rows change, and answers whether the census was still as they were judged.
 * @param receivedAt the instant of which they speak
 */
export async function writePeople(run: RunStatement, receivedAt: Date, enteredBy: string): Promise<boolean> {
  const values = [receivedAt.toISOString(), enteredBy];
  const [created, changed] = [await count(run, `${GOOD} and is_new`), await countChanged(run)];
  const added = await run(
    `insert into participants (employee_id, name, email, date_of_birth, hired_on, terminated_on, rehired_on, compensation, identified_by, stated_at)
      select employee_id, name, to_email, to_born, to_hired, to_left, to_back, to_pay, $2::uuid, $1::timestamptz from staged_rows
      where ${GOOD} and is_new order by employee_id on conflict do nothing`,
    values,
  );
  const set = await run(
    `update participants p set name = s.name, email = s.to_email, date_of_birth = s.to_born, hired_on = s.to_hired, terminated_on = s.to_left,
        rehired_on = s.to_back, compensation = s.to_pay, stated_at = $1::timestamptz, version = p.version + 1, updated_at = now(),
        identified_by = case when s.changed && array['name', 'date_of_birth'] then $2::uuid else p.identified_by end
      from staged_rows s where s.${GOOD} and not s.is_new and s.changed <> '{}' and p.employee_id = s.employee_id
        and p.stated_at is not distinct from s.stated_before`,
    values,
  );
  return added.changed === created && set.changed === changed;
}

/** A plan of money or shares that a file opens. */
export interface OpenedPlan {
  readonly employee_id: string;
  readonly plan_type: string;
  readonly currency: string;
  readonly plan_document_id: string | null;
  readonly plan_document_version: number | null;
  readonly vesting_schedule: VestingSchedule | null;
  readonly enrolled_on: string;
  readonly vesting_start: string;
  readonly breaks: readonly ServiceBreak[];
  readonly vested: VestedState;
}

/** Opens plans, and answers how many: fewer than were asked for where somebody has been enrolled meanwhile. */
export async function insertPlans(run: RunStatement, plans: readonly OpenedPlan[]): Promise<number> {
  const { changed } = await run(
    `insert into plans (employee_id, plan_type, currency, plan_document_id, plan_document_version, vesting_schedule, enrolled_on, vesting_start, breaks,
        vested_as_of, vested_numerator, vested_denominator)
      select employee_id, plan_type, currency, plan_document_id, plan_document_version, vesting_schedule, enrolled_on, vesting_start, breaks,
        vested_as_of, vested_numerator, vested_denominator
      from json_to_recordset($1::json) as r (employee_id text, plan_type text, currency text, plan_document_id uuid, plan_document_version integer,
        vesting_schedule json, enrolled_on date, vesting_start date, breaks json, vested_as_of date,
        vested_numerator bigint, vested_denominator bigint)
      order by employee_id on conflict do nothing`,
    [
      JSON.stringify(
        plans.map(({ vested, ...plan }) => {
          const { vested_as_of, vested_numerator, vested_denominator } = vestedColumns(vested);
          const fraction = {
            vested_numerator: String(vested_numerator),
            vested_denominator: String(vested_denominator),
          };
          return { ...plan, vested_as_of, ...fraction };
        }),
      ),
    ],
  );
  return changed;
}

/** The changes that a file makes of the census, in numbers of people. */
export interface CensusChanges {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly enrolled: number;
}

export async function countPeople(run: RunStatement): Promise<CensusChanges> {
  const created = await count(run, `${GOOD} and is_new`);
  const changed = await countChanged(run);
  const enrolled = await count(run, ENROLS);
  const unchanged = await count(run, `${GOOD} and not is_new and changed = '{}' and not enrols`);
  return { created, changed, unchanged, enrolled };
}

const countChanged = (run: RunStatement): Promise<number> =>
  count(run, `${GOOD} and not is_new and changed <> '{}'`);

/** A row that changes something, as the list of changes shows it: with all that is on record of the person afterwards. */
export interface ShownPerson {
  readonly n: number;
  readonly line: number;
  readonly employee_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly date_of_birth: string | null;
  readonly hired_on: string | null;
  readonly terminated_on: string | null;
  readonly rehired_on: string | null;
  readonly compensation: string | null;
  readonly plan_type: string | null;
  readonly enrolled_on: string | null;
  readonly plan_document: string | null;
  readonly change: string;
  readonly changed: string;
}

/** Reads what a file changes, some at once. */
export function changedPeople(run: RunStatement): AsyncGenerator<readonly ShownPerson[], void> {
  return batches(
    run,
    `n, line, employee_id, name, to_email as email, to_born::text as date_of_birth, to_hired::text as hired_on, to_left::text as terminated_on,
      to_back::text as rehired_on, (to_pay / 100.0)::numeric(14, 2)::text as compensation, case when enrols then of_type end as plan_type,
      case when enrols then enrol_on::text end as enrolled_on, case when enrols then plan_document end as plan_document,
      concat_ws(' ', case when is_new then 'created' when changed <> '{}' then 'changed' end, case when enrols then 'enrolled' end) as change,
      array_to_string(changed, ' ') as changed`,
    `${GOOD} and (is_new or changed <> '{}' or enrols)`,
  );
}

async function count(run: RunStatement, condition: string): Promise<number> {
  const { rows } = await run<{ n: number }>(
    `select count(*)::integer as n from staged_rows where ${condition}`,
  );
  return rows[0]?.n ?? 0;
}

const AT_ONCE = 5_000;

async function* batches<Row extends { readonly n: number }>(
  run: RunStatement,
  columns: string,
  condition: string,
): AsyncGenerator<readonly Row[], void> {
  for (let after = 0; ; ) {
    const { rows } = await run<Row>(
      `select ${columns} from staged_rows where (${condition}) and n > $1 order by n limit ${AT_ONCE}`,
      [after],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)?.n ?? after;
  }
}
