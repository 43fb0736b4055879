import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendCommand } from '#local/control.ts';
import { loadedDemo } from './loaded-demo.ts';
import { type RunningPlatform, removeDataDir, startedPlatform } from './platform.ts';

const CLIENTS = 4;
const HOLDERS_PER_CLIENT = 40;
const PAYMENTS_PER_CLIENT = 12;
const GIVE_UP_MS = 90_000;

let dataDir: string;
let platform: RunningPlatform;

beforeAll(async () => {
  ({ dataDir } = await loadedDemo());
  // Acknowledged writes must be on the disk, as in production.
  platform = await startedPlatform({ dataDir, env: { VESTRY_LOCAL_FSYNC: 'on' } });
});

afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

function postmaster(): number | undefined {
  const { directory } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as {
    directory: string;
  };
  const file = join(directory, 'postmaster.pid');
  // The file is missing or empty between two servers.
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n', 1)[0]) || undefined : undefined;
}

/** Waits for a server, other than the one that was stopped. */
async function runningPostmaster(stopped?: number): Promise<number> {
  for (;;) {
    const running = postmaster();
    if (running !== undefined && running !== stopped) return running;
    await sleep(20);
  }
}

/** Stops Postgres at once, each time that so many more requests were acknowledged. */
async function stopPostgresAfter(tally: Tally, counts: readonly number[]): Promise<void> {
  for (const after of counts) {
    while (tally.acknowledged.length < after) await sleep(20);
    const stopped = await runningPostmaster();
    process.kill(stopped, 'SIGQUIT');
    await runningPostmaster(stopped);
    await forgetRequests();
  }
}

/** Lets the deadlines pass until which the keys of requests that went with the server count as in flight. */
async function forgetRequests(): Promise<void> {
  for (;;) {
    const database = new pg.Client({ connectionString: platform.file.databaseUrl });
    database.on('error', () => undefined);
    try {
      await database.connect();
      await database.query(
        `update vestry.idempotency_keys set in_progress_until = now() where status = 'INPROGRESS' and in_progress_until > now()`,
      );
      return;
    } catch {
      // The new server isn't ready yet.
      await sleep(50);
    } finally {
      await database.end().catch(() => undefined);
    }
  }
}

interface Tally {
  acknowledged: string[];
  unavailable: number;
}

/** Repeats a request, with its key, until it is acknowledged. Answers the id. */
async function persist(path: string, body: object, expected: number, tally: Tally): Promise<string> {
  const deadlineMs = Date.now() + GIVE_UP_MS;
  const headers = { 'Idempotency-Key': randomUUID() };
  for (;;) {
    const answer = await platform.api('acme/OPS', 'POST', path, body, headers);
    if (answer.status === expected) return answer.body.id;
    if (answer.status === 503) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.body.type).toBe('/problems/temporarily-unavailable');
      tally.unavailable += 1;
    } else if (answer.body.type !== '/problems/request-in-progress') {
      throw new Error(`${path} answered ${answer.text}`);
    }
    if (Date.now() > deadlineMs) throw new Error(`${path} was never acknowledged: ${answer.text}`);
    await sleep(100);
  }
}

/** Enters holders one after the other. */
async function client(tally: Tally): Promise<void> {
  for (let holder = 0; holder < HOLDERS_PER_CLIENT; holder += 1) {
    const external_ref = `loss-${randomUUID()}`;
    await persist('/shareholders', { external_ref, name: 'Holder', holdings: '1' }, 201, tally);
    tally.acknowledged.push(external_ref);
  }
}

test('an immediate stop of Postgres under load loses nothing that was acknowledged, and doubles nothing', async () => {
  const tally: Tally = { acknowledged: [], unavailable: 0 };
  await platform.token('acme', 'OPS');
  const clients = Promise.all(Array.from({ length: CLIENTS }, () => client(tally)));
  await Promise.all([stopPostgresAfter(tally, [CLIENTS * 5, CLIENTS * 20]), clients]);
  expect(tally.unavailable).toBeGreaterThan(0);
  expect(tally.acknowledged).toHaveLength(CLIENTS * HOLDERS_PER_CLIENT);
  const counts: number[] = [];
  for (const external_ref of tally.acknowledged) {
    const { body } = await platform.api('acme/OPS', 'GET', `/shareholders?external_ref=${external_ref}`);
    counts.push(body.data.length);
    expect(body.data[0]).toMatchObject({ external_ref, holdings: '1' });
  }
  expect(new Set(counts)).toEqual(new Set([1]));
});

/** A verified holder with an account into which the mock bank settles at once. */
async function payee(tally: Tally): Promise<string> {
  const id = await persist(
    '/shareholders',
    { external_ref: `loss-${randomUUID()}`, name: 'Ada Holder' },
    201,
    tally,
  );
  const verified = { status: 'VERIFIED' };
  await platform.api('acme/COMPLIANCE', 'PATCH', `/shareholders/${id}/kyc`, verified, { 'If-Match': '"1"' });
  const account = {
    ...{ routing_number: '121042882', account_number: '900000000600' },
    ...{ account_type: 'CHECKING', holder_name: 'Ada Holder' },
  };
  const added = await platform.api('acme/OPS', 'POST', `/shareholders/${id}/bank-accounts`, account);
  expect(added.status, added.text).toBe(202);
  const approved = await platform.api('acme/COMPLIANCE', 'POST', `/approvals/${added.body.id}/approve`);
  expect(approved.status, approved.text).toBe(200);
  return id;
}

test('payments whose orders, steps and callbacks lose the database are made once, and all end', async () => {
  const tally: Tally = { acknowledged: [], unavailable: 0 };
  const shareholder_id = await payee(tally);
  const order = { shareholder_id, amount: '1', currency: 'USD' };
  const pay = async (): Promise<void> => {
    for (let payment = 0; payment < PAYMENTS_PER_CLIENT; payment += 1)
      tally.acknowledged.push(await persist('/transactions/disburse', order, 202, tally));
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, pay));
  await Promise.all([stopPostgresAfter(tally, [CLIENTS, CLIENTS * 5]), clients]);
  expect(tally.unavailable).toBeGreaterThan(0);
  expect(new Set(tally.acknowledged).size).toBe(CLIENTS * PAYMENTS_PER_CLIENT);
  const database = new pg.Client({
    connectionString: platform.file.databaseUrl,
    options: '-c search_path=vestry',
  });
  await database.connect();
  const open = async (): Promise<number> => {
    const { rows } = await database.query(
      `select count(*)::integer as n from transactions where shareholder_id = $1 and status <> 'SETTLED'`,
      [shareholder_id],
    );
    return rows[0].n;
  };
  // A quarter of an hour for steps that wait to try again, and for the jobs that find what was lost.
  let until = Date.now();
  for (let rounds = 0; rounds < 8 && (await open()) > 0; rounds += 1) {
    until += 15 * 60_000;
    for await (const _ of sendCommand(platform.file.controlSocket, {
      command: 'advance',
      until: new Date(until).toISOString(),
    }));
  }
  const { rows } = await database.query(
    `select (select array_agg(id::text order by id) from transactions where shareholder_id = $1 and status = 'SETTLED') as settled,
       (select array_agg(p.reference order by p.reference) from mock_bank_payments p
         join transactions t on t.id::text = p.reference where t.shareholder_id = $1) as paid`,
    [shareholder_id],
  );
  await database.end();
  expect(rows[0].settled).toEqual(tally.acknowledged.toSorted());
  expect(rows[0].paid).toEqual(tally.acknowledged.toSorted());
});
