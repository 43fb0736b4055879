import { DomainError } from '#kernel/domain-error.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { maskText } from '#platform/observability/mask.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { changedHolders, compareFile, type Naming } from '#register/file-changes.ts';
import { findTooLate, judgePositions, loadPositions } from '#register/load-positions.ts';
import { FileWaits, judgeRegister, loadRegister, RegisterMoved } from '#register/load-register.ts';
import { REGISTER_COLUMNS, SHAREHOLDER_COLUMNS } from '#uploads/checking/shareholder-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { RowErrorCode } from '#uploads/formats/upload-row.ts';
import { listReceivedBefore } from '#uploads/upload.repository.ts';
import { refuseDuplicates, type StagedFile, stageRows } from './staged-rows.ts';
import type { LoadedFile, UploadLoader } from './upload-loader.ts';

/** Errors of references that are well-formed. */
const OF_REGISTER: ReadonlySet<RowErrorCode> = new Set(['duplicate-external-ref', 'holder-closed']);

const CHANGES_COLUMNS = [
  'line',
  'external_ref',
  'security_class',
  'name_before',
  'name_after',
  'holdings_before',
  'holdings_after',
];

/** A file without classes and days is loaded the fast way. */
function namingOf({ staged, asOf }: Pick<LoadedFile, 'staged' | 'asOf'>): Naming {
  return namesPositions(staged) || asOf !== null ? 'by-position' : 'plain';
}

function namesPositions({ namesClasses, namesDays }: StagedFile): boolean {
  return namesClasses === true || namesDays === true;
}

/** Files of shareholders: new holders, and whatever has changed of known ones. */
export const registerLoader: UploadLoader = {
  columns: (staged) => (namesPositions(staged) ? REGISTER_COLUMNS : SHAREHOLDER_COLUMNS),
  stage: (session, source, format, following) => stageRows(session, readRows(source, format, following)),
  refuseRepeated: refuseDuplicates,
  refuseConflicts: async (session, load, staged) => {
    const earlier = await tenantRead(load.tenantId, (read) => listReceivedBefore(read, load.receivedAt));
    const judge = namingOf({ ...load, staged }) === 'plain' ? judgeRegister : judgePositions;
    const refused = await judge(session, { ...load, earlier });
    staged.rejected += refused;
    return refused;
  },
  warn: async (session, load) => {
    if (namingOf(load) === 'plain') return [];
    const column = load.asOf === null ? 'effective_date' : 'as_of';
    const late = await findTooLate(session, load.tenantId);
    return late.map(({ what, id, record_date }) => ({
      column,
      code: 'too-late-for',
      message: `The ${what} ${id} was frozen for its record date, ${record_date}, before: what the file changes of that day doesn’t count for it.`,
    }));
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
    (namingOf(load) === 'plain' ? loadRegister : loadPositions)(tx, {
      ...load,
      earlier: await listReceivedBefore(tx, load.receivedAt),
    }),
  mustWait: (error) => error instanceof FileWaits,
  review: async (session, load) => ({
    ...(await compareFile(session, load.tenantId, namingOf(load))),
    lines: async function* () {
      yield csvLine(CHANGES_COLUMNS);
      for await (const holders of changedHolders(session, load.tenantId, namingOf(load)))
        yield holders
          .map(({ line, external_ref, security_class, previous_name, name, before, after }) =>
            csvLine([
              ...[line, external_ref, security_class, previous_name, name],
              ...[{ decimal: before }, { decimal: after }],
            ]),
          )
          .join('');
    },
  }),
  mayLoadAgain: (error) =>
    error instanceof RegisterMoved ||
    (error instanceof DomainError && ['shareholder-exists', 'insufficient-position'].includes(error.slug)),
};
