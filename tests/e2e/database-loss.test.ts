import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPlatform, removeDataDir, startedPlatform, temporaryDataDir } from './platform.ts';

const CLIENTS = 4;
const HOLDERS_PER_CLIENT = 40;
const GIVE_UP_MS = 90_000;

let dataDir: string;
let platform: RunningPlatform;

beforeAll(async () => {
  dataDir = temporaryDataDir();
  // What is acknowledged must be on the disk, as in production.
  platform = await startedPlatform({ dataDir, env: { VESTRY_LOCAL_FSYNC: 'on' } });
});

afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

function postmaster(): number {
  const { directory } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as {
    directory: string;
  };
  return Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}

interface Tally {
  acknowledged: string[];
  unavailable: number;
  other: number[];
}

/** Enters holders one after the other, repeating each request, with its key, until it is acknowledged. */
async function client(name: number, tally: Tally): Promise<void> {
  const deadlineMs = Date.now() + GIVE_UP_MS;
  for (let holder = 0; holder < HOLDERS_PER_CLIENT; holder += 1) {
    const external_ref = `loss-${name}-${holder}`;
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { external_ref, name: 'Holder', holdings: '1' };
    for (;;) {
      const answer = await platform.api('acme/OPS', 'POST', '/shareholders', body, headers);
      if (answer.status === 201) {
        tally.acknowledged.push(external_ref);
        break;
      }
      if (answer.status === 503) {
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.body.type).toBe('urn:vestry:problem:temporarily-unavailable');
        tally.unavailable += 1;
      } else if (answer.status !== 409) tally.other.push(answer.status);
      if (Date.now() > deadlineMs) throw new Error(`${external_ref} was never acknowledged: ${answer.text}`);
      await sleep(100);
    }
  }
}

test('an immediate stop of Postgres under load loses nothing that was acknowledged, and doubles nothing', async () => {
  const tally: Tally = { acknowledged: [], unavailable: 0, other: [] };
  await platform.token('acme', 'OPS');
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name, tally)));
  for (const after of [CLIENTS * 5, CLIENTS * 20]) {
    while (tally.acknowledged.length < after) await sleep(20);
    process.kill(postmaster(), 'SIGQUIT');
    await sleep(1_000);
  }
  await clients;
  expect(tally.other).toEqual([]);
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
