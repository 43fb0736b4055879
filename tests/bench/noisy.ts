import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { handler } from '#functions/register/get-shareholder.ts';
import { getShareholder } from '#register/shareholders.routes.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type BenchDatabase, benchDatabase } from './bench-database.ts';
import { median } from './interleave.ts';
import type { Noise, Noised } from './noisy-tenant.ts';

const HOLDERS = 10_000;
/** The quiet tenant's pause between two requests. */
const PAUSE_MS = 10;
const UNLIMITED = 1_000_000;

interface Way {
  readonly name: string;
  readonly noise: boolean;
  /** The noisy tenant's quota of reports in ten seconds. */
  readonly quota: number;
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly noise: Noised;
}

/**
 * The time that one tenant's reads take while another one asks for as many reports as it can: alone, with the quotas of an environment, and without any. Then how many
 * of the other's requests were refused.
 */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reads: { type: 'string', default: '300' },
      rounds: { type: 'string', default: '3' },
      noise: { type: 'string', default: '200' },
      quota: { type: 'string', default: '50' },
    },
  });
  const ways: readonly Way[] = [
    { name: 'alone', noise: false, quota: UNLIMITED },
    { name: 'beside a noisy tenant with a quota', noise: true, quota: Number(values.quota) },
    { name: 'beside a noisy tenant without one', noise: true, quota: UNLIMITED },
  ];
  const database = await benchDatabase();
  try {
    const [quiet, noisy] = [await arrange(database), await arrange(database)];
    const found = new Map(ways.map(({ name }) => [name, [] as Figures[]]));
    for (let round = 0; round < Number(values.rounds); round += 1)
      for (const way of ways) {
        const noise: Noise = { as: noisy.tenant.as('OPS'), perSecond: Number(values.noise) };
        found.get(way.name)?.push(await measure(quiet, way, noise, Number(values.reads)));
      }
    const of = (name: string, figure: (figures: Figures) => number): number =>
      median((found.get(name) ?? []).map(figure));
    console.log(`\nGET /shareholders/{id} of a quiet tenant (ms, median of ${values.rounds})`);
    console.table(
      Object.fromEntries(
        ways.map(({ name }) => [
          name,
          {
            p50: Number(of(name, ({ p50 }) => p50).toFixed(1)),
            p99: Number(of(name, ({ p99 }) => p99).toFixed(1)),
            'times as long': Number((of(name, ({ p50 }) => p50) / of('alone', ({ p50 }) => p50)).toFixed(2)),
            'the other sent': Math.round(of(name, ({ noise }) => noise.sent)),
            'refused of it': Math.round(of(name, ({ noise }) => noise.refused)),
          },
        ]),
      ),
    );
  } finally {
    await database.close();
  }
}

interface Arranged {
  readonly tenant: TestTenant;
  readonly ids: readonly string[];
}

async function arrange({ admin }: BenchDatabase): Promise<Arranged> {
  const tenant = await insertTestTenant(admin, 'ISSUER');
  const { rows } = await admin.query<{ id: string }>(
    `insert into shareholders (tenant_id, external_ref, name)
       select $1, n::text, 'Holder ' || n from generate_series(1, $2::integer) as n returning id`,
    [tenant.id, HOLDERS],
  );
  await admin.query('analyze shareholders');
  return { tenant, ids: rows.map(({ id }) => id) };
}

async function measure(quiet: Arranged, way: Way, noise: Noise, reads: number): Promise<Figures> {
  const stop = way.noise ? await begin(noise, way.quota) : async () => ({ sent: 0, refused: 0 });
  const as = quiet.tenant.as('OPS');
  const took: number[] = [];
  for (let read = 0; read < reads; read += 1) {
    const id = quiet.ids[(read * 7919) % quiet.ids.length] ?? '';
    const startedMs = performance.now();
    const { status } = await call(handler, getShareholder, { as, params: { id } });
    if (status !== 200) throw new Error(`a quiet tenant was answered ${status}`);
    took.push(performance.now() - startedMs);
    await pause(PAUSE_MS);
  }
  const noised = await stop();
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), noise: noised };
}

/** Begins the noise, and returns what ends it. The quota is the other's alone, since the quiet tenant is another process. */
async function begin(noise: Noise, quota: number): Promise<() => Promise<Noised>> {
  const worker = new Worker(new URL('./noisy-tenant.ts', import.meta.url), {
    workerData: noise,
    env: { ...process.env, REQUESTS_PER_USER: String(quota), REQUESTS_PER_TENANT: String(quota) },
  });
  await once(worker, 'message');
  return async () => {
    worker.postMessage('over');
    const [noised] = (await once(worker, 'message')) as [Noised];
    await once(worker, 'exit');
    return noised;
  };
}
