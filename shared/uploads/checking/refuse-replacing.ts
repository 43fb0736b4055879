import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { StagedFile } from '#uploads/loading/staged-rows.ts';
import { RefusedFile, type RejectedRows } from '#uploads/upload-failure.ts';

/** A row that is older than the register names its position well; any other that was refused may have meant one that would be set to zero. */
const FIND_UNSURE = `select from staged_rows where error_code is not null and error_code <> 'changed-since-received' and line > 0 limit 1`;

const FIND_SEVERAL_DAYS = `select from staged_rows where error_code is null and line > 0
  having count(distinct coalesce(effective_date, '')) > 1`;

/**
 * Refuses a file that is to replace the register and doesn't say for certain what is in it.
 * @throws RefusedFile
 */
export async function refuseReplacing(
  session: TenantSession,
  { rows, rejected, namesDays }: StagedFile,
  rejections: RejectedRows | undefined,
): Promise<void> {
  const [days] = namesDays === true ? await session.run([{ text: FIND_SEVERAL_DAYS }]) : [];
  if (days?.rows.length === 1)
    throw new RefusedFile(
      'replaces-days',
      'A file that replaces the register speaks of one day: give every row the same effective_date, or leave it out and name the day by as_of.',
    );
  const [unsure] = rejected === 0 ? [] : await session.run([{ text: FIND_UNSURE }]);
  if ((unsure?.rows.length ?? 0) > 0)
    throw new RefusedFile(
      'rejected-rows',
      `${rejected} of ${rows} rows are wrong, and a holder whose row is wrong must not be set to zero. Correct them, and upload the whole file again.`,
      rejections,
    );
  if (rows - rejected === 0)
    throw new RefusedFile(
      'nothing-to-replace',
      'No row of the file can be loaded, so it names no class of which the other holders would be set to zero.',
      rejections,
    );
}
