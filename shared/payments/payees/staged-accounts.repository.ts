import type { RunStatement } from '#platform/db/run-statement.ts';
import { batches, count, GOOD, PAYEES, TO_BE_SET } from './staged-payees.ts';
import type { TermsOfUse } from './terms-of-use.ts';

/**
 * The SQL of files of bank accounts. Beside what files of payees share, `staged_rows` has the new account of each good row (`account_id`,
 * `account_number_sealed`, `account_last4` …), and keeps the payee's `current` one, whatever has become of that, and whether both are the `same`.
 */

const MATCH = `update staged_rows s set shareholder_id = m.shareholder_id, employee_id = m.employee_id, unchanged = false, same = false,
    current = null, error_column = m.fault[1], error_code = m.fault[2], error_message = m.fault[3]
  from (
    select r.n, p.shareholder_id, p.employee_id, case
        when p.reference is null then array['payee', 'unknown-payee', 'There is no payee with this reference.']
        when p.is_closed then array['payee', 'holder-closed', 'The shareholder is closed.']
      end as fault
    from staged_rows r left join ${PAYEES} p on p.reference = r.payee
    where r.${GOOD}) m
  where m.n = s.n`;

/** The account that payments go into, or will when it has cooled off: two partial indexes find it, of either kind of payee. */
const CURRENT = (row: string) => `(
    select id from bank_accounts a where a.shareholder_id = ${row}.shareholder_id and a.approval in ('NOT_NEEDED', 'APPROVED')
    union all
    select id from bank_accounts a where a.employee_id = ${row}.employee_id and a.approval in ('NOT_NEEDED', 'APPROVED')
    order by id desc limit 1)`;

const FIND_CURRENT = `update staged_rows s set current = ${CURRENT('s')} where s.${GOOD}`;

/** The numbers are sealed: only the application can tell whether they are the same. */
const ALIKE = `select s.n, s.account_id, s.account_number_sealed, a.id as current, a.account_number_sealed as current_sealed
  from staged_rows s join bank_accounts a on a.id = s.current
  where s.${GOOD} and a.purged_at is null
    and (a.routing_number, a.account_last4, a.account_type, a.holder_type, a.holder_name)
      = (s.routing_number, s.account_last4, s.account_type, s.holder_type, s.holder_name) and n > $1`;

interface AlikeAccounts {
  readonly n: number;
  readonly account_id: string;
  readonly account_number_sealed: string;
  readonly current: string;
  readonly current_sealed: string;
}

const COMPARE = `update staged_rows s set unchanged = m.same and m.status = 'ACTIVE',
    error_column = m.fault[1], error_code = m.fault[2], error_message = m.fault[3]
  from (
    select r.n, r.same, a.status, case
        when r.same and a.status <> 'ACTIVE' then array['account_number', 'account-blocked',
          'The account of the payee with this number is ' || a.status || coalesce(' (' || a.status_reason || ')', '')
            || '. If it is right all the same, add it by itself.']
        when not r.same and a.updated_at > $1::timestamptz then array['payee', 'changed-since-received',
          'The account of the payee, which ends in ' || a.account_last4 || ', was changed after the file was received, which has one that ends in '
            || r.account_last4 || '.']
      end as fault
    from staged_rows r join bank_accounts a on a.id = r.current
    where r.${GOOD}) m
  where m.n = s.n`;

/** Finds the payee of each good row and the account that they have, and refuses those whose payee takes none; answers how many. */
export async function matchAccounts(run: RunStatement): Promise<number> {
  const before = await count(run, GOOD);
  await run(MATCH);
  await run(FIND_CURRENT);
  return before - (await count(run, GOOD));
}

/** Reads the rows whose account differs from the payee's in nothing but, perhaps, the number. */
export function alikeAccounts(run: RunStatement): AsyncGenerator<readonly AlikeAccounts[], void> {
  return batches(run, ALIKE);
}

export async function setSame(run: RunStatement, rows: readonly number[]): Promise<void> {
  await run('update staged_rows set same = true where n = any($1::integer[])', [rows]);
}

/** Tells the rows that change nothing, and refuses those that come too late; answers how many. */
export async function compareAccounts(run: RunStatement, receivedAt: Date): Promise<number> {
  const before = await count(run, GOOD);
  await run(COMPARE, [receivedAt.toISOString()]);
  return before - (await count(run, GOOD));
}

/** Counts the rows whose payee has been closed, or got another account, since they were judged. */
export async function countMoved(run: RunStatement): Promise<number> {
  const { rows } = await run<{ n: number }>(
    `select count(*)::integer as n from staged_rows s left join ${PAYEES} p on p.reference = s.payee
     where s.${TO_BE_SET} and (p.is_closed is distinct from false or ${CURRENT('s')} is distinct from s.current)`,
  );
  return rows[0]?.n ?? 0;
}

export interface FileOfAccounts {
  readonly uploadId: string;
  readonly enteredBy: string;
  readonly approvedBy: string;
  readonly terms: TermsOfUse;
}

/** Adds the accounts of the good rows. @throws an error of the database where nobody has approved the file */
export async function insertAccounts(
  run: RunStatement,
  { uploadId, enteredBy, approvedBy, terms }: FileOfAccounts,
): Promise<void> {
  await run(
    `insert into bank_accounts (id, shareholder_id, employee_id, routing_number, account_number_sealed, account_last4, account_type, holder_type,
       holder_name, approval, usable_from, prenote, upload_id, entered_by, approved_by)
     select account_id, shareholder_id, employee_id, routing_number, account_number_sealed, account_last4, account_type, holder_type,
       holder_name, 'APPROVED', $2, $5, $1, $3, $4
     from staged_rows where ${TO_BE_SET} order by account_id`,
    [uploadId, terms.usable_from.toISOString(), enteredBy, approvedBy, terms.prenote],
  );
}

/** An account of the file beside the one that it takes the place of; null: the payee has none. */
interface StagedAccount {
  readonly n: number;
  readonly line: number;
  readonly payee: string;
  readonly routing_number: string;
  readonly account_last4: string;
  readonly account_type: string;
  readonly holder_name: string;
  readonly holder_type: string;
  readonly routing_number_before: string | null;
  readonly account_last4_before: string | null;
  readonly account_type_before: string | null;
  readonly holder_name_before: string | null;
}

/** Reads the accounts that the file changes, some at once. */
export function stagedAccounts(run: RunStatement): AsyncGenerator<readonly StagedAccount[], void> {
  return batches(
    run,
    `select s.n, s.line, s.payee, s.routing_number, s.account_last4, s.account_type, s.holder_name, s.holder_type,
       a.routing_number as routing_number_before, a.account_last4 as account_last4_before, a.account_type as account_type_before,
       a.holder_name as holder_name_before
     from staged_rows s left join bank_accounts a on a.id = s.current
     where s.${TO_BE_SET} and s.n > $1`,
  );
}
