import { sql } from 'kysely';
import { maskPayload } from '#platform/observability/mask.ts';
import type { AuditEach, AuditEntry, TenantTx } from './tenant-tx.ts';

/** One of many entries of a transaction, with what it tells the changes of. */
export interface EachEntry extends AuditEntry {
  /** Rows beside its resource whose changes it tells, as the trail names them. */
  readonly about?: readonly string[];
}

/** Must be called ahead of the first change of a transaction that ends with {@link auditEach}: its changes are noted without a limit. */
export async function recordEach(tx: TenantTx): Promise<void> {
  await sql`select set_config('app.each', 'on', true)`.execute(tx);
}

/** A change that no entry is about, of what all rows belong to, is told by the first one. */
const INSERT_EACH = `with recorded as materialized (
    select c.change, c.at from jsonb_array_elements(recorded_changes()) with ordinality as c (change, at)),
  entry as (select at, action, resource, payload, problem, about
    from json_to_recordset($1) as e (at integer, action text, resource text, payload jsonb, problem text, about text[])),
  named as (select e.at, r.resource from entry e, unnest(e.resource || e.about) as r (resource)),
  told as (select coalesce(n.at, 0) as at, jsonb_agg(c.change order by c.at) as changes
    from recorded c left join named n on n.resource = c.change ->> 'resource' group by 1)
  insert into audit_log (actor_id, actor_role, request_id, source_ip, user_agent, action, resource, payload, problem, changes)
  select $2, $3, $4, $5, $6, e.action, e.resource, e.payload, e.problem, t.changes
  from entry e left join told t on t.at = e.at order by e.at`;

/** Makes the trail of a set: an entry for each. */
export function auditEach(entries: readonly EachEntry[]): AuditEach {
  const rows = entries.map(({ payload, about = [], ...entry }, at) => ({
    ...{ at, ...entry, about },
    payload: maskPayload(payload),
  }));
  return { text: INSERT_EACH, rows: JSON.stringify(rows) };
}
