import type { RunStatement } from '#platform/db/run-statement.ts';

// A holder who was renamed or closed since the rows were judged, or has another status, stays as they are.
const SET = `update shareholders h set kyc_status = s.status, kyc_reason = s.reason, kyc_effective_date = s.effective_date::date,
    version = h.version + 1, updated_at = now()
  from staged_rows s
  where s.error_code is null and not s.unchanged and h.id = s.shareholder_id
    and h.status = 'ACTIVE' and h.kyc_status = s.status_before and h.identified_by is not distinct from s.identified_by`;

/** Sets the KYC status of the holders in the session's `staged_rows` that are good, and answers how many were still as they were judged. */
export async function setStagedHolderKyc(run: RunStatement): Promise<number> {
  return (await run(SET)).changed;
}
