import type { RunStatement } from '#platform/db/run-statement.ts';

// A participant who is somebody else since the rows were judged, or has another status, stays as they are.
const SET = `update participants p set kyc_status = s.status, kyc_reason = s.reason, kyc_effective_date = s.effective_date::date,
    version = p.version + 1, updated_at = now()
  from staged_rows s
  where s.error_code is null and not s.unchanged and p.employee_id = s.employee_id
    and p.kyc_status = s.status_before and p.identified_by is not distinct from s.identified_by`;

/** Sets the KYC status of the participants in the session's `staged_rows` that are good, and answers how many were still as they were judged. */
export async function setStagedParticipantKyc(run: RunStatement): Promise<number> {
  return (await run(SET)).changed;
}
