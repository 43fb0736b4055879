import { canonicalDecimal } from '#kernel/decimal.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { UploadSettings } from '#uploads/intake/upload-settings.ts';
import type { StagedFile } from '#uploads/loading/staged-rows.ts';
import { RefusedFile } from '#uploads/upload-failure.ts';

const TOTAL = `select coalesce(sum(holdings::numeric), 0)::text as total from staged_rows where holdings ~ '^[0-9]{1,20}([.][0-9]{1,40})?$'`;

/**
 * Refuses a file that isn't as long as its sender says, or doesn't come to as many shares. All of its rows count, those that are wrong
 * among them: the totals are of what was sent.
 * @throws RefusedFile
 */
export async function refuseOtherTotals(
  session: TenantSession,
  { expected_rows, expected_total }: UploadSettings,
  { rows }: StagedFile,
): Promise<void> {
  if (expected_rows !== undefined && Number(expected_rows) !== rows)
    throw new RefusedFile('control-totals', `The file has ${rows} rows, and ${expected_rows} were expected.`);
  if (expected_total === undefined) return;
  const [found] = await session.run([{ text: TOTAL }]);
  const total = canonicalDecimal(String(found?.rows[0]?.total));
  if (total !== canonicalDecimal(expected_total))
    throw new RefusedFile(
      'control-totals',
      `The holdings of the file come to ${total}, and ${expected_total} were expected.`,
    );
}
