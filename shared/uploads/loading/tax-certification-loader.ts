import { PayeesMoved } from '#payments/payees/staged-payees.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { csvLine } from '#platform/storage/csv.ts';
import {
  CERTIFICATION_STAGING,
  judgeCertifications,
  loadCertifications,
  sealStaged,
  stagedCertifications,
} from '#register/tax/load-certifications.ts';
import {
  maskedTaxCells,
  type TaxValues,
  taxCertificationContract,
} from '#uploads/checking/tax-certification-contract.ts';
import { TAX_COLUMNS, type TaxColumn } from '#uploads/checking/tax-certification-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { UploadRow } from '#uploads/formats/upload-row.ts';
import { countChanges, countJudged, PAYEE_STAGING, PAYEE_STEPS, personsOf } from './payee-file.ts';
import { stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CELLS = TAX_COLUMNS.filter((column) => column !== 'payee').map((column) => `${column} text`);
const CREATE = `create temporary table staged_rows (${PAYEE_STAGING}, ${CELLS.join(', ')}, ${CERTIFICATION_STAGING})`;
const SEALED = ['staged_seal'] as const;

type SealedValues = TaxValues & { readonly staged_seal: string | null };

/** The rows as they may be stored. No number leaves memory but sealed, or as its last digits. */
async function* sealedRows(
  batches: AsyncIterable<readonly UploadRow<TaxColumn, TaxValues>[]>,
  sealer: Sealer,
): AsyncGenerator<UploadRow<TaxColumn, SealedValues>[], void> {
  for await (const batch of batches)
    yield batch.map((row) => {
      if (row.error !== undefined)
        return { ...row, values: maskedTaxCells(row.values, row.error.column !== null) };
      const { tax_id, payee } = row.values;
      const staged_seal = tax_id === null ? null : sealStaged(tax_id, String(payee), sealer);
      return {
        ...row,
        values: { ...row.values, tax_id: maskedTaxCells({ tax_id }, true).tax_id, staged_seal },
      };
    });
}

const CHANGES_COLUMNS = [
  ...TAX_COLUMNS.filter((column) => column !== 'tax_id'),
  'vestry_line',
  'vestry_tax_id_last4',
  'vestry_certification_before',
  'vestry_tax_id_last4_before',
  'vestry_treaty_rate_before',
];

/** Files of tax ids and forms of holders: the approval of the file stands for that of each form. */
export const taxCertificationLoader: UploadLoader = {
  ...PAYEE_STEPS,
  columns: () => TAX_COLUMNS,
  stage: async (session, source, format, following) => {
    const rows = readRows(source, format, { ...following, contract: taxCertificationContract });
    const kept = { create: [CREATE], columns: TAX_COLUMNS, more: SEALED };
    return stageByContract(session, kept, sealedRows(rows, await fieldSealer()));
  },
  refuseConflicts: async (session, { receivedAt }, staged) => {
    const refused = await judgeCertifications(runOn(session), { sealer: await fieldSealer(), receivedAt });
    return countJudged(session, staged, refused);
  },
  load: async (tx, load) => {
    const persons = personsOf(load);
    if (persons !== undefined && !(await loadCertifications(tx, persons.enteredBy))) throw new PayeesMoved();
    return undefined;
  },
  review: async (session) => ({
    changes: await countChanges(session, 'version_before = 0'),
    lines: async function* () {
      yield csvLine(CHANGES_COLUMNS);
      for await (const rows of stagedCertifications(runOn(session)))
        yield rows
          .map((row) =>
            csvLine([
              ...[row.payee, row.tax_id_type, row.certification, row.signed_on, row.treaty_country],
              ...[row.treaty_rate, row.exempt_payee, row.backup_withholding, row.line, row.tax_id_last4],
              ...[row.certification_before, row.last4_before, row.treaty_rate_before],
            ]),
          )
          .join('');
    },
  }),
};
