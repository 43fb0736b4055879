import { CompiledQuery, sql } from 'kysely';
import type { TenantId } from '#kernel/ids.ts';
import { type TenantRead, type TenantTx, tenantStatements } from '#platform/db/tenant-tx.ts';
import type { Choice } from './choices.ts';
import { placeOf } from './place-of-choice.ts';

/** Fewer ballots are counted anew for each report. */
const KEPT_FROM = 1_000;

export interface Tally {
  readonly entitled_shares: string;
  readonly voted_shares: string;
  readonly ballots: number;
  /** The ballots that no longer count. */
  readonly revoked: number;
  /** Whether the voted part of the entitled shares, computed exactly, reaches the quorum. */
  readonly quorum_reached: boolean;
  /** Truncated after six decimals, so that it never exceeds what was voted. */
  readonly turnout: string;
  readonly tally_sha256: string;
  readonly counts: readonly {
    readonly item_id: string;
    readonly choice: Choice;
    readonly ballots: number;
    readonly shares: string;
  }[];
}

/**
 * Counts the effective ballots of a meeting, in one statement and so of one moment. A ballot counts for the quorum with the most votes that it
 * casts for one item: with all of them, unless every item is split into less.
 */
export async function findTally(read: TenantRead, meetingId: string): Promise<Tally> {
  const { rows } = await sql<Tally>`
    with meeting as (
      select id, record_date, positions_known_at, quorum from meetings where id = ${meetingId}
    ), split as (
      select vote_id, max(voted) as most from (
        select c.vote_id, c.item_id, sum(c.shares) as voted from vote_choices c
        where c.meeting_id = ${meetingId} and c.shares is not null group by 1, 2) as items
      group by 1
    ), effective as (
      select v.id, v.meeting_id, v.shareholder_id, v.weight, case when s.vote_id is null or exists (
          select from vote_choices w where w.meeting_id = v.meeting_id and w.vote_id = v.id and w.shares is null)
        then v.weight else s.most end as voted
      from votes v left join split s on s.vote_id = v.id where v.meeting_id = ${meetingId} and v.revoked_at is null
    ), chosen as (
      select e.id, e.shareholder_id, e.weight, c.item_id, c.choice, c.shares, i.position
      from effective e
        join vote_choices c on c.meeting_id = e.meeting_id and c.vote_id = e.id
        join meeting_items i on i.meeting_id = c.meeting_id and i.id = c.item_id
    ), lines as (
      select row_number() over (order by shareholder_id) as n, shareholder_id || ',' || trim_scale(weight) || ',' || string_agg(
        item_id || '=' || choice || coalesce(':' || trim_scale(shares), ''), ';' order by position, ${placeOf('choice')}) as line
      from chosen group by id, shareholder_id, weight
    ), blocks as (
      select (n - 1) / 1000 as block, encode(sha256(convert_to(string_agg(line || E'\\n', '' order by n), 'UTF8')), 'hex') as digest
      from lines group by 1
    ), sums as (
      select (select coalesce(sum(p.holdings * coalesce(c.votes_per_share, votes_of_class(c.security_class))), 0)
          from meeting m join meeting_classes c on c.meeting_id = m.id, positions_at(c.security_class, m.record_date,
          coalesce(m.positions_known_at, clock_timestamp())) p) as entitled,
        (select coalesce(sum(voted), 0) from effective) as voted
    )
    select trim_scale(s.entitled)::text as entitled_shares, trim_scale(s.voted)::text as voted_shares,
      (select count(*)::integer from effective) as ballots,
      (select count(*)::integer from votes where meeting_id = ${meetingId} and revoked_at is not null) as revoked,
      s.voted >= (select quorum from meeting) * s.entitled and s.entitled > 0 as quorum_reached,
      trim_scale(case when s.entitled = 0 then 0 else div(s.voted * 1000000, s.entitled) / 1000000 end)::text as turnout,
      encode(sha256(convert_to(coalesce((select string_agg(digest || E'\\n', '' order by block) from blocks), ''), 'UTF8')), 'hex') as tally_sha256,
      (select coalesce(json_agg(json_build_object('item_id', item_id, 'choice', choice, 'ballots', ballots, 'shares', shares)), '[]')
        from (select item_id, choice, count(*) as ballots, trim_scale(sum(coalesce(shares, weight)))::text as shares
          from chosen group by item_id, choice) as counted) as counts
    from sums s`.execute(read);
  if (rows[0] === undefined) throw new Error('a tally has one row');
  return rows[0];
}

/** Finds the tally that was kept, if the ballots are still those that it counts. */
export async function findKeptTally(read: TenantRead, meetingId: string): Promise<Tally | undefined> {
  const { rows } = await sql<{ tally: Tally }>`
    select t.tally from meeting_tallies t where t.meeting_id = ${meetingId}
      and t.effective = (select count(*) from votes v where v.meeting_id = ${meetingId} and v.revoked_at is null)
      and t.revoked = (select count(*) from votes v where v.meeting_id = ${meetingId} and v.revoked_at is not null)`.execute(
    read,
  );
  return rows[0]?.tally;
}

const KEEP = `insert into meeting_tallies (meeting_id, effective, revoked, tally) values ($1, $2, $3, $4)
  on conflict (tenant_id, meeting_id) do update set effective = excluded.effective, revoked = excluded.revoked, tally = excluded.tally`;

/** Keeps a tally that is worth it for the next report. It changes nothing that anybody could see, and so has no transaction of its own. */
export async function keepTally(tenantId: TenantId, meetingId: string, tally: Tally): Promise<void> {
  if (tally.ballots < KEPT_FROM) return;
  await tenantStatements(tenantId, [
    { text: KEEP, values: [meetingId, tally.ballots, tally.revoked, JSON.stringify(tally)] },
  ]);
}

/** Counts the ballots of a meeting as the transaction has left them, and keeps the tally. */
export async function countAndKeep(tx: TenantTx, meetingId: string): Promise<void> {
  const tally = await findTally(tx, meetingId);
  if (tally.ballots < KEPT_FROM) return;
  const values = [meetingId, tally.ballots, tally.revoked, JSON.stringify(tally)];
  await tx.getExecutor().executeQuery(CompiledQuery.raw(KEEP, values));
}
