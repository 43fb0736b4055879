import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Principal } from '#platform/http/authorize.ts';

/** The tenant that makes the noise, in a thread of its own, as its functions have environments of their own. */
export interface Noise {
  readonly as: Principal;
  /** Requests that it sends a second, whatever it is answered. */
  readonly perSecond: number;
}

export interface Noised {
  readonly sent: number;
  readonly refused: number;
}

/** The most that it has under way at once. */
const AT_ONCE = 32;
const TICK_MS = 10;

const { as, perSecond } = workerData as Noise;
const { standForEnvironments } = await import('#platform/db/pool.ts');
standForEnvironments(AT_ONCE);
const { handler } = await import('#functions/reporting/get-holdings-report.ts');
const { getHoldingsReport } = await import('#reporting/reports/reports.routes.ts');
const { call } = await import('#tests/support/request.ts');

let isOver = false;
parentPort?.once('message', () => {
  isOver = true;
});
let underWay = 0;
let sent = 0;
let refused = 0;
const send = async () => {
  underWay += 1;
  sent += 1;
  const { status } = await call(handler, getHoldingsReport, { as });
  if (status === 429) refused += 1;
  else if (status !== 200) throw new Error(`a noisy tenant was answered ${status}`);
  underWay -= 1;
};
await send();
parentPort?.postMessage('begun');
const startedMs = performance.now();
while (!isOver) {
  const due = ((performance.now() - startedMs) / 1000) * perSecond;
  while (sent < due && underWay < AT_ONCE) void send();
  await pause(TICK_MS);
}
while (underWay > 0) await pause(TICK_MS);
const { closePools } = await import('#platform/db/pool.ts');
await closePools();
parentPort?.postMessage({ sent, refused } satisfies Noised);
