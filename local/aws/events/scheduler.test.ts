import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlatformModel } from '#aws/templates/platform-model.ts';
import { PlatformClock } from './platform-clock.ts';
import { Scheduler } from './scheduler.ts';

const DAYS = 10;
const HOUR_MS = 3_600_000;
const SCHEDULES = { sweep: 'rate(1 minute)', hourly: 'cron(0 * * * ? *)', noon: 'cron(0 12 * * ? *)' };

let directory: string;
let fired: string[];
let activity: number;
let atOnce: string[];
const under = new Set<string>();

/** Stands for the router: it notes what fires, and `act` says what a firing puts on queues. */
function schedulerOf(act: (name: string, time: string) => number): Scheduler {
  const rules = Object.entries(SCHEDULES).map(([name, schedule]) => ({
    ...{ name, schedule, arn: `arn:aws:events:::rule/${name}`, eventBusName: 'default', pattern: undefined },
    targets: [{ arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}` }],
  }));
  const router = {
    fire: async ({ arn }: { arn: string }, { time }: { time: string }) => {
      const name = arn.split(':').at(-1) as string;
      under.add(name);
      atOnce.push([...under].sort().join(' '));
      await yieldToOthers();
      under.delete(name);
      fired.push(`${name} ${time}`);
      activity += act(name, time);
      return undefined;
    },
  };
  return new Scheduler({
    model: {
      rules,
      mappings: [],
      accountId: '000000000000',
      region: 'us-east-1',
    } as unknown as PlatformModel,
    router: router as never,
    clock: new PlatformClock(join(directory, 'clock.json')),
    settle: async () => undefined,
    activity: () => activity,
  });
}

const firings = (name: string): string[] => fired.filter((firing) => firing.startsWith(`${name} `));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scheduler-'));
  fired = [];
  activity = 0;
  atOnce = [];
});

afterEach(() => rmSync(directory, { recursive: true }));

test('advancing fires every schedule, and sweeps once a day while nothing happens', async () => {
  const scheduler = schedulerOf(() => 0);
  await scheduler.advance(new Date(Date.now() + DAYS * 24 * HOUR_MS), () => undefined);
  expect(firings('hourly').length).toBeGreaterThanOrEqual(DAYS * 24);
  expect(firings('sweep').length).toBeGreaterThanOrEqual(DAYS);
  expect(firings('sweep').length).toBeLessThanOrEqual(DAYS + 3);
});

test('a sweep follows each firing that puts something on a queue', async () => {
  const scheduler = schedulerOf((name, time) => (name === 'hourly' && time.includes('T07:') ? 1 : 0));
  await scheduler.advance(new Date(Date.now() + DAYS * 24 * HOUR_MS), () => undefined);
  const active = firings('hourly').filter((firing) => firing.includes('T07:'));
  for (const firing of active) expect(fired).toContain(firing.replace('hourly', 'sweep'));
});

test('a sweep that did something is followed by another', async () => {
  let left = 3;
  const scheduler = schedulerOf((name) => (name === 'sweep' && left-- > 0 ? 1 : 0));
  await scheduler.advance(new Date(Date.now() + 12 * HOUR_MS), () => undefined);
  // Three that did something, one that found nothing, and the one at the end.
  expect(firings('sweep')).toHaveLength(5);
});

test('schedules of one instant fire together, and others one after the other', async () => {
  const scheduler = schedulerOf(() => 0);
  await scheduler.advance(new Date(Date.now() + 2 * 24 * HOUR_MS), () => undefined);
  expect(new Set(atOnce)).toEqual(new Set(['hourly', 'hourly noon', 'sweep']));
  expect(atOnce.filter((names) => names === 'hourly noon')).toHaveLength(2);
});
