import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type pg from 'pg';
import { handler as purgeHandler } from '#functions/scheduled/purge-expired.ts';
import { testContext } from './request.ts';

/** Runs the purge for an instant. */
export async function purgeAt(
  time: string,
  timeoutMs?: number,
): Promise<{ purged: Record<string, number>; complete: boolean }> {
  const result = await purgeHandler({ id: `purge-${time}`, time }, testContext(timeoutMs));
  return result as unknown as { purged: Record<string, number>; complete: boolean };
}

/** Runs the purge in a process of its own, which is killed after so long, or ends itself at a crash point; answers whether it was cut off. */
export async function purgeCutOff(
  time: string,
  { killAfterMs, crashDirectory }: { killAfterMs?: number; crashDirectory?: string },
): Promise<boolean> {
  const child = fork(join(import.meta.dirname, 'purge-child.ts'), [time], {
    env: { ...process.env, ...(crashDirectory === undefined ? {} : { VESTRY_CRASH_DIR: crashDirectory }) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit') as Promise<[code: number | null]>;
  await once(child, 'message');
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await ended;
  clearTimeout(timer);
  return code !== 0;
}

const LEDGERS = {
  positions: `select md5(string_agg(e::text, ',' order by e::text)) as digest from position_entries e`,
  journal: `select md5(string_agg(j::text, ',' order by j::text)) as digest from journal j`,
  // Memos are left out; they are no part of the ledger.
  transactions: `select md5(string_agg((to_jsonb(t) - 'memo')::text, ',' order by t.id)) as digest from transactions t`,
  contributions: `select md5(string_agg(c::text, ',' order by c::text)) as digest from contributions c`,
};

/** Returns digests, by name, of everything that no purge may change. */
export async function ledgers(admin: pg.Pool): Promise<Record<string, string | null>> {
  const digests: Record<string, string | null> = {};
  for (const [name, text] of Object.entries(LEDGERS))
    digests[name] = (await admin.query<{ digest: string | null }>(text)).rows[0]?.digest ?? null;
  return digests;
}
