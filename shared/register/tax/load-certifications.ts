import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import {
  type JudgedForm,
  matchStaged,
  type StagedForm,
  setJudged,
  setStagedCertifications,
  stagedForms,
} from './staged-certifications.repository.ts';
import { expiryOf, findCertificationFault } from './tax-certification.ts';
import { taxIdLast4 } from './tax-id.ts';
import { taxIdPlace } from './tax-id-place.ts';

export { CERTIFICATION_STAGING, stagedCertifications } from './staged-certifications.repository.ts';

/** A number is sealed for its row until its holder is known. */
const rowPlace = (payee: string) => `staged_rows/${payee}/tax_id`;

/** Seals a number for the row of a payee. */
export function sealStaged(number: string, payee: string, sealer: Sealer): string {
  return sealer.seal(number, rowPlace(payee));
}

/**
 * Refuses staged rows that contradict their form, or whose holder is unknown, closed, or has another form since the file was received; answers how
 * many. Numbers are sealed for their holders. What is on record already changes nothing.
 */
export async function judgeCertifications(
  run: RunStatement,
  { sealer, receivedAt }: { readonly sealer: Sealer; readonly receivedAt: Date },
): Promise<number> {
  let refused = await matchStaged(run);
  for await (const rows of stagedForms(run)) {
    const judged = rows.map((row) => judge(row, sealer, receivedAt));
    refused += judged.filter(({ error_code }) => error_code !== null).length;
    await setJudged(run, judged);
  }
  return refused;
}

/** A row without a number leaves the one on record, and one without a word of the authority that word. */
function judge(row: StagedForm, sealer: Sealer, receivedAt: Date): JudgedForm {
  const { n, shareholder_id, certification, signed_on, treaty_country, treaty_rate, today } = row;
  const number = row.staged_seal === null ? null : sealer.open(row.staged_seal, rowPlace(row.payee));
  const before =
    row.sealed_before === null ? null : sealer.open(row.sealed_before, taxIdPlace(shareholder_id));
  const is_other = number !== null && (number !== before || row.tax_id_type !== row.type_before);
  const exempt_payee = row.exempt_payee === 'true';
  const backup = row.backup_withholding === null ? row.backup_before : row.backup_withholding === 'true';
  const expires_on = expiryOf(certification, signed_on);
  const form = { certification, signed_on, treaty_country, treaty_rate, exempt_payee };
  const fault = findCertificationFault(
    { ...form, backup_withholding: backup, tax_id_type: number === null ? row.type_before : row.tax_id_type },
    { today, kind: row.kind },
  );
  const unchanged =
    row.version_before > 0 &&
    !is_other &&
    certification === row.certification_before &&
    signed_on === row.signed_before &&
    treaty_country === row.country_before &&
    (treaty_rate === null ? null : Number(treaty_rate)) ===
      (row.treaty_rate_before === null ? null : Number(row.treaty_rate_before)) &&
    exempt_payee === row.exempt_before &&
    backup === row.backup_before;
  const judged = {
    ...{ n, unchanged, is_other, expires_on, backup },
    number_sealed: is_other ? sealer.seal(number, taxIdPlace(shareholder_id)) : null,
    number_last4: is_other ? taxIdLast4(number) : null,
  };
  if (fault !== undefined) {
    const column = fault.pointer.slice(1).split('/')[0] ?? '';
    return { ...judged, ...errorOf(column, fault.code, `${column} ${fault.message}.`) };
  }
  if (!unchanged && row.updated_at !== null && row.updated_at > receivedAt)
    return {
      ...judged,
      ...errorOf(
        'certification',
        'changed-since-received',
        `The form was set to ${row.certification_before} after the file was received, which says ${certification}.`,
      ),
    };
  return { ...judged, ...errorOf(null, null, null) };
}

function errorOf(error_column: string | null, error_code: string | null, error_message: string | null) {
  return { error_column, error_code, error_message };
}

/**
 * Sets the forms of the good rows, which the approval of their file has approved. Whoever has uploaded it has entered the numbers. Answers false when a
 * holder or a form has changed since the rows were judged: judge them again.
 */
export async function loadCertifications(tx: TenantTx, enteredBy: string): Promise<boolean> {
  return setStagedCertifications(runIn(tx), enteredBy);
}
