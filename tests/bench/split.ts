import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { TenantId } from '#kernel/ids.ts';
import { letStatementsRunFor } from '#platform/db/tenant-context.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { applyDueSplits } from '#register/splits/apply-splits.ts';
import { applySplits } from '#register/splits/corporate-actions.jobs.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

const TENANT = '0198c0de-0000-7000-8000-000000000001' as TenantId;
const PERSON = '0198c0de-0000-7000-8000-000000000002';

/**
 * A split of every position of a class by the job, against one INSERT … SELECT of the same entries into a table like that of the ledger. The
 * job also writes what each holder has, which is most of its work.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      holders: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const holders = Number(values.holders);
  const database = await benchDatabase();
  letStatementsRunFor(600);
  try {
    await enter(database, holders);
    const bench = new SplitBench(database, holders);
    const outcome = await interleave({
      title: `split of ${holders} holders`,
      unit: 'holders/s',
      ours: { name: 'the job', prepare: () => bench.reset(), run: () => bench.split() },
      limit: { name: 'one INSERT … SELECT', prepare: () => bench.empty(), run: () => bench.insertSelect() },
      atLeast: 0.8,
      rounds: Number(values.rounds),
    });
    if (!outcome.met) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

async function enter({ admin, connectAsApp }: BenchDatabase, count: number): Promise<void> {
  await admin.query(`insert into tenants (id, slug, name, type) values ($1, 'bench', 'Bench', 'ISSUER')`, [
    TENANT,
  ]);
  const app = await connectAsApp();
  try {
    await app.query(
      `select set_config('app.tenant_id', $1, false), set_config('statement_timeout', '600s', false)`,
      [TENANT],
    );
    await app.query('begin');
    const change = await insertPositionChange(app, { effective_date: '2026-01-01' });
    await app.query(
      `insert into shareholders (external_ref, name, holdings, position_change_id)
       select 'R' || n, 'Holder ' || n, (n * 7919) % 9000 + 10 + n % 2 * 0.5, $2 from generate_series(1, $1::bigint) as n`,
      [count, change],
    );
    await app.query('commit');
    await admin.query('create table plain_entries (like position_entries including all)');
    await admin.query('vacuum analyze');
  } finally {
    await app.end();
  }
}

class SplitBench {
  readonly #database: BenchDatabase;
  readonly #holders: number;
  #day = 0;

  constructor(database: BenchDatabase, holders: number) {
    this.#database = database;
    this.#holders = holders;
  }

  /** Approves another split, of the next day: there is one of a day. Forward and back, so that shares don't grow out of bounds. */
  async reset(): Promise<void> {
    const { admin } = this.#database;
    const id = randomUUID();
    const [numerator, denominator] = this.#day % 2 === 0 ? [2, 1] : [1, 2];
    this.#day += 1;
    await admin.query(
      `insert into corporate_actions (tenant_id, id, security_class, numerator, denominator, fractions, effective_date)
       values ($1, $2, 'COMMON', $3, $4, 'KEEP', date '2026-01-01' + $5::integer)`,
      [TENANT, id, numerator, denominator, this.#day],
    );
    // A request begins as PENDING, and is decided by a user that this database doesn't have.
    await admin.query(
      `with past as materialized (select set_config('session_replication_role', 'replica', true))
       insert into change_requests (tenant_id, kind, subject_type, subject_id, after, proposal, requested_by, request_id, state, decided_by, decided_at)
       select $1, 'corporate-action', 'corporate-actions', $2, '{}', '{}', $3, 'bench', 'APPROVED', $4, now() from past`,
      [TENANT, id, PERSON, randomUUID()],
    );
    await admin.query('vacuum analyze shareholders');
  }

  async split(): Promise<number> {
    const done = await applyDueSplits(systemActor(TENANT, 'bench', applySplits));
    if (done !== 1) throw new Error(`${done} splits were due`);
    return this.#holders;
  }

  async empty(): Promise<void> {
    await this.#database.admin.query('truncate plain_entries');
  }

  async insertSelect(): Promise<number> {
    await this.#database.admin.query(
      `insert into plain_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
       select tenant_id, shareholder_id, 'COMMON', sum(delta), current_date, now(), 'split 2 for 1', 'corporate-action:0198c0de-0000-7000-8000-000000000001'
       from position_entries where tenant_id = $1 group by tenant_id, shareholder_id`,
      [TENANT],
    );
    return this.#holders;
  }
}
