import { listNotVerifiable } from '#approvals/second-person.ts';
import { setStagedParticipantKyc } from '#plans/participants/set-staged-kyc.ts';
import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { setStagedHolderKyc } from '#register/set-staged-kyc.ts';
import { judgeStatuses, refuseNotIndependent, stagedVerifications } from './staged-kyc.repository.ts';
import { count, PayeesMoved, TO_BE_SET } from './staged-payees.ts';

export { listStatusChanges, type StatusChange, stagedStatuses } from './staged-kyc.repository.ts';

interface Judging {
  /** A status that somebody has set after it stays. */
  readonly receivedAt: Date;
  /** The person who has approved the file, and so verifies its payees. @default nobody yet */
  readonly verifier: string | undefined;
  /** Reads what other rooms know of the payees. */
  readonly reading: <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>;
}

/**
 * Refuses staged rows whose status can't be set; answers how many. Whoever approves the file verifies its payees, and so has entered none of them, nor
 * an account of theirs.
 */
export async function judgeKyc(
  run: RunStatement,
  { receivedAt, verifier, reading }: Judging,
): Promise<number> {
  let refused = await judgeStatuses(run, receivedAt);
  if (verifier === undefined) return refused;
  for await (const rows of stagedVerifications(run)) {
    const dependent = await reading((read) => listNotVerifiable(read, rows, verifier));
    const of = rows.filter(({ payee }) => dependent.has(payee)).map(({ n }) => n);
    if (of.length > 0) await refuseNotIndependent(run, of);
    refused += of.length;
  }
  return refused;
}

/**
 * Sets the statuses of the good rows.
 * @throws PayeesMoved when a payee has changed since: judge the rows again
 */
export async function loadKyc(tx: TenantTx): Promise<void> {
  const run = runIn(tx);
  const staged = await count(run, TO_BE_SET);
  const set = (await setStagedHolderKyc(run)) + (await setStagedParticipantKyc(run));
  if (set !== staged) throw new PayeesMoved();
}
