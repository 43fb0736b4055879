import type { z } from 'zod';
import type { kycStatus } from '#kernel/fields.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import { batches, count, GOOD, PAYEES, TO_BE_SET } from './staged-payees.ts';

/** The SQL of files of KYC statuses. Beside what files of payees share, `staged_rows` has `status`, and keeps `status_before` and `identified_by`. */

const MATCH = `update staged_rows s set shareholder_id = m.shareholder_id, employee_id = m.employee_id, status_before = m.kyc_status,
    identified_by = m.identified_by, unchanged = coalesce(m.kyc_status = s.status, false),
    error_column = m.fault[1], error_code = m.fault[2], error_message = m.fault[3]
  from (
    select r.n, p.shareholder_id, p.employee_id, p.kyc_status, p.identified_by, case
        when p.reference is null then array['payee', 'unknown-payee', 'There is no payee with this reference.']
        when r.effective_date::date > today() then array['effective_date', 'in-future', 'effective_date must not be after today, in the tenant’s time zone.']
        when p.is_closed then array['payee', 'holder-closed', 'The shareholder is closed.']
        when p.kyc_status <> r.status and p.kyc_changed_at > $1::timestamptz then array['status', 'changed-since-received',
          'The status was set to ' || p.kyc_status || ' after the file was received, which says ' || r.status || '.']
      end as fault
    from staged_rows r left join ${PAYEES} p on p.reference = r.payee
    where r.${GOOD}) m
  where m.n = s.n`;

type KycStatus = z.infer<typeof kycStatus>;

/** Finds the payee of each good row, and refuses those whose status can't be set; answers how many. */
export async function judgeStatuses(run: RunStatement, receivedAt: Date): Promise<number> {
  const before = await count(run, GOOD);
  await run(MATCH, [receivedAt.toISOString()]);
  return before - (await count(run, GOOD));
}

/** A payee whom the file verifies. */
export interface StagedVerification {
  readonly n: number;
  readonly payee: string;
  readonly identifiedBy: string | null;
}

/** Reads the payees whom the file verifies, some at once. */
export function stagedVerifications(run: RunStatement): AsyncGenerator<readonly StagedVerification[], void> {
  return batches(
    run,
    `select n, coalesce(shareholder_id::text, employee_id) as payee, identified_by as "identifiedBy"
     from staged_rows where ${TO_BE_SET} and status = 'VERIFIED' and n > $1`,
  );
}

const NOT_INDEPENDENT =
  'Whoever approved the file, or somebody on whom they depend, has entered who this payee is or an account of theirs: another person verifies it.';

export async function refuseNotIndependent(run: RunStatement, rows: readonly number[]): Promise<void> {
  await run(
    `update staged_rows set error_column = 'status', error_code = 'not-independent', error_message = $2 where n = any($1::integer[])`,
    [rows, NOT_INDEPENDENT],
  );
}

export interface StatusChange {
  readonly before: KycStatus;
  readonly after: KycStatus;
  readonly payees: number;
}

export async function listStatusChanges(run: RunStatement): Promise<StatusChange[]> {
  const { rows } = await run<StatusChange>(
    `select status_before as before, status as after, count(*)::integer as payees
     from staged_rows where ${TO_BE_SET} group by 1, 2 order by 1, 2`,
  );
  return [...rows];
}

interface StagedStatus {
  readonly n: number;
  readonly line: number;
  readonly payee: string;
  readonly status: string;
  readonly reason: string | null;
  readonly effective_date: string | null;
  readonly status_before: string;
}

/** Reads the statuses that the file changes, some at once. */
export function stagedStatuses(run: RunStatement): AsyncGenerator<readonly StagedStatus[], void> {
  return batches(
    run,
    `select n, line, payee, status, reason, effective_date, status_before from staged_rows where ${TO_BE_SET} and n > $1`,
  );
}
