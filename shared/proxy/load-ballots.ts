import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { refuseUnappliedSplit } from '#register/splits/unapplied-split.ts';
import { freezePositions } from './meeting.repository.ts';
import {
  insertBallots,
  judgeRows,
  listUnsettled,
  weighAgain,
  wereUnsettled,
} from './staged-ballots.repository.ts';
import { countAndKeep } from './tally.repository.ts';

export { CREATE_WEIGHTS, countUnchanged } from './staged-ballots.repository.ts';

/** The weights were settled after the rows were judged, and some must be refused now. */
export class BallotsMoved extends Error {
  constructor() {
    super('the weights of a meeting were settled while a file of ballots was being loaded');
    this.name = 'BallotsMoved';
  }
}

/** Refuses staged rows that can't be cast as they are; answers how many. Ballots that are cast already, with the same choices, are fine. */
export function judgeBallots(run: RunStatement, isLarge: boolean): Promise<number> {
  return judgeRows(run, isLarge);
}

/**
 * Casts the good rows as ballots. The first ballot of a meeting settles its weights: rows that were judged by others are judged again.
 * @throws BallotsMoved when a row must be refused now: judge the rows again
 * @throws DomainError `split-under-way`, `ballot-exists`, `meeting-not-open`, `meeting-closed`: judge the rows again
 */
export async function loadBallots(
  tx: TenantTx,
  { uploadId, isLarge }: { readonly uploadId: string; readonly isLarge: boolean },
): Promise<void> {
  const run = runIn(tx);
  for (const { id, record_date: day, classes } of await listUnsettled(run)) {
    await refuseUnappliedSplit(tx, { classes, day });
    await freezePositions(tx, id);
  }
  if ((await wereUnsettled(run)) && (await weighAgain(run, isLarge)) && (await judgeRows(run, isLarge)) > 0)
    throw new BallotsMoved();
  const meetings = await insertBallots(run, uploadId);
  // Whoever has sent so many asks next what they come to.
  if (isLarge) for (const meeting of meetings) await countAndKeep(tx, meeting);
}
