import { parseArgs } from 'node:util';
import type pg from 'pg';
import { computeVesting } from '#plans/vesting-runs/compute-vesting.ts';
import { scheduleVesting } from '#plans/vesting-runs/schedule-vesting.ts';
import { type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { VestingChunk } from '#plans/vesting-runs/vesting-chunk.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

const SCHEDULE = { type: 'graded', cliff_months: 12, total_months: 48 } as const;

/** The monthly job, database and all, ÷ the engine alone in memory; no goal is set, the figure says where the time goes. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plans: { type: 'string', default: '20000' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const plans = Number(values.plans);
  const database = await benchDatabase();
  try {
    const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    await insertPlans(database.admin, sponsor.id, plans);
    let month = 0;
    await interleave({
      title: `vesting, ${plans} plans, ${values.workers} workers`,
      unit: 'plans/s',
      ours: {
        name: 'schedule, queue message and worker',
        run: async () => {
          month += 1;
          const chunks: VestingChunk[] = [];
          const time = new Date(Date.UTC(2026, month, 1));
          await scheduleVesting({ time, requestId: 'bench' }, async (sent) => void chunks.push(...sent));
          const queue = chunks.values();
          const worker = async () => {
            let computed = 0;
            for (const chunk of queue) computed += (await computeVesting(chunk, 'bench')).computed;
            return computed;
          };
          const computed = await Promise.all(Array.from({ length: Number(values.workers) }, worker));
          return computed.reduce((sum, count) => sum + count, 0);
        },
      },
      limit: { name: 'the engine in memory', run: async () => computeInMemory(plans) },
      atLeast: 0,
      rounds: Number(values.rounds),
    });
  } finally {
    await database.close();
  }
}

function computeInMemory(plans: number): number {
  const grant = { quantity: '4800', vestingStart: '2025-01-31', grantDate: '2025-01-31' };
  const inputs: VestingInputs = {
    grants: [
      {
        ...{ id: '1', grant, schedule: SCHEDULE, accelerations: [], eventOn: undefined },
        cancelledOn: undefined,
      },
    ],
    vestingStart: '2025-01-31',
    schedule: undefined,
    accelerations: [],
    terminatedOn: undefined,
    breaks: [],
  };
  for (let plan = 0; plan < plans; plan += 1) vestedState(inputs, '2026-08-01');
  return plans;
}

async function insertPlans(admin: pg.Pool, tenantId: string, plans: number): Promise<void> {
  await admin.query(
    `insert into participants (tenant_id, employee_id) select $1, 'e' || n from generate_series(1, $2) n`,
    [tenantId, plans],
  );
  await admin.query(
    `with made as (
       insert into plans (tenant_id, employee_id, plan_type, currency, enrolled_on, vesting_start, vested_as_of, granted_quantity)
       select $1, 'e' || n, 'RSU', 'USD', '2025-01-31', '2025-01-31', '2025-01-31', 4800 from generate_series(1, $2) n returning tenant_id, id)
     insert into grants (tenant_id, plan_id, quantity, grant_date, vesting_start, vesting_schedule)
     select tenant_id, id, 4800, '2025-01-31', '2025-01-31', $3 from made`,
    [tenantId, plans, JSON.stringify(SCHEDULE)],
  );
  await admin.query('vacuum analyze');
}
