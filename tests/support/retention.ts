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

const LEDGERS = {
  positions: `select md5(string_agg(e::text, ',' order by e::text)) as digest from position_entries e`,
  journal: `select md5(string_agg(j::text, ',' order by j::text)) as digest from journal j`,
  transactions: `select md5(string_agg(t::text, ',' order by t::text)) as digest from transactions t`,
  contributions: `select md5(string_agg(c::text, ',' order by c::text)) as digest from contributions c`,
};

/** What no purge may change, as digests by name. */
export async function ledgers(admin: pg.Pool): Promise<Record<string, string | null>> {
  const digests: Record<string, string | null> = {};
  for (const [name, text] of Object.entries(LEDGERS))
    digests[name] = (await admin.query<{ digest: string | null }>(text)).rows[0]?.digest ?? null;
  return digests;
}
