import {
  judgeAccounts,
  loadAccounts,
  type SealedNumber,
  sealNumber,
  stagedAccounts,
} from '#payments/payees/load-accounts.ts';
import { PayeesMoved, refuseRepeatedPayees } from '#payments/payees/staged-payees.ts';
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
import { stagedLines } from './copy-encoding.ts';
import { countChanges, countUnchanged, PAYEE_STAGING, PayeeFileWaits, personsOf } from './payee-file.ts';
import { isLarge, joinAsSets } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CREATE = `create temporary table staged_rows (${PAYEE_STAGING},
  routing_number text, account_number text, account_type text, holder_name text, holder_type text,
  account_id uuid, account_number_sealed text, account_last4 text, current uuid, same boolean not null default false)`;

const SEALED = ['account_id', 'account_number_sealed', 'account_last4'] as const;
const COPY = `copy staged_rows (n, line, ${[...BANK_ACCOUNT_COLUMNS, ...SEALED].join(', ')}, error_column, error_code, error_message) from stdin`;

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
  columns: () => BANK_ACCOUNT_COLUMNS,
  stage: async (session, source, format, following) => {
    const staged = { rows: 0, rejected: 0, ignored: 0 };
    const sealer = await fieldSealer();
    await session.run([{ text: CREATE }]);
    const batches = sealedRows(
      readRows(source, format, { ...following, contract: bankAccountContract }),
      sealer,
    );
    await session.copyInto(COPY, stagedLines(batches, BANK_ACCOUNT_COLUMNS, staged, SEALED));
    await session.run([{ text: 'analyze staged_rows' }]);
    if (isLarge(staged)) await joinAsSets(session);
    return staged;
  },
  refuseRepeated: async (session, staged) => {
    staged.rejected += await refuseRepeatedPayees(runOn(session));
  },
  refuseConflicts: async (session, { receivedAt }, staged) => {
    const refused = await judgeAccounts(runOn(session), { sealer: await fieldSealer(), receivedAt });
    staged.rejected += refused;
    staged.unchanged = await countUnchanged(session);
    return refused;
  },
  about: () => ({}),
  load: async (tx, load) => {
    const persons = personsOf(load);
    if (persons !== undefined) await loadAccounts(tx, { uploadId: load.uploadId, ...persons });
    return undefined;
  },
  mustWait: (error) => error instanceof PayeeFileWaits,
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
  mayLoadAgain: (error) => error instanceof PayeesMoved,
};
