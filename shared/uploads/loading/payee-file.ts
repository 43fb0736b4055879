import { count, GOOD, PayeesMoved, refuseRepeatedPayees, TO_BE_SET } from '#payments/payees/staged-payees.ts';
import { runOn } from '#platform/db/run-statement.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { UploadChanges } from '#uploads/upload-changes.ts';
import type { StagedFile } from './staged-rows.ts';
import type { LoadedFile, UploadLoader } from './upload-loader.ts';

/** The columns of `staged_rows` that files of payees share. */
export const PAYEE_STAGING = `n integer not null, line integer not null, payee text collate "C",
  error_column text, error_code text, error_message text, first_line integer,
  shareholder_id uuid, employee_id text collate "C", unchanged boolean not null default false`;

/** The file waits for a second person, since it changes a payee. */
class PayeeFileWaits extends Error {
  constructor() {
    super('a file of payees waits for a second person');
    this.name = 'PayeeFileWaits';
  }
}

/**
 * Returns the two persons by whom a file is loaded; undefined where it changes nothing, and needs nobody.
 * @throws PayeeFileWaits
 */
export function personsOf({ permit, rows, staged }: Pick<LoadedFile, 'permit' | 'rows' | 'staged'>) {
  if (rows === (staged.unchanged ?? 0)) return undefined;
  if (permit?.confirmedBy == null) throw new PayeeFileWaits();
  return { enteredBy: permit.madeBy, approvedBy: permit.confirmedBy };
}

/** The steps that are the same for each kind of file of payees. */
export const PAYEE_STEPS = {
  refuseRepeated: async (session, staged) => {
    staged.rejected += await refuseRepeatedPayees(runOn(session));
  },
  about: () => ({}),
  mustWait: (error) => error instanceof PayeeFileWaits,
  mayLoadAgain: (error) => error instanceof PayeesMoved,
} satisfies Partial<UploadLoader>;

/** Counts rows that were refused for what is in the database, and those that change nothing of it; answers the first. */
export async function countJudged(
  session: TenantSession,
  staged: StagedFile,
  refused: number,
): Promise<number> {
  staged.rejected += refused;
  staged.unchanged = await countUnchanged(session);
  return refused;
}

function countUnchanged(session: TenantSession): Promise<number> {
  return count(runOn(session), `${GOOD} and unchanged`);
}

/** Counts what a file changes: payees for whom there was nothing before, and others. */
export async function countChanges(session: TenantSession, isNew: string): Promise<UploadChanges> {
  const run = runOn(session);
  const created = await count(run, `${TO_BE_SET} and ${isNew}`);
  return {
    created,
    changed: (await count(run, TO_BE_SET)) - created,
    unchanged: await countUnchanged(session),
    by_class: [],
  };
}
