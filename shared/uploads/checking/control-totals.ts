import { canonicalDecimal } from '#kernel/decimal.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { UploadSettings } from '#uploads/intake/upload-settings.ts';
import type { StagedFile } from '#uploads/loading/staged-rows.ts';
import { RefusedFile } from '#uploads/upload-failure.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';

/** The kind of a file as its row says it. */
type StoredKind = UploadKind | 'unknown';

/** The column that is summed up, by the kind of file. */
const SUMMED: Partial<Readonly<Record<StoredKind, 'holdings' | 'amount'>>> = {
  shareholders: 'holdings',
  contributions: 'amount',
};

const totalOf = (column: string) =>
  `select coalesce(sum(${column}::numeric), 0)::text as total from staged_rows where ${column} ~ '^-?[0-9]{1,20}([.][0-9]{1,40})?$'`;

/**
 * Refuses a file that isn't as long as its sender says, or doesn't come to as many shares, or as much money. All of its rows count, those that are wrong
 * among them: the totals are of what was sent.
 * @throws RefusedFile
 */
export async function refuseOtherTotals(
  session: TenantSession,
  kind: StoredKind,
  { expected_rows, expected_total }: UploadSettings,
  { rows }: StagedFile,
): Promise<void> {
  if (expected_rows !== undefined && Number(expected_rows) !== rows)
    throw new RefusedFile('control-totals', `The file has ${rows} rows, and ${expected_rows} were expected.`);
  const column = SUMMED[kind];
  if (expected_total === undefined || column === undefined) return;
  const [found] = await session.run([{ text: totalOf(column) }]);
  const total = canonicalDecimal(String(found?.rows[0]?.total));
  if (total !== canonicalDecimal(expected_total))
    throw new RefusedFile(
      'control-totals',
      `The ${column === 'amount' ? 'amounts' : 'holdings'} of the file come to ${total}, and ${expected_total} were expected.`,
    );
}
