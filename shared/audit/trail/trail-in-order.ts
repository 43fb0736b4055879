import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { listEntriesInOrder, type TrailPart, toAuditEntry } from './audit-entry.repository.ts';

/** The columns of the trail as a table; nested values are JSON. */
export const TRAIL_COLUMNS = {
  id: 'text',
  ts: 'text',
  actor_id: 'text',
  actor_role: 'text',
  action: 'text',
  resource: 'text',
  request_id: 'text',
  source_ip: 'text',
  user_agent: 'text',
  outcome: 'text',
  problem: 'text',
  payload: 'text',
  changes: 'text',
  changes_complete: 'text',
} as const;

/** Returns entries of a tenant's trail, the oldest first, as rows of a table. */
export async function readEntriesInOrder(read: TenantRead, part: TrailPart) {
  const rows = await listEntriesInOrder(read, part);
  return rows.map((row) => {
    const { payload, changes, ...entry } = toAuditEntry(row);
    return { ...entry, payload: JSON.stringify(payload), changes: JSON.stringify(changes) };
  });
}
