import { parseArgs } from 'node:util';
import type pg from 'pg';
import { dayWrittenIn } from '#kernel/calendar.ts';
import { type Entry, insertEntry } from '#plans/contributions/contribution.repository.ts';
import { contributionEntry, record } from '#plans/contributions/record-contribution.ts';
import { findPlan, planLock } from '#plans/plan.repository.ts';
import { found } from '#platform/db/found.ts';
import { lastOf, queriesBy } from '#platform/db/kysely.ts';
import { keepStatements, pipeline } from '#platform/db/pipeline.ts';
import { standForEnvironments } from '#platform/db/pool.ts';
import {
  type Actor,
  auditStatement,
  type SerializableTx,
  tenantRead,
  tenantTx,
} from '#platform/db/tenant-tx.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';
import payroll from './payroll.ts';

const PLANS = 10_000;
const DAY = dayWrittenIn('2026-03-31');

/** Contributions of many clients: our serializable transaction behind its lock ÷ one READ COMMITTED statement with the same writes. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      posts: { type: 'string', default: '3000' },
      clients: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '5' },
      'payroll-rows': { type: 'string', default: '100000' },
    },
  });
  const clients = Number(values.clients);
  standForEnvironments(clients);
  const database = await benchDatabase();
  try {
    const bench = await arrange(database, clients, Number(values.posts));
    for (const [title, atLeast, pick] of [
      ['one hot plan', 0.9, () => bench.plans[0] ?? ''],
      [`uniform over ${PLANS} plans`, 0.75, () => bench.plans[Math.floor(Math.random() * PLANS)] ?? ''],
    ] as const) {
      const before = bench.refused();
      const rollbacks = await bench.rollbacks();
      await interleave({
        title: `contributions, ${title}, ${clients} clients`,
        unit: 'contributions/s',
        ours: { name: 'serializable, lock first', run: () => bench.load(bench.ours, pick) },
        limit: { name: 'read committed, one statement', run: () => bench.load(bench.limit, pick) },
        atLeast,
        rounds: Number(values.rounds),
      });
      const retried = (await bench.rollbacks()) - rollbacks;
      console.log(`conflicts retried: ${retried}; that a client saw: ${bench.refused() - before}`);
    }
    await bench.close();
  } finally {
    await database.close();
  }
  await payroll(['--rows', values['payroll-rows'], '--clients', values.clients]);
}

type Post = (client: number, planId: string) => Promise<void>;

async function arrange(database: BenchDatabase, clients: number, posts: number) {
  const { admin } = database;
  const sponsor = await insertTestTenant(admin, 'SPONSOR');
  const actor: Actor = { ...sponsor.as('ADMIN'), requestId: 'bench' };
  const plans = await insertPlans(admin, sponsor.id);
  const connections = await Promise.all(Array.from({ length: clients }, () => database.connectAsApp()));
  for (const connection of connections) keepStatements(connection);
  const setTenant = { text: `select set_config('app.tenant_id', $1, true)`, values: [sponsor.id] };
  // The payload is as long as the event of one contribution.
  const outbox = {
    text: `insert into outbox (type, payload, request_id) values ('transaction.created', $1, 'bench')`,
    values: [JSON.stringify({ transactions: [{ amount: '1.00', filling: 'x'.repeat(350) }] })],
  };
  const audit = (planId: string) =>
    ({ action: 'contribution.recorded', resource: `plans/${planId}`, payload: { amount: '1.00' } }) as const;
  let refused = 0;

  const entryOf = async (planId: string): Promise<Entry> => {
    const plan = found(await tenantRead(sponsor.id, (read) => findPlan(read, planId)));
    const order = { amount: '1', source: 'EMPLOYEE', effective_date: DAY } as const;
    return contributionEntry(plan, order, { idempotencyKey: crypto.randomUUID(), today: DAY });
  };
  const ours: Post = async (_, planId) => {
    const entry = await entryOf(planId);
    await tenantTx(actor, (tx) => record(tx as SerializableTx, entry), {
      isolation: 'serializable',
      lockFirst: planLock(planId),
      audit: () => audit(planId),
    }).catch(() => {
      refused += 1;
    });
  };
  const limit: Post = async (client, planId) => {
    const connection = connections[client] as pg.Client;
    const before = [setTenant, auditStatement(actor, audit(planId)), outbox];
    const tx = queriesBy(async (statement) => lastOf(await pipeline(connection, [...before, statement])));
    await insertEntry(tx as SerializableTx, await entryOf(planId));
  };
  const load = async (post: Post, pick: () => string): Promise<number> => {
    let left = posts;
    const work = async (client: number): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await post(client, pick());
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
    return posts;
  };
  const rollbacks = async (): Promise<bigint> => {
    const { rows } = await admin.query(
      'select xact_rollback from pg_stat_database where datname = current_database()',
    );
    return rows[0].xact_rollback;
  };
  const close = () => Promise.all(connections.map((connection) => connection.end()));
  return { plans, ours, limit, load, refused: () => refused, rollbacks, close };
}

/** Each plan gets a year of history, so that the table resembles one that is more than a day old. */
async function insertPlans(admin: pg.Pool, tenantId: string): Promise<string[]> {
  await admin.query(
    `insert into participants (tenant_id, employee_id) select $1, 'e' || n from generate_series(1, $2) n`,
    [tenantId, PLANS],
  );
  const { rows } = await admin.query<{ id: string }>(
    `insert into plans (tenant_id, employee_id, plan_type, currency, enrolled_on, vesting_start, vested_as_of)
     select $1, 'e' || n, 'ESPP', 'EUR', '2025-01-01', '2025-01-01', '2025-01-01' from generate_series(1, $2) n returning id`,
    [tenantId, PLANS],
  );
  await admin.query('vacuum analyze');
  return rows.map(({ id }) => id);
}
