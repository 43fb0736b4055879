import { sql } from 'kysely';
import type { EventPayload } from '#contracts/event-schemas.ts';
import { ENTRIES_PER_REPORT } from '#contracts/event-types.ts';
import { SECURITY_ACTION_NAMES, SECURITY_ACTIONS, type SecurityAction } from '#contracts/security-actions.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { instantText } from './instant-text.ts';
import { type Activity, listActivity, type SettledRange } from './settled.repository.ts';

const IS_SECURITY = sql`action = any(${[...SECURITY_ACTION_NAMES]}::text[])`;

/** Lists the tenants that have security events in a range. */
export const listSecurityActivity = (tx: SystemTx, range: SettledRange) =>
  listActivity(tx, range, IS_SECURITY);

/** Longer ones are read in the trail. */
const MAX_PAYLOAD_BYTES = 500;
const MAX_RESOURCE_LENGTH = 200;
/** The bus and a queue take 256 KB, and a message has the event as a text in its JSON: quotes are escaped twice. */
const MAX_BYTES = 200_000;

type Report = EventPayload<'security.reported'>;

type Row = Omit<Report['entries'][number], 'kind' | 'action'> & {
  readonly action: SecurityAction;
  /** Entries of the same action, and the first and last instant of all. */
  readonly of_action: bigint;
  readonly first_at: string;
  readonly last_at: string;
};

/**
 * Counts the security events of a tenant in a range, and shows some of them: of each action the newest first, so that many of one
 * hide no other. Undefined where there are none.
 */
export async function findSecurityReport(
  tx: TenantTx,
  { from, to }: SettledRange,
  { first_id, last_id }: Pick<Activity, 'first_id' | 'last_id'>,
): Promise<Report | undefined> {
  const { rows } = await sql<Row>`
    with found as materialized (
      select id, ts, actor_id, actor_role, action, resource, request_id, source_ip, user_agent, problem, payload,
        row_number() over (partition by action order by id desc) as place, count(*) over (partition by action) as of_action,
        min(ts) over () as first_ts, max(ts) over () as last_ts
      from audit_log
      where id >= ${first_id}::uuid and id <= ${last_id}::uuid and xact >= ${from}::xid8 and xact < ${to}::xid8 and ${IS_SECURITY})
    select id, ${instantText('ts')} as ts, action, actor_id, actor_role, left(resource, ${MAX_RESOURCE_LENGTH}) as resource,
      request_id, source_ip, user_agent, case when problem is null then 'done' else 'refused' end as outcome, problem,
      case when octet_length(payload::text) <= ${MAX_PAYLOAD_BYTES} then payload end as payload,
      of_action, ${instantText('first_ts')} as first_at, ${instantText('last_ts')} as last_at
    from found order by place, id desc limit ${ENTRIES_PER_REPORT}`.execute(tx);
  const [first] = rows;
  if (first === undefined) return undefined;
  // Fewer actions than entries: each has one among them.
  const counts = [...new Map(rows.map(({ action, of_action }) => [action, Number(of_action)]))]
    .map(([action, entries]) => ({ action, kind: SECURITY_ACTIONS[action], entries }))
    .sort((a, b) => (a.action < b.action ? -1 : 1));
  const total = counts.reduce((sum, { entries }) => sum + entries, 0);
  let bytes = 0;
  const entries = rows
    .map(({ of_action: _, first_at: __, last_at: ___, ...entry }) => ({
      ...entry,
      kind: SECURITY_ACTIONS[entry.action],
    }))
    .filter((entry) => {
      bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(entry)));
      return bytes <= MAX_BYTES;
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const { first_at, last_at } = first;
  return { first_at, last_at, total, omitted: total - entries.length, counts, entries };
}
