import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { decodeCursor, encodeCursor } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { PARTICIPANT_COLUMNS, type ParticipantRow } from './participant.repository.ts';
import type { listParticipants } from './participants.routes.ts';

type Query = z.infer<(typeof listParticipants)['query']>;

/** The orders, by what stands in them before the number. Whoever has none comes last, whichever way it goes. */
const ORDERS: Readonly<Record<string, RawBuilder<string | null>>> = {
  employee_id: sql`null::text`,
  name: sql`name_key`,
  hired_on: sql`to_char(hired_on, 'YYYY-MM-DD')`,
};

type Placed = ParticipantRow & { readonly position: string | null };

/**
 * A page of the participants that a query asks for. A sponsor has some tens of thousands of them, so that a search may look at all.
 * @throws DomainError `validation-failed` for a cursor of a list in another order
 */
export async function searchParticipants(
  read: TenantRead,
  query: Query,
): Promise<{ readonly rows: readonly ParticipantRow[]; readonly next: string | null }> {
  const { sort = 'employee_id', limit, cursor } = query;
  const position = ORDERS[sort.replace('-', '')] ?? sql<null>`null::text`;
  const [direction, beyond] = sort.startsWith('-') ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`];
  const conditions = [sql`true`, ...filtersOf(query)];
  if (cursor !== undefined) {
    const [of, employee, at] = decodeCursor(cursor, ['text', 'text', 'text']);
    if (of !== sort)
      throw invalidField('?cursor', 'other-list', 'is of a list in another order; repeat `sort`');
    conditions.push(
      at === ''
        ? sql`(${position} is null and employee_id ${beyond} ${employee})`
        : sql`(${position} is null or (${position} collate "C", employee_id) ${beyond} (${at}::text collate "C", ${employee}))`,
    );
  }
  const rows = await read
    .selectFrom('participants')
    .select([...PARTICIPANT_COLUMNS, position.as('position')])
    .where(sql<boolean>`${sql.join(conditions, sql` and `)}`)
    .orderBy(sql`${position} collate "C" ${direction} nulls last, employee_id ${direction}`)
    .limit(limit + 1)
    .$castTo<Placed>()
    .execute();
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    rows: rows.slice(0, limit),
    next: last === undefined ? null : encodeCursor([sort, last.employee_id, last.position ?? '']),
  };
}

const LEFT = sql`(terminated_on <= today() and coalesce(rehired_on > today(), true))`;

function filtersOf({ q, status, kyc_status, enrolled, plan_type }: Query): RawBuilder<unknown>[] {
  const filters: RawBuilder<unknown>[] = [];
  if (q?.includes('@') === true) filters.push(sql`strpos(lower(email), lower(${q}::text)) > 0`);
  else if (q !== undefined) {
    const words = [...new Set(q.split(/\s+/))].map(
      (word) => sql`strpos(name_key, folded(${word}::text)) > 0`,
    );
    filters.push(
      sql`(${sql.join(words, sql` and `)} or lower(employee_id collate "pg_c_utf8") = lower(${q.normalize('NFC')}::text collate "pg_c_utf8"))`,
    );
  }
  if (status !== undefined) filters.push(sql`coalesce(${LEFT}, false) = ${status === 'TERMINATED'}`);
  if (kyc_status !== undefined) filters.push(sql`kyc_status = ${kyc_status}`);
  const isAsked = enrolled ?? (plan_type === undefined ? undefined : true);
  if (isAsked !== undefined) {
    const ofType = plan_type === undefined ? sql`` : sql` and p.plan_type = ${plan_type}`;
    filters.push(sql`exists (select from plans p where p.employee_id = participants.employee_id and p.status = 'ACTIVE'
      and coalesce(p.terminated_on > today(), true)${ofType}) = ${isAsked}`);
  }
  return filters;
}
