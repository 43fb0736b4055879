import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { LoggedRequest, listRequests } from '#audit/requests/requests.routes.ts';
import { typeOfSlug } from '#contracts/problem-slug.ts';
import type { RequestLog } from '#generated/database.ts';
import { lowestUuidV7 } from '#kernel/ids.ts';
import { decodeCursor } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

const COLUMNS = [
  'id',
  'at',
  'actor_id',
  'actor_role',
  'is_key',
  'method',
  'route',
  'operation',
  'status',
  'problem',
  'duration_ms',
  'request_id',
  'source_ip',
] as const;
type RequestRow = Pick<Selectable<RequestLog>, (typeof COLUMNS)[number]>;

export function toLoggedRequest({ is_key, problem, ...row }: RequestRow): z.input<typeof LoggedRequest> {
  return {
    ...row,
    at: row.at.toISOString(),
    problem: problem === null ? null : typeOfSlug(problem),
    actor_type: is_key ? 'API_KEY' : 'USER',
  };
}

/** The id of a request that was too many is made with the minute in which it came. */
const ID_SLACK_MS = 60_000;

/** Newest first; one more than the limit. */
export function searchRequests(
  read: TenantRead,
  { from, to, status, operation, actor_id, cursor, limit }: z.output<(typeof listRequests)['query']>,
): Promise<RequestRow[]> {
  let query = read
    .selectFrom('request_log')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (from !== undefined)
    query = query
      .where('at', '>=', sql<Date>`${from}`)
      .where('id', '>=', lowestUuidV7(Date.parse(from) - ID_SLACK_MS));
  if (to !== undefined)
    query = query.where('at', '<', sql<Date>`${to}`).where('id', '<', lowestUuidV7(Date.parse(to)));
  if (status !== undefined) {
    const lowest = 100 * Number(status.charAt(0));
    // Literals: by them the planner knows the index of what went wrong.
    query = query.where('status', '>=', sql.lit(lowest)).where('status', '<', sql.lit(lowest + 100));
  }
  if (operation !== undefined) query = query.where('operation', '=', operation);
  if (actor_id !== undefined) query = query.where('actor_id', '=', actor_id);
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}
