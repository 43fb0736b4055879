import { DomainError } from '#kernel/domain-error.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { maskText } from '#platform/observability/mask.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { changedHolders, compareFile } from '#register/file-changes.ts';
import { FileWaits, judgeRegister, loadRegister, RegisterMoved } from '#register/load-register.ts';
import { SHAREHOLDER_COLUMNS } from '#uploads/checking/shareholder-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { RowErrorCode } from '#uploads/formats/upload-row.ts';
import { listReceivedBefore } from '#uploads/upload.repository.ts';
import { refuseDuplicates, stageRows } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

/** Errors of references that are well-formed. */
const OF_REGISTER: ReadonlySet<RowErrorCode> = new Set(['duplicate-external-ref', 'holder-closed']);

const CHANGES_COLUMNS = [
  'line',
  'external_ref',
  'name_before',
  'name_after',
  'holdings_before',
  'holdings_after',
];

/** Files of shareholders: new holders, and whatever has changed of known ones. */
export const registerLoader: UploadLoader = {
  columns: SHAREHOLDER_COLUMNS,
  stage: (session, source, format, following) => stageRows(session, readRows(source, format, following)),
  refuseRepeated: refuseDuplicates,
  refuseConflicts: async (session, load, staged) => {
    const earlier = await tenantRead(load.tenantId, (read) => listReceivedBefore(read, load.receivedAt));
    const refused = await judgeRegister(session, { ...load, earlier });
    staged.rejected += refused;
    return refused;
  },
  // The reference is included only if it surely is one; in a row with a cell too many, somebody's name may be in its
  // place.
  about: ({ values, error }) => {
    const { external_ref: ref = null } = values;
    const isReference =
      error.column !== null && (error.column !== 'external_ref' || OF_REGISTER.has(error.code));
    return { external_ref: isReference && ref !== null ? maskText(ref) : null };
  },
  load: async (tx, load) =>
    loadRegister(tx, { ...load, earlier: await listReceivedBefore(tx, load.receivedAt) }),
  mustWait: (error) => error instanceof FileWaits,
  review: async (session, tenantId) => ({
    ...(await compareFile(session, tenantId)),
    lines: async function* () {
      yield csvLine(CHANGES_COLUMNS);
      for await (const holders of changedHolders(session, tenantId))
        yield holders
          .map(({ line, external_ref, previous_name, name, before, after }) =>
            csvLine([line, external_ref, previous_name, name, { decimal: before }, { decimal: after }]),
          )
          .join('');
    },
  }),
  mayLoadAgain: (error) =>
    error instanceof RegisterMoved ||
    (error instanceof DomainError && ['shareholder-exists', 'insufficient-position'].includes(error.slug)),
};
