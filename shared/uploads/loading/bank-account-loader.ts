import {
  judgeAccounts,
  loadAccounts,
  type SealedNumber,
  sealNumber,
  stagedAccounts,
} from '#payments/payees/load-accounts.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { csvLine } from '#platform/storage/csv.ts';
import {
  type BankAccountValues,
  bankAccountContract,
  maskedCells,
} from '#uploads/checking/bank-account-contract.ts';
import {
  BANK_ACCOUNT_COLUMNS,
  type BankAccountColumn,
} from '#uploads/checking/bank-account-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { UploadRow } from '#uploads/formats/upload-row.ts';
import { countChanges, countJudged, PAYEE_STAGING, PAYEE_STEPS, personsOf } from './payee-file.ts';
import { stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CREATE = `create temporary table staged_rows (${PAYEE_STAGING},
  routing_number text, account_number text, account_type text, holder_name text, holder_type text,
  account_id uuid, account_number_sealed text, account_last4 text, current uuid, same boolean not null default false)`;

const SEALED = ['account_id', 'account_number_sealed', 'account_last4'] as const;

type SealedValues = Record<BankAccountColumn, string | null> & SealedNumber;

/** The rows as they may be stored. No number leaves memory but sealed, or as its last four digits. */
async function* sealedRows(
  batches: AsyncIterable<readonly UploadRow<BankAccountColumn, BankAccountValues>[]>,
  sealer: Sealer,
): AsyncGenerator<UploadRow<BankAccountColumn, SealedValues>[], void> {
  for await (const batch of batches)
    yield batch.map((row) => {
      if (row.error !== undefined)
        return { ...row, values: maskedCells(row.values, row.error.column !== null) };
      const { account_number } = row.values;
      const shown = { ...row.values, account_number: maskedCells({ account_number }, true).account_number };
      return { ...row, values: { ...shown, ...sealNumber(account_number, sealer) } };
    });
}

const CHANGES_COLUMNS = [
  ...BANK_ACCOUNT_COLUMNS.filter((column) => column !== 'account_number'),
  'vestry_line',
  'vestry_account_last4',
  'vestry_routing_number_before',
  'vestry_account_last4_before',
  'vestry_account_type_before',
  'vestry_holder_name_before',
];

/** Files of bank accounts of shareholders or participants: the approval of the file stands for that of each account. */
export const bankAccountLoader: UploadLoader = {
  ...PAYEE_STEPS,
  columns: () => BANK_ACCOUNT_COLUMNS,
  stage: async (session, source, format, following) => {
    const rows = readRows(source, format, { ...following, contract: bankAccountContract });
    const kept = { create: [CREATE], columns: BANK_ACCOUNT_COLUMNS, more: SEALED };
    return stageByContract(session, kept, sealedRows(rows, await fieldSealer()));
  },
  refuseConflicts: async (session, { receivedAt }, staged) => {
    const refused = await judgeAccounts(runOn(session), { sealer: await fieldSealer(), receivedAt });
    return countJudged(session, staged, refused);
  },
  load: async (tx, load) => {
    const persons = personsOf(load);
    if (persons !== undefined) await loadAccounts(tx, { uploadId: load.uploadId, ...persons });
    return undefined;
  },
  review: async (session) => ({
    changes: await countChanges(session, 'current is null'),
    lines: async function* () {
      yield csvLine(CHANGES_COLUMNS);
      for await (const rows of stagedAccounts(runOn(session)))
        yield rows
          .map((row) =>
            csvLine([
              ...[
                row.payee,
                row.routing_number,
                row.account_type,
                row.holder_name,
                row.holder_type,
                row.line,
              ],
              ...[row.account_last4, row.routing_number_before, row.account_last4_before],
              ...[row.account_type_before, row.holder_name_before],
            ]),
          )
          .join('');
    },
  }),
};
