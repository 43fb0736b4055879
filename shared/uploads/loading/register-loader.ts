import { Permit } from '#approvals/permit.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { maskText } from '#platform/observability/mask.ts';
import { judgeRegister, loadRegister, RegisterMoved } from '#register/load-register.ts';
import { SHAREHOLDER_COLUMNS } from '#uploads/checking/shareholder-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { RowErrorCode } from '#uploads/formats/upload-row.ts';
import { refuseDuplicates, stageRows } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

/** Errors of references that are well-formed. */
const OF_REGISTER: ReadonlySet<RowErrorCode> = new Set(['duplicate-external-ref', 'holder-closed']);

/** Files of shareholders: new holders, and whatever has changed of known ones. */
export const registerLoader: UploadLoader = {
  columns: SHAREHOLDER_COLUMNS,
  stage: (session, source, format, following) => stageRows(session, readRows(source, format, following)),
  refuseRepeated: refuseDuplicates,
  refuseConflicts: async (session, tenantId, staged) => {
    const refused = await judgeRegister(session, tenantId);
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
  load: (tx, load) => loadRegister(tx, load, Permit.uncontrolled(load.uploadId)),
  mayLoadAgain: (error) =>
    error instanceof RegisterMoved ||
    (error instanceof DomainError && ['shareholder-exists', 'insufficient-position'].includes(error.slug)),
};
