import { consecutiveIds } from '#kernel/ids.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import { CHOICES, ITEM_KINDS } from './choices.ts';

/**
 * The SQL of files of ballots. It reads the session's temporary table `staged_rows` (n, line, meeting_id, external_ref, item_id, choice, votes,
 * security_class, error_*), a row for each holder, item and choice, and keeps there what it finds of each row: `meeting`, `kind` and `holder`, the
 * most that the row may cast (`allowed`), and whether the ballot is cast already (`unchanged`).
 */

/** The votes of each holder, class and meeting, and whether they are settled for ever. */
export const CREATE_WEIGHTS = `create temporary table ballot_weights (
  meeting uuid not null, holder uuid not null, security_class text collate "C" not null, votes numeric not null, settled boolean not null)`;

const GOOD = 'error_code is null';
/** The instant that people's terms are reckoned by, as the guard of ballots reckons it. */
const NOW = 'clock_timestamp() + (present_instant() - now())';
const FAULT = 'error_column = m.fault[1], error_code = m.fault[2], error_message = m.fault[3]';

const fits = ITEM_KINDS.map((kind) => `when i.kind = '${kind}' then '${CHOICES[kind].join(' or ')}'`).join(
  ' ',
);
const fit = ITEM_KINDS.flatMap((kind) => CHOICES[kind].map((choice) => `('${kind}', '${choice}')`)).join();

const MATCH = `update staged_rows s set meeting = m.meeting, kind = m.kind, holder = m.holder, unchanged = false, ${FAULT}
  from (
    select r.n, t.id as meeting, i.kind, h.id as holder, case
        when t.id is null then array['meeting_id', 'unknown-meeting', 'There is no meeting with this id.']
        when t.cancelled_at is not null then array['meeting_id', 'meeting-closed', 'The meeting was cancelled.']
        when t.at >= t.closes_at then array['meeting_id', 'meeting-closed', 'Voting has ended.']
        when t.at < t.opens_at then array['meeting_id', 'meeting-not-open', 'Voting has not begun.']
        when t.waits then array['meeting_id', 'meeting-not-open', 'Voting begins when the record date, ' || t.record_date || ', is over.']
        when h.id is null then array['external_ref', 'unknown-holder', 'The register has no holder with this external_ref.']
        when i.id is null then array['item_id', 'unknown-item', 'The meeting has no such item.']
        when (i.kind, r.choice) not in (${fit}) then array['choice', 'unknown-choice', 'The item takes ' || case ${fits} end || '.']
        when r.security_class is not null and c.security_class is null
          then array['security_class', 'unknown-security-class', 'The meeting is of ' || t.classes || '.']
      end as fault
    from staged_rows r
      left join (
        select id, id::text as written, record_date, opens_at, closes_at, cancelled_at, ${NOW} as at,
          positions_known_at is null and record_date >= today() as waits,
          (select string_agg(k.security_class, ', ' order by k.security_class) from meeting_classes k where k.meeting_id = meetings.id) as classes
        from meetings where id::text in (select distinct meeting_id from staged_rows)) t on t.written = r.meeting_id
      left join meeting_items i on i.meeting_id = t.id and i.id = r.item_id
      left join meeting_classes c on c.meeting_id = t.id and c.security_class = r.security_class
      left join holders_of_record h on h.external_ref = r.external_ref
    where r.error_code is null) m
  where m.n = s.n`;

const VOTES_OF_CLASSES = `select m.id as meeting, c.security_class, m.record_date, coalesce(m.positions_known_at, clock_timestamp()) as known_at,
    coalesce(c.votes_per_share, votes_of_class(c.security_class)) as each, m.positions_known_at is not null as settled
  from meetings m join meeting_classes c on c.meeting_id = m.id
  where m.id in (select distinct meeting from staged_rows where ${GOOD})`;

/** The votes of all holders of the meetings, or of those of the file alone. */
const WEIGH = {
  all: `with classes as materialized (${VOTES_OF_CLASSES})
    insert into ballot_weights (meeting, holder, security_class, votes, settled)
    select c.meeting, p.shareholder_id, c.security_class, p.holdings * c.each, c.settled
    from classes c cross join lateral positions_at(c.security_class, c.record_date, c.known_at) p`,
  few: `with classes as materialized (${VOTES_OF_CLASSES})
    insert into ballot_weights (meeting, holder, security_class, votes, settled)
    select c.meeting, b.holder, c.security_class, position_at(b.holder, c.security_class, c.record_date, c.known_at) * c.each, c.settled
    from classes c join (select distinct meeting, holder from staged_rows where ${GOOD}) b on b.meeting = c.meeting`,
};

/** Whether the votes of somebody are others than those that the rows were judged by. */
const WEIGHTS_DIFFER = `select exists (
    select from ballot_weights w full join earlier_weights e using (meeting, holder, security_class)
    where w.votes is distinct from e.votes) as differ`;

const TOTALS = `select meeting, holder, sum(votes) as votes from ballot_weights group by meeting, holder`;

const HAS_NONE = (of: string) =>
  `'The holder had no vote' || ${of} || ' at the close of the record date of the meeting.'`;

const ALLOW = `update staged_rows s set allowed = m.allowed, ${FAULT}
  from (
    select r.n, w.votes as allowed, case when coalesce(w.votes, 0) <= 0
        then array['external_ref', 'no-position', ${HAS_NONE(`''`)}] end as fault
    from staged_rows r left join (${TOTALS}) w on w.meeting = r.meeting and w.holder = r.holder
    where r.error_code is null and r.security_class is null
    union all
    select r.n, w.votes as allowed, case when coalesce(w.votes, 0) <= 0
        then array['security_class', 'no-position', ${HAS_NONE(`' by shares of ' || r.security_class`)}] end as fault
    from staged_rows r left join ballot_weights w
      on w.meeting = r.meeting and w.holder = r.holder and w.security_class = r.security_class
    where r.error_code is null and r.security_class is not null) m
  where m.n = s.n`;

const REFUSE_ABOVE_WEIGHT = `update staged_rows s set error_column = 'votes', error_code = 'above-weight',
    error_message = 'The votes for the item come to ' || trim_scale(m.asked) || ', and the holder has ' || trim_scale(m.allowed)
      || coalesce(' of ' || m.security_class, '') || '.'
  from (
    select meeting, holder, item_id, security_class, max(allowed) as allowed, sum(votes::numeric) as asked
    from staged_rows where error_code is null and votes is not null
    group by meeting, holder, item_id, security_class having sum(votes::numeric) > max(allowed)) m
  where s.error_code is null and s.votes is not null and s.meeting = m.meeting and s.holder = m.holder and s.item_id = m.item_id
    and s.security_class is not distinct from m.security_class`;

// A holder has one ballot in a meeting: it is cast with all of its rows, or not at all. What repeats another row says nothing of its own.
const REFUSE_INCOMPLETE = `update staged_rows s set error_column = null, error_code = 'ballot-incomplete',
    error_message = 'Line ' || m.line || ' is of the same ballot and was refused: a ballot is cast with all of its rows.'
  from (
    select lower(meeting_id) as meeting_id, normalize(external_ref) as external_ref, min(line) as line
    from staged_rows where error_code not in ('duplicate-choice', 'ballot-incomplete') group by 1, 2) m
  where s.error_code is null and s.meeting_id = m.meeting_id and s.external_ref = m.external_ref`;

const SAID = (of: string) =>
  `string_agg(${of}.item_id || '=' || ${of}.choice || ':' || trim_scale(${of}.votes), ';' order by ${of}.item_id, ${of}.choice)`;

const FIND_CAST = `select from votes where revoked_at is null and meeting_id in (select distinct meeting from staged_rows where ${GOOD}) limit 1`;

const COMPARE = `update staged_rows s set unchanged = m.said = m.cast_before,
    error_column = case when m.said <> m.cast_before then 'external_ref' end,
    error_code = case when m.said <> m.cast_before then 'ballot-exists' end,
    error_message = case when m.said <> m.cast_before
      then 'The holder has already voted in this meeting, and otherwise. Revoke that ballot to cast this one.' end
  from (
    select filed.meeting, filed.holder, filed.said, known.said as cast_before
    from (
      select f.meeting, f.holder, ${SAID('f')} as said
      from (
        select meeting, holder, item_id, choice, sum(coalesce(votes::numeric, allowed)) as votes
        from staged_rows where ${GOOD} group by meeting, holder, item_id, choice) f
      group by f.meeting, f.holder) filed
    join (
      select c.meeting_id, c.shareholder_id, ${SAID('c')} as said
      from (
        select v.meeting_id, v.shareholder_id, c.item_id, c.choice, coalesce(c.shares, v.weight) as votes
        from votes v join vote_choices c on c.meeting_id = v.meeting_id and c.vote_id = v.id
        where v.revoked_at is null and v.meeting_id in (select distinct meeting from staged_rows where ${GOOD})) c
      group by c.meeting_id, c.shareholder_id) known
    on known.meeting_id = filed.meeting and known.shareholder_id = filed.holder) m
  where s.error_code is null and s.meeting = m.meeting and s.holder = m.holder`;

/**
 * Finds the meeting, the item and the holder of each good row and the votes that it may cast, and refuses those that can't be cast as they are;
 * answers how many.
 * @param isLarge whether the file has more rows than positions are asked for one by one
 */
export async function judgeRows(run: RunStatement, isLarge: boolean): Promise<number> {
  const before = await countRefused(run);
  await run(MATCH);
  await run('truncate ballot_weights');
  await run(WEIGH[isLarge ? 'all' : 'few']);
  await run('analyze ballot_weights');
  await run(ALLOW);
  await run(REFUSE_ABOVE_WEIGHT);
  await run(REFUSE_INCOMPLETE);
  if ((await run(FIND_CAST)).rows.length > 0) await run(COMPARE);
  return (await countRefused(run)) - before;
}

async function countRefused(run: RunStatement): Promise<number> {
  return count(run, 'error_code is not null');
}

/**
 * Weighs the ballots of the file again, as the weights are settled now; tells whether anybody's are others than those that the rows were judged by.
 * Without that, and whatever else may have happened, the database refuses what can't be cast any more.
 */
export async function weighAgain(run: RunStatement, isLarge: boolean): Promise<boolean> {
  await run(
    'create temporary table earlier_weights on commit drop as select meeting, holder, security_class, votes from ballot_weights',
  );
  await run('analyze earlier_weights');
  await run('truncate ballot_weights');
  await run(WEIGH[isLarge ? 'all' : 'few']);
  await run('analyze ballot_weights');
  const { rows } = await run<{ differ: boolean }>(WEIGHTS_DIFFER);
  return rows[0]?.differ !== false;
}

/** Counts the good rows whose ballots are cast already, with the same choices. */
export function countUnchanged(run: RunStatement): Promise<number> {
  return count(run, `${GOOD} and unchanged`);
}

async function count(run: RunStatement, condition: string): Promise<number> {
  const { rows } = await run<{ n: number }>(
    `select count(*)::integer as n from staged_rows where ${condition}`,
  );
  return rows[0]?.n ?? 0;
}

/** A meeting of the file whose weights nothing has settled yet. */
export interface UnsettledMeeting {
  readonly id: string;
  readonly record_date: string;
  readonly classes: readonly string[];
}

export async function listUnsettled(run: RunStatement): Promise<readonly UnsettledMeeting[]> {
  const { rows } = await run<UnsettledMeeting>(
    `select m.id, m.record_date::text as record_date,
       array(select c.security_class from meeting_classes c where c.meeting_id = m.id order by 1) as classes
     from meetings m where m.positions_known_at is null and m.id in (
       select distinct meeting from staged_rows where ${GOOD} and not unchanged) order by m.id`,
  );
  return rows;
}

/** Tells whether the weights that the rows were judged by may have been others when they were settled. */
export async function wereUnsettled(run: RunStatement): Promise<boolean> {
  return (await run('select from ballot_weights where not settled limit 1')).rows.length > 0;
}

const CREATE_BALLOTS = `create temporary table staged_ballots on commit drop as
  select ($1::text || to_hex($2::bigint + row_number() over (order by b.n)))::uuid as id, b.meeting, b.holder, w.votes as weight
  from (select meeting, holder, min(n) as n from staged_rows where ${GOOD} and not unchanged group by meeting, holder) b
    join (${TOTALS}) w on w.meeting = b.meeting and w.holder = b.holder`;

/** A choice that takes the whole ballot has no votes of its own. */
const INSERT_CHOICES = `insert into vote_choices (meeting_id, vote_id, item_id, kind, choice, shares)
  select b.meeting, b.id, c.item_id, c.kind, c.choice, nullif(c.votes, b.weight)
  from staged_ballots b join (
    select meeting, holder, item_id, kind, choice, sum(coalesce(votes::numeric, allowed)) as votes
    from staged_rows where ${GOOD} and not unchanged group by meeting, holder, item_id, kind, choice) c
    on c.meeting = b.meeting and c.holder = b.holder
  order by b.id`;

/** Casts the ballots of the good rows that are not cast yet; answers the meetings. @throws DomainError `ballot-exists`, `meeting-closed`, by constraints of the database */
export async function insertBallots(run: RunStatement, uploadId: string): Promise<readonly string[]> {
  const ids = consecutiveIds();
  await run(CREATE_BALLOTS, [ids.prefix, ids.first]);
  await run('analyze staged_ballots');
  await run(
    `insert into votes (id, meeting_id, shareholder_id, weight, upload_id)
     select id, meeting, holder, weight, $1 from staged_ballots order by id`,
    [uploadId],
  );
  await run(INSERT_CHOICES);
  const { rows } = await run<{ meeting: string }>('select distinct meeting from staged_ballots');
  return rows.map(({ meeting }) => meeting);
}
