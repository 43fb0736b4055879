import { DomainError } from '#kernel/domain-error.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { maskText } from '#platform/observability/mask.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { changedHolders, compareFile, type Naming, openingChanges } from '#register/file-changes.ts';
import { findTooLate, judgePositions, loadPositions } from '#register/load-positions.ts';
import {
  FileWaits,
  isEmptyRegister,
  judgeRegister,
  loadRegister,
  RegisterMoved,
} from '#register/load-register.ts';
import { countStagedAbsent, stageAbsent } from '#register/replace-register.ts';
import { DETAIL_COLUMNS } from '#uploads/checking/detail-columns.ts';
import { POSITION_COLUMNS, SHAREHOLDER_COLUMNS } from '#uploads/checking/shareholder-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import type { RowErrorCode } from '#uploads/formats/upload-row.ts';
import { type ListedWarning, listReceivedBefore } from '#uploads/upload.repository.ts';
import { joinAsSets, refuseDuplicates, type StagedFile, stageRows } from './staged-rows.ts';
import type { LoadedFile, UploadLoader } from './upload-loader.ts';

/** Errors of references that are well-formed. */
const OF_REGISTER: ReadonlySet<RowErrorCode> = new Set(['duplicate-external-ref', 'holder-closed']);

/** The list of changes can be uploaded in its turn: it makes these, and nothing once they are made. */
const CHANGES_COLUMNS = [
  'external_ref',
  'name',
  'holdings',
  'security_class',
  'effective_date',
  'vestry_line',
  'vestry_name_before',
  'vestry_holdings_before',
];

/** The rows of a file that opens a register up to which it is compared with nothing all the same, for look-alikes within it. */
const MOST_COMPARED_AT_FIRST = 10_000;

function keptPositions(count: number): ListedWarning {
  const positions =
    count === 1
      ? 'One position that the file doesn’t name has'
      : `${count} positions that the file doesn’t name have`;
  return {
    column: 'holdings',
    code: 'absent-kept',
    message: `${positions} changed since the file was received, and stay as they are.`,
  };
}

/** A file without classes and days is loaded the fast way. */
function namingOf({ staged, asOf }: Pick<LoadedFile, 'staged' | 'asOf'>): Naming {
  return namesPositions(staged) || asOf !== null ? 'by-position' : 'plain';
}

function namesPositions({ namesClasses, namesDays }: StagedFile): boolean {
  return namesClasses === true || namesDays === true;
}

/** Files of shareholders: new holders, and whatever has changed of known ones. */
export const registerLoader: UploadLoader = {
  columns: (staged) => [
    ...(namesPositions(staged) ? POSITION_COLUMNS : SHAREHOLDER_COLUMNS),
    ...(staged.hasDetails === true ? DETAIL_COLUMNS : []),
  ],
  stage: (session, source, format, following) => stageRows(session, readRows(source, format, following)),
  refuseRepeated: refuseDuplicates,
  refuseConflicts: async (session, load, staged) => {
    const earlier = await tenantRead(load.tenantId, (read) => listReceivedBefore(read, load.receivedAt));
    const judge = namingOf({ ...load, staged }) === 'plain' ? judgeRegister : judgePositions;
    if (load.replaces) {
      await joinAsSets(session);
      await stageAbsent(session, load);
    }
    const refused = await judge(session, { ...load, earlier });
    const absent = load.replaces ? await countStagedAbsent(session) : { staged: 0, kept: 0 };
    staged.zeroed = absent.staged - absent.kept;
    staged.kept = absent.kept;
    staged.rejected += refused - absent.kept;
    return refused - absent.kept;
  },
  warn: async (session, load) => {
    const { kept = 0 } = load.staged;
    const warnings = kept === 0 ? [] : [keptPositions(kept)];
    if (namingOf(load) === 'plain') return warnings;
    const column = load.asOf === null ? 'effective_date' : 'as_of';
    const late = await findTooLate(session, load.tenantId);
    return [
      ...warnings,
      ...late.map(({ what, id, record_date }) => ({
        column,
        code: 'too-late-for',
        message: `The ${what} ${id} was frozen for its record date, ${record_date}, before: what the file changes of that day doesn’t count for it.`,
      })),
    ];
  },
  // The reference is included only if it surely is one; in a row with a cell too many, somebody's name may be in its
  // place.
  about: ({ values, error }) => {
    const { external_ref: ref = null } = values;
    const isReference =
      error.column !== null && (error.column !== 'external_ref' || OF_REGISTER.has(error.code));
    return { external_ref: isReference && ref !== null ? maskText(ref) : null };
  },
  opens: async ({ tenantId, asOf, staged, rows }) =>
    rows > MOST_COMPARED_AT_FIRST &&
    namingOf({ staged, asOf }) === 'plain' &&
    (await tenantRead(tenantId, (read) => isEmptyRegister(read, tenantId))),
  load: async (tx, load) => {
    const { opens } = load;
    await (namingOf(load) === 'plain' ? loadRegister : loadPositions)(tx, {
      ...load,
      isFirst: opens,
      hasDetails: load.staged.hasDetails === true,
      earlier: await listReceivedBefore(tx, load.receivedAt),
    });
    return opens ? openingChanges(tx, load) : undefined;
  },
  mustWait: (error) => error instanceof FileWaits,
  review: async (session, { tenantId, replaces, ...load }) => ({
    changes: await compareFile(session, { tenantId, naming: namingOf(load), replaces }),
    lines: async function* () {
      yield csvLine(CHANGES_COLUMNS);
      for await (const holders of changedHolders(session, { tenantId, naming: namingOf(load) }))
        yield holders
          .map(({ line, external_ref, security_class, day, previous_name, name, before, after }) =>
            csvLine([
              ...[external_ref, name, { decimal: after }, security_class, day],
              ...[line, previous_name, { decimal: before }],
            ]),
          )
          .join('');
    },
  }),
  mayLoadAgain: (error) =>
    error instanceof RegisterMoved ||
    (error instanceof DomainError &&
      ['shareholder-exists', 'insufficient-position', 'dated-before-split', 'split-under-way'].includes(
        error.slug,
      )),
};
