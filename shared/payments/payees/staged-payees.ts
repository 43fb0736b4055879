import type { RunStatement } from '#platform/db/run-statement.ts';

/**
 * The SQL that files of payees share. Each reads the session's temporary table `staged_rows` (n, line, payee, error_*), a row for each payee, and
 * keeps there whom it has found: `shareholder_id` or `employee_id`.
 */

export const GOOD = 'error_code is null';
export const TO_BE_SET = `${GOOD} and not unchanged`;

/** The payees of the tenant, which are those of its register, or of its plans. */
export const PAYEES = `(
    select external_ref as reference, id as shareholder_id, null::text as employee_id, kyc_status, status = 'CLOSED' as is_closed, identified_by, kyc_changed_at
    from verifiable_holders
    union all
    select employee_id, null::uuid, employee_id, kyc_status, false, identified_by, kyc_changed_at from verifiable_participants)`;

// The first row of a payee has it.
const REFUSE_REPEATED = `update staged_rows s set error_column = 'payee', error_code = 'duplicate-payee',
    error_message = 'The same payee is already on line ' || r.first || '.'
  from (
    select n, first_value(line) over of_payee as first, row_number() over of_payee as place
    from staged_rows where ${GOOD} window of_payee as (partition by payee order by n)) r
  where r.n = s.n and r.place > 1`;

export async function refuseRepeatedPayees(run: RunStatement): Promise<number> {
  return (await run(REFUSE_REPEATED)).changed;
}

export async function count(run: RunStatement, condition: string): Promise<number> {
  const { rows } = await run<{ n: number }>(
    `select count(*)::integer as n from staged_rows where ${condition}`,
  );
  return rows[0]?.n ?? 0;
}

const AT_ONCE = 5_000;

/** Reads rows by their number, some at once: `n > $1` is the condition behind `where`. */
export async function* batches<Row extends { readonly n: number }>(
  run: RunStatement,
  selection: string,
): AsyncGenerator<readonly Row[], void> {
  for (let after = 0; ; ) {
    const { rows } = await run<Row>(`${selection} order by n limit ${AT_ONCE}`, [after]);
    if (rows.length > 0) yield rows;
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)?.n ?? after;
  }
}

/** A payee has changed after the rows were judged, so that some must be judged anew. */
export class PayeesMoved extends Error {
  constructor() {
    super('a payee has changed while a file of payees was being loaded');
    this.name = 'PayeesMoved';
  }
}
