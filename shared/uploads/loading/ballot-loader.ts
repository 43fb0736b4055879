import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '#kernel/domain-error.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import {
  BallotsMoved,
  CREATE_WEIGHTS,
  countUnchanged,
  judgeBallots,
  loadBallots,
} from '#proxy/load-ballots.ts';
import { ballotContract } from '#uploads/checking/ballot-contract.ts';
import { BALLOT_COLUMNS } from '#uploads/checking/ballot-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import { isInHandBefore } from '#uploads/upload.repository.ts';
import { isLarge, mark, stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CREATE = `create temporary table staged_rows (
  n integer not null, line integer not null,
  meeting_id text collate "C", external_ref text collate "C", item_id text collate "C", choice text, votes text, security_class text collate "C",
  error_column text, error_code text, error_message text, first_line integer,
  meeting uuid, kind text, holder uuid, allowed numeric, unchanged boolean not null default false)`;

const WORK_MEM = `set work_mem = '256MB'`;

// Only items with several rows of a holder can have one too many: they are few, and looked for by a hash. Sorting all rows takes ten times as long.
const FIND_REPEATED = `create temporary table repeated_items as
  select meeting_id, external_ref, item_id from staged_rows where error_code is null group by 1, 2, 3 having count(*) > 1`;

// An item has one choice of a holder, for each class, or a split by choices. The first row has it.
const REFUSE_REPEATED = `update staged_rows s set error_column = 'choice', error_code = 'duplicate-choice',
    error_message = 'The same holder has voted on the item already, on line ' || r.first || '.'
  from (
    select n, votes, first_value(line) over item as first, first_value(votes) over item as first_votes, row_number() over item as place,
      row_number() over (partition by meeting_id, external_ref, item_id, security_class, choice, votes is null order by n) as same_choice
    from staged_rows join repeated_items using (meeting_id, external_ref, item_id) where error_code is null
    window item as (partition by meeting_id, external_ref, item_id, security_class order by n)) r
  where r.n = s.n and r.place > 1 and (r.votes is null or r.first_votes is null or r.same_choice > 1)`;

const REFUSE_MIXED = `update staged_rows s set error_column = 'security_class', error_code = 'mixed-classes',
    error_message = 'Line ' || r.first || ' is of the same item: name a class in both, or in neither.'
  from (
    select n, security_class, first_value(line) over item as first, first_value(security_class) over item as first_class
    from staged_rows join repeated_items using (meeting_id, external_ref, item_id) where error_code is null
    window item as (partition by meeting_id, external_ref, item_id order by n)) r
  where r.n = s.n and (r.security_class is null) <> (r.first_class is null)`;

const POLL_MS = 250;
/** A file is read and cast in less. The message comes back where it isn't. */
const PATIENCE_MS = 480_000;

/** Conflicts with what has happened since the rows were judged. */
const AGAIN: readonly string[] = ['ballot-exists', 'meeting-closed', 'meeting-not-open'];

/** Files of ballots: each holder votes once in a meeting, with all rows of the ballot or none of them. */
export const ballotLoader: UploadLoader = {
  columns: () => BALLOT_COLUMNS,
  stage: (session, source, format, following) =>
    stageByContract(
      session,
      { create: [WORK_MEM, CREATE, CREATE_WEIGHTS], columns: BALLOT_COLUMNS },
      readRows(source, format, { ...following, contract: ballotContract }),
    ),
  refuseRepeated: async (session, staged) => {
    await session.run([{ text: FIND_REPEATED }, { text: 'analyze repeated_items' }]);
    staged.rejected += await mark(session, REFUSE_REPEATED);
    staged.rejected += await mark(session, REFUSE_MIXED);
  },
  refuseConflicts: async (session, { tenantId, uploadId }, staged) => {
    // The first ballot of a holder counts, and so the file that was received first: the ballots of those before it are there, or never come.
    for (const givenUpAt = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
      if (!(await tenantRead(tenantId, (read) => isInHandBefore(read, uploadId)))) break;
      if (Date.now() > givenUpAt) throw new Error('a file of ballots that was received before is in hand');
    }
    const run = runOn(session);
    const refused = await judgeBallots(run, isLarge(staged));
    staged.rejected += refused;
    staged.unchanged = await countUnchanged(run);
    return refused;
  },
  about: () => ({}),
  load: async (tx, { uploadId, staged }) => {
    await loadBallots(tx, { uploadId, isLarge: isLarge(staged) });
    return undefined;
  },
  mayLoadAgain: (error) =>
    error instanceof BallotsMoved || (error instanceof DomainError && AGAIN.includes(error.slug)),
};
