import { judgeKyc, listStatusChanges, loadKyc, stagedStatuses } from '#payments/payees/load-kyc.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { kycContract } from '#uploads/checking/kyc-contract.ts';
import { KYC_COLUMNS } from '#uploads/checking/kyc-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import { countChanges, countJudged, PAYEE_STAGING, PAYEE_STEPS, personsOf } from './payee-file.ts';
import { stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CREATE = `create temporary table staged_rows (${PAYEE_STAGING}, status text, reason text, effective_date text, status_before text, identified_by uuid)`;

/** Files of KYC statuses of shareholders or participants: whoever approves one verifies its payees. */
export const kycLoader: UploadLoader = {
  ...PAYEE_STEPS,
  columns: () => KYC_COLUMNS,
  stage: (session, source, format, following) =>
    stageByContract(
      session,
      { create: [CREATE], columns: KYC_COLUMNS },
      readRows(source, format, { ...following, contract: kycContract }),
    ),
  refuseConflicts: async (session, { tenantId, receivedAt, permit }, staged) => {
    const refused = await judgeKyc(runOn(session), {
      receivedAt,
      verifier: permit?.confirmedBy ?? undefined,
      reading: (work) => tenantRead(tenantId, work),
    });
    return countJudged(session, staged, refused);
  },
  load: async (tx, load) => {
    if (personsOf(load) !== undefined) await loadKyc(tx);
    return undefined;
  },
  review: async (session) => ({
    changes: {
      ...(await countChanges(session, 'false')),
      by_status: await listStatusChanges(runOn(session)),
    },
    lines: async function* () {
      yield csvLine([...KYC_COLUMNS, 'vestry_line', 'vestry_status_before']);
      for await (const rows of stagedStatuses(runOn(session)))
        yield rows
          .map(({ payee, status, reason, effective_date, line, status_before }) =>
            csvLine([payee, status, reason, effective_date, line, status_before]),
          )
          .join('');
    },
  }),
};
