import { type Selectable, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type * as z from 'zod';
import type { Votes } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Choice, ItemChoice } from './choices.ts';
import { placeOf } from './place-of-choice.ts';
import type { Vote } from './votes.routes.ts';

const COLUMNS = [
  'cast_at',
  'created_by',
  'id',
  'meeting_id',
  'revoked_at',
  'shareholder_id',
  'tenant_id',
  'upload_id',
  'weight',
] as const satisfies readonly (keyof Votes)[];

interface ChoiceRow {
  readonly item_id: string;
  readonly choice: string;
  /** The votes of a part of the ballot; null: the whole ballot. */
  readonly shares: string | null;
}

export type VoteRow = Selectable<Votes> & { readonly choices: readonly ChoiceRow[] };

/** A ballot of a list, with what it is called by. */
export type ListedVoteRow = VoteRow & {
  readonly holder_name: string | null;
  readonly meeting_title: string | null;
};

/** A ballot changes once: when it is revoked. */
export function versionOf({ revoked_at }: Pick<VoteRow, 'revoked_at'>): number {
  return revoked_at === null ? 1 : 2;
}

export function toVote(row: VoteRow): z.infer<typeof Vote> {
  return {
    id: row.id,
    meeting_id: row.meeting_id,
    shareholder_id: row.shareholder_id,
    weight: canonicalDecimal(row.weight),
    choices: toChoices(row.choices),
    cast_at: row.cast_at.toISOString(),
    created_by: row.created_by,
    upload_id: row.upload_id,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    version: versionOf(row),
  };
}

export function toListedVote(row: ListedVoteRow): z.infer<typeof Vote> {
  return {
    ...toVote(row),
    ...(row.holder_name === null ? {} : { holder_name: row.holder_name }),
    ...(row.meeting_title === null ? {} : { meeting_title: row.meeting_title }),
  };
}

function toChoices(rows: readonly ChoiceRow[]): z.infer<typeof Vote>['choices'] {
  const byItem = Map.groupBy(rows, ({ item_id }) => item_id);
  return Object.fromEntries(
    [...byItem].map(([item, parts]) => {
      const whole = parts.find(({ shares }) => shares === null);
      if (whole !== undefined) return [item, whole.choice as Choice];
      return [
        item,
        Object.fromEntries(parts.map(({ choice, shares }) => [choice, canonicalDecimal(shares ?? '0')])),
      ];
    }),
  );
}

/** @throws DomainError `ballot-exists`, `meeting-not-open`, `meeting-closed`, by constraints of the database */
export async function insertVote(
  tx: TenantTx,
  vote: { meeting_id: string; shareholder_id: string; weight: string },
  choices: readonly ItemChoice[],
): Promise<VoteRow> {
  const row = await tx.insertInto('votes').values(vote).returning(COLUMNS).executeTakeFirstOrThrow();
  const rows = choices.map(({ item, ...choice }) => ({ item_id: item.id, kind: item.kind, ...choice }));
  const owner = { meeting_id: row.meeting_id, vote_id: row.id };
  await tx
    .insertInto('vote_choices')
    .values(rows.map((choice) => ({ ...choice, ...owner })))
    .execute();
  return { ...row, choices: rows };
}

function votes(read: TenantRead) {
  return read
    .selectFrom('votes as v')
    .select(COLUMNS.map((column) => `v.${column}` as const))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('vote_choices as c')
          .innerJoin('meeting_items as i', (join) =>
            join.onRef('i.meeting_id', '=', 'c.meeting_id').onRef('i.id', '=', 'c.item_id'),
          )
          .select(['c.item_id', 'c.choice', sql<string | null>`trim_scale(c.shares)::text`.as('shares')])
          .whereRef('c.meeting_id', '=', 'v.meeting_id')
          .whereRef('c.vote_id', '=', 'v.id')
          .orderBy('i.position')
          .orderBy(placeOf('c.choice')),
      ).as('choices'),
    );
}

export function findVote(read: TenantRead, id: string): Promise<VoteRow | undefined> {
  return votes(read).where('v.id', '=', id).executeTakeFirst();
}

function listedVotes(read: TenantRead) {
  return votes(read).select([
    sql<string | null>`holder_name(v.shareholder_id)`.as('holder_name'),
    sql<
      string | null
    >`(select m.title from meetings m where m.tenant_id = v.tenant_id and m.id = v.meeting_id)`.as(
      'meeting_title',
    ),
  ]);
}

/** Lists the votes in the order in which they were cast. */
export function listVotesOfMeeting(
  read: TenantRead,
  meetingId: string,
  { limit, cursor }: PageRequest,
): Promise<ListedVoteRow[]> {
  let query = listedVotes(read)
    .where('v.meeting_id', '=', meetingId)
    .orderBy('v.id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('v.id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Newest first. */
export function listVotesOfHolder(
  read: TenantRead,
  shareholderId: string,
  { limit, cursor }: PageRequest,
): Promise<ListedVoteRow[]> {
  let query = listedVotes(read)
    .where('v.shareholder_id', '=', shareholderId)
    .orderBy('v.id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('v.id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Revokes an effective ballot; false when there is none of that id. */
export async function setVoteRevoked(tx: TenantTx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('votes')
    .set({ revoked_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
