import { judgeKyc, listStatusChanges, loadKyc, stagedStatuses } from '#payments/payees/load-kyc.ts';
import { PayeesMoved, refuseRepeatedPayees } from '#payments/payees/staged-payees.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { kycContract } from '#uploads/checking/kyc-contract.ts';
import { KYC_COLUMNS, type KycColumn } from '#uploads/checking/kyc-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import { stagedLines } from './copy-encoding.ts';
import { countChanges, countUnchanged, PAYEE_STAGING, PayeeFileWaits, personsOf } from './payee-file.ts';
import { isLarge, joinAsSets } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CREATE = `create temporary table staged_rows (${PAYEE_STAGING}, status text, status_before text, identified_by uuid)`;

const COPY = `copy staged_rows (n, line, ${KYC_COLUMNS.join(', ')}, error_column, error_code, error_message) from stdin`;

/** Files of KYC statuses of shareholders or participants: whoever approves one verifies its payees. */
export const kycLoader: UploadLoader = {
  columns: () => KYC_COLUMNS,
  stage: async (session, source, format, following) => {
    const staged = { rows: 0, rejected: 0, ignored: 0 };
    await session.run([{ text: CREATE }]);
    const batches = readRows(source, format, { ...following, contract: kycContract });
    await session.copyInto(COPY, stagedLines<KycColumn>(batches, KYC_COLUMNS, staged));
    await session.run([{ text: 'analyze staged_rows' }]);
    if (isLarge(staged)) await joinAsSets(session);
    return staged;
  },
  refuseRepeated: async (session, staged) => {
    staged.rejected += await refuseRepeatedPayees(runOn(session));
  },
  refuseConflicts: async (session, { tenantId, receivedAt, permit }, staged) => {
    const refused = await judgeKyc(runOn(session), {
      receivedAt,
      verifier: permit?.confirmedBy ?? undefined,
      reading: (work) => tenantRead(tenantId, work),
    });
    staged.rejected += refused;
    staged.unchanged = await countUnchanged(session);
    return refused;
  },
  about: () => ({}),
  load: async (tx, load) => {
    if (personsOf(load) !== undefined) await loadKyc(tx);
    return undefined;
  },
  mustWait: (error) => error instanceof PayeeFileWaits,
  review: async (session) => ({
    changes: {
      ...(await countChanges(session, 'false')),
      by_status: await listStatusChanges(runOn(session)),
    },
    lines: async function* () {
      yield csvLine([...KYC_COLUMNS, 'vestry_line', 'vestry_status_before']);
      for await (const rows of stagedStatuses(runOn(session)))
        yield rows
          .map(({ payee, status, line, status_before }) => csvLine([payee, status, line, status_before]))
          .join('');
    },
  }),
  mayLoadAgain: (error) => error instanceof PayeesMoved,
};
