import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { AuditEntry, listAudit } from '#audit/audit.routes.ts';
import type { AuditAction } from '#contracts/audit-actions.ts';
import { SECURITY_ACTION_NAMES } from '#contracts/security-actions.ts';
import type { AuditLog } from '#generated/database.ts';
import { lowestUuidV7 } from '#kernel/ids.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'id',
  'ts',
  'actor_id',
  'actor_role',
  'action',
  'resource',
  'request_id',
  'source_ip',
  'user_agent',
  'problem',
  'payload',
  'changes',
] as const;
type AuditRow = Pick<Selectable<AuditLog>, (typeof COLUMNS)[number]>;

type Change = z.input<typeof AuditEntry>['changes'][number];
/** Stands behind the last change that was recorded, where there were more. */
interface More {
  readonly more: true;
}

export function toAuditEntry({ changes, ...row }: AuditRow): z.input<typeof AuditEntry> {
  const recorded = (changes ?? []) as unknown as readonly (Change | More)[];
  const shown = recorded.filter((change): change is Change => !('more' in change));
  return {
    ...row,
    ts: row.ts.toISOString(),
    outcome: row.problem === null ? 'done' : 'refused',
    payload: row.payload as Record<string, unknown>,
    changes: shown,
    changes_complete: shown.length === recorded.length,
  };
}

/** An id is made with its entry's instant, or with the minute in which it began; so much apart they may be. */
const ID_SLACK_MS = 120_000;

/** The lowest id of an instant, and of what was made so much later. */
const lowestId = (instant: string, slackMs: number) => lowestUuidV7(Date.parse(instant) + slackMs);

interface Span {
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

function entriesWithin(read: TenantRead, { from, to }: Span) {
  let query = read.selectFrom('audit_log').select(COLUMNS);
  if (from !== undefined)
    query = query.where('ts', '>=', sql<Date>`${from}`).where('id', '>=', lowestId(from, -ID_SLACK_MS));
  if (to !== undefined)
    query = query.where('ts', '<', sql<Date>`${to}`).where('id', '<', lowestId(to, ID_SLACK_MS));
  return query;
}

export interface TrailPart extends Span {
  /** The id of the entry before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Oldest first, after the entry of an id. */
export function listEntriesInOrder(read: TenantRead, part: TrailPart): Promise<AuditRow[]> {
  const { after, limit } = part;
  let query = entriesWithin(read, part).orderBy('id').limit(limit);
  if (after !== undefined) query = query.where('id', '>', after);
  return query.execute();
}

type Positioned = AuditRow & { readonly position: string | null };

interface OfObject {
  /** The names that the object has in the trail. */
  readonly resources: readonly string[];
  readonly limit: number;
  /** Actions that are left out, as is then whatever was refused. @default everything is told */
  readonly without: readonly AuditAction[] | undefined;
}

/** One more than the limit. */
export function searchHistory(
  read: TenantRead,
  { resources, limit, without }: OfObject,
  { position, after, by }: Sorted,
): Promise<Positioned[]> {
  const query = read
    .selectFrom('audit_log')
    .select([...COLUMNS, position.as('position')])
    .where('resource', 'in', resources)
    .where(after)
    .orderBy(by)
    .limit(limit + 1);
  return (
    without === undefined ? query : query.where('problem', 'is', null).where('action', 'not in', without)
  ).execute();
}

/** Newest first; one more than the limit. */
export function searchEntries(
  read: TenantRead,
  search: z.output<(typeof listAudit)['query']>,
  { position, after, by }: Sorted,
): Promise<Positioned[]> {
  let query = entriesWithin(read, search)
    .select(position.as('position'))
    .where(after)
    .orderBy(by)
    .limit(search.limit + 1);
  for (const column of ['actor_id', 'resource', 'request_id', 'action'] as const) {
    const value = search[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  const { security } = search;
  if (security !== undefined)
    query = query.where('action', security ? 'in' : 'not in', SECURITY_ACTION_NAMES);
  return query.execute();
}
