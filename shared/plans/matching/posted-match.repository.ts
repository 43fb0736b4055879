import { sql } from 'kysely';
import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { MATCH_RUNS, TRUE_UP } from './match.repository.ts';
import type { PostedMatch } from './matches.routes.ts';

export interface PostedMatchRow {
  readonly pay_date: string;
  readonly run_id: string;
  readonly source: string;
  readonly currency: string;
  readonly posted: number;
  readonly reversed: number;
  /** Minor units of what stands. */
  readonly total: bigint;
}

/** Lists what has been matched under a plan document by run, the newest pay date first. */
export async function listPostedMatches(
  read: TenantRead,
  documentId: string,
  { limit, cursor }: PageRequest,
): Promise<PostedMatchRow[]> {
  const [day, runId, source] = cursor === undefined ? [] : decodeCursor(cursor, ['date', 'text', 'text']);
  const after =
    day === undefined
      ? sql``
      : sql`and (h.pay_date, h.run_id, h.source) < (${day}::date, ${runId}::text, ${source}::text)`;
  const { rows } = await sql<PostedMatchRow>`
    select h.pay_date, h.run_id, h.source, p.currency, count(*) filter (where not h.reversed)::integer as posted,
      count(*) filter (where h.reversed)::integer as reversed, coalesce(sum(h.amount) filter (where not h.reversed), 0)::bigint as total
    from payroll_periods h join plans p on p.tenant_id = h.tenant_id and p.id = h.plan_id
    where p.plan_document_id = ${documentId}::uuid and h.upload_id is null and ${sql.raw(MATCH_RUNS)} ${after}
    group by h.pay_date, h.run_id, h.source, p.currency
    order by h.pay_date desc, h.run_id desc, h.source desc limit ${limit + 1}`.execute(read);
  return rows;
}

export function toPostedMatch({
  total,
  currency,
  run_id,
  ...row
}: PostedMatchRow): z.input<typeof PostedMatch> {
  return { ...row, run_id, currency, true_up: run_id === TRUE_UP, total: fromMinor(total, currency) };
}
