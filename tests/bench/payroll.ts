import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { type UploadId, uuidV7 } from '#kernel/ids.ts';
import { standForEnvironments } from '#platform/db/pool.ts';
import { tenantSession } from '#platform/db/tenant-session.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { contribute } from '#tests/support/plans.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { payrollLoader } from '#uploads/loading/payroll-loader.ts';
import { benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

/** A payroll file, from its bytes to the books, ÷ as many contributions posted one by one to the API's handler by 32 clients. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '100000' },
      posts: { type: 'string', default: '1000' },
      clients: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const rows = Number(values.rows);
  standForEnvironments(Number(values.clients));
  const database = await benchDatabase();
  // The bus is none of what is compared: without one, events wait in the outbox in both.
  process.env.EVENT_BUS_NAME = '';
  try {
    const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    const plans = await insertPlans(database.admin, sponsor.id, rows);
    let periods = 0;
    await interleave({
      title: `a payroll file of ${rows} rows`,
      unit: 'contributions/s',
      ours: {
        name: 'file',
        run: () => {
          periods += 1;
          return loadFile(sponsor, payrollFile(rows, `2026-01-${String(periods).padStart(2, '0')}`));
        },
      },
      limit: {
        name: `single posts, ${values.clients} clients`,
        run: () => post(sponsor, plans, Number(values.posts), Number(values.clients)),
      },
      atLeast: 20,
      rounds: Number(values.rounds),
    });
  } finally {
    await database.close();
  }
}

function payrollFile(rows: number, period: string): Buffer {
  const lines = Array.from({ length: rows }, (_, index) => `e${index + 1},ESPP,100.00,${period}`);
  return Buffer.from(`employee_id,plan_type,amount,period\n${lines.join('\n')}\n`);
}

/** Does what the worker does between claiming an upload and completing it. */
async function loadFile({ id: tenantId }: TestTenant, bytes: Buffer): Promise<number> {
  const source = async function* () {
    for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
  };
  return tenantSession(tenantId, async (session) => {
    const staged = await payrollLoader.stage(session, source(), 'csv', {});
    await payrollLoader.refuseRepeated(session, staged);
    const uploadId = uuidV7<UploadId>();
    await payrollLoader.refuseConflicts(
      session,
      {
        tenantId,
        uploadId,
        shownAt: null,
        permit: undefined,
        asOf: null,
        replaces: false,
        receivedAt: new Date(),
      },
      staged,
    );
    const rows = staged.rows - staged.rejected;
    const load = { tenantId, uploadId, requestId: 'bench', rows } as const;
    await tenantTx(
      systemActor(tenantId, 'bench', { suspended: 'goes-on' }),
      (tx) => payrollLoader.load(tx, load as never),
      {
        audit: () => ({ action: 'upload.completed', resource: 'uploads/bench', payload: {} }),
        session,
      },
    );
    return rows;
  });
}

async function post(
  sponsor: TestTenant,
  plans: readonly string[],
  posts: number,
  clients: number,
): Promise<number> {
  let left = posts;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const plan = plans[Math.floor(Math.random() * plans.length)] ?? '';
      const { status } = await contribute(sponsor, plan, { amount: '100.00' }, randomUUID());
      if (status !== 201) throw new Error(`a contribution was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return posts;
}

async function insertPlans(admin: pg.Pool, tenantId: string, count: number): Promise<string[]> {
  await admin.query(
    `insert into participants (tenant_id, employee_id) select $1, 'e' || n from generate_series(1, $2) n`,
    [tenantId, count],
  );
  const { rows } = await admin.query<{ id: string }>(
    `insert into plans (tenant_id, employee_id, plan_type, currency, enrolled_on, vesting_start, vested_as_of)
     select $1, 'e' || n, 'ESPP', 'EUR', '2025-01-01', '2025-01-01', '2025-01-01' from generate_series(1, $2) n returning id`,
    [tenantId, count],
  );
  await admin.query('vacuum analyze');
  return rows.map(({ id }) => id);
}
