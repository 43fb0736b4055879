import {
  CREATE_STAGED_PAYROLL,
  countRecorded,
  judgePayroll,
  loadPayroll,
  PayrollMoved,
} from '#plans/contributions/load-payroll.ts';
import { runIn, runOn } from '#platform/db/run-statement.ts';
import { todayOf } from '#platform/db/today.ts';
import { contributionContract } from '#uploads/checking/contribution-contract.ts';
import { CONTRIBUTION_COLUMNS } from '#uploads/checking/contribution-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import { mark, stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const WORK_MEM = `set work_mem = '128MB'`;

// The pay of a day enters a plan once for a source and a run: the first row has it.
const REFUSE_REPEATED = `update staged_rows s set error_column = 'period', error_code = 'duplicate-period',
    error_message = 'The same employee, plan type, period, source and run are already on line ' || r.first || '.'
  from (
    select n, first_value(line) over w as first, row_number() over w as place from staged_rows where error_code is null
    window w as (partition by employee_id, plan_type, effective_date, source, run_id order by n)) r
  where r.n = s.n and r.place > 1`;

/** Files of payroll: contributions to plans, each entered once for an employee, a plan type, a pay date, a source and a run. */
export const payrollLoader: UploadLoader = {
  columns: () => CONTRIBUTION_COLUMNS,
  stage: (session, source, format, following) =>
    stageByContract(
      session,
      { create: [WORK_MEM, CREATE_STAGED_PAYROLL], columns: CONTRIBUTION_COLUMNS, more: ['effective_date'] },
      readRows(source, format, { ...following, contract: contributionContract }),
    ),
  refuseRepeated: async (session, staged) => {
    staged.rejected += await mark(session, REFUSE_REPEATED);
  },
  refuseConflicts: async (session, _load, staged) => {
    const run = runOn(session);
    const { rows } = await run('select today()::text as today');
    const refused = await judgePayroll(run, (rows[0] as { readonly today: string }).today);
    staged.rejected += refused;
    staged.unchanged = await countRecorded(run);
    return refused;
  },
  about: () => ({}),
  load: async (tx, { uploadId, requestId }) => {
    await loadPayroll(runIn(tx), { uploadId, requestId, today: await todayOf(tx) });
    return undefined;
  },
  mayLoadAgain: (error) => error instanceof PayrollMoved,
};
