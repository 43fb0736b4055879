import { parseArgs } from 'node:util';
import { Permit } from '#approvals/permit.ts';
import type { TenantId } from '#kernel/ids.ts';
import { proposeRun, releaseEffects } from '#plans/releases/propose-release.ts';
import { settlementEffects } from '#plans/releases/settle-release.ts';
import { letStatementsRunFor } from '#platform/db/tenant-context.ts';
import { type TenantTx, tenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { interleave } from './interleave.ts';

const SPONSOR = '0198c0de-0000-7000-8000-000000000001' as TenantId;
const ISSUER = '0198c0de-0000-7000-8000-000000000002' as TenantId;
const PERSON = '0198c0de-0000-7000-8000-000000000003';
const PERMIT = Permit.approved(PERSON, SPONSOR);
/** The goal, beside the ratio. */
const GRANTS_PER_SECOND = 20_000;

/**
 * A release run of as many grants, from the proposal through the sponsor's approval to the settlement in the register, against INSERT … SELECT of
 * the same lines and position entries into tables like ours. The run also writes what each grant has left and what each holder has.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      grants: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const grants = Number(values.grants);
  const database = await benchDatabase();
  letStatementsRunFor(600);
  try {
    await enter(database, grants);
    const bench = new ReleaseBench(database, grants);
    const outcome = await interleave({
      title: `release of ${grants} grants`,
      unit: 'grants/s',
      ours: { name: 'the run', prepare: () => bench.reset(), run: () => bench.release() },
      limit: {
        name: 'INSERT … SELECT of lines and entries',
        prepare: () => bench.empty(),
        run: () => bench.insertSelect(),
      },
      atLeast: 0.15,
      rounds: Number(values.rounds),
    });
    bench.print();
    if (!outcome.met || outcome.ours < GRANTS_PER_SECOND) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

async function enter({ admin, connectAsApp }: BenchDatabase, count: number): Promise<void> {
  await admin.query(
    `insert into tenants (id, slug, name, type) values ($1, 'sponsor', 'Sponsor', 'SPONSOR'), ($2, 'issuer', 'Issuer', 'ISSUER')`,
    [SPONSOR, ISSUER],
  );
  await admin.query(
    `insert into tenant_links (tenant_id, sponsor_tenant_id, sponsor_slug) values ($1, $2, 'sponsor')`,
    [ISSUER, SPONSOR],
  );
  const app = await connectAsApp();
  try {
    await app.query(
      `select set_config('app.tenant_id', $1, false), set_config('statement_timeout', '600s', false)`,
      [ISSUER],
    );
    await app.query('begin');
    const change = await insertPositionChange(app, { effective_date: '2026-01-01' });
    await app.query(
      `insert into shareholders (external_ref, name, holdings, position_change_id)
       select 'R' || n, 'Holder ' || n, 10, $2 from generate_series(1, $1::bigint) as n`,
      [count, change],
    );
    await app.query('commit');
  } finally {
    await app.end();
  }
  await admin.query(
    `insert into participants (tenant_id, employee_id) select $1, 'e' || n from generate_series(1, $2::integer) n`,
    [SPONSOR, count],
  );
  await admin.query(
    `with made as (
       insert into plans (tenant_id, employee_id, plan_type, shareholder_id, currency, enrolled_on, vesting_start, vested_as_of, granted_quantity, vested_quantity)
       select $1, 'e' || substr(external_ref, 2), 'RSU', id, 'USD', '2025-01-31', '2025-01-31', '2099-01-01', 1000000, 1 from shareholders where tenant_id = $2
       returning tenant_id, id)
     insert into grants (tenant_id, plan_id, quantity, grant_date, vesting_start, vested_quantity)
     select tenant_id, id, 1000000, '2025-01-31', '2025-01-31', 1 from made`,
    [SPONSOR, ISSUER],
  );
  await admin.query('create table plain_entries (like position_entries including all)');
  await admin.query('create table plain_lines (like release_lines including all)');
  await admin.query('vacuum analyze');
}

class ReleaseBench {
  readonly #database: BenchDatabase;
  readonly #grants: number;
  readonly #steps = new Map<string, number[]>();

  constructor(database: BenchDatabase, grants: number) {
    this.#database = database;
    this.#grants = grants;
  }

  /** Vests more of every grant. */
  async reset(): Promise<void> {
    const { admin } = this.#database;
    await admin.query('update grants set vested_quantity = released_quantity + 100');
    await admin.query('vacuum analyze grants, plans, shareholders');
  }

  async release(): Promise<number> {
    const id = await this.#step('proposal', SPONSOR, async (tx) => {
      const order = { issuer: 'issuer', withholding_percent: '22' };
      const proposer = { actorId: PERSON, requestId: 'bench' };
      const { request } = await proposeRun(tx, order, await todayOf(tx), proposer);
      return request.subject.id;
    });
    const request = (proposal: object) => ({ proposal }) as never;
    await this.#step('approval', SPONSOR, (tx) => releaseEffects.approved(tx, request({ id }), PERMIT));
    await this.#step('settlement', ISSUER, (tx) =>
      settlementEffects.approved(tx, request({ id, version: 2, security_class: 'COMMON' }), PERMIT),
    );
    return this.#grants;
  }

  async #step<T>(name: string, tenantId: TenantId, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    const began = performance.now();
    const { result } = await tenantTx(systemActor(tenantId, 'bench', { suspended: 'parks' }), work, {
      audit: () => ({ action: 'release.offered', resource: 'releases', payload: {} }),
    });
    this.#steps.set(name, [...(this.#steps.get(name) ?? []), performance.now() - began]);
    return result as T;
  }

  /** Prints the median time of each step, in milliseconds. */
  print(): void {
    const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    console.table(
      Object.fromEntries([...this.#steps].map(([name, times]) => [name, { ms: Math.round(median(times)) }])),
    );
    console.log(`goal ${GRANTS_PER_SECOND} grants/s`);
  }

  async empty(): Promise<void> {
    await this.#database.admin.query('truncate plain_entries, plain_lines');
  }

  async insertSelect(): Promise<number> {
    const { admin } = this.#database;
    await admin.query(
      `insert into plain_lines (tenant_id, release_id, plan_id, grant_id, shareholder_id, vested, withheld)
       select g.tenant_id, $1::uuid, g.plan_id, g.id, p.shareholder_id, 100, 22 from grants g join plans p on p.tenant_id = g.tenant_id and p.id = g.plan_id
       order by g.plan_id, g.id`,
      [PERSON],
    );
    await admin.query(
      `insert into plain_entries (tenant_id, shareholder_id, security_class, delta, effective_date, recorded_at, reason, source)
       select $1, shareholder_id, 'COMMON', vested - withheld, current_date, now(), 'RSU release', 'release:0198c0de-0000-7000-8000-000000000001' from plain_lines`,
      [ISSUER],
    );
    return this.#grants;
  }
}
