import type { Permit } from '#approvals/permit.ts';
import type { TenantId, UploadId } from '#kernel/ids.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { ReadingOptions } from '#uploads/formats/read-rows.ts';
import type { UploadFormat } from '#uploads/formats/upload-row.ts';
import type { ListedWarning } from '#uploads/upload.repository.ts';
import type { UploadChanges } from '#uploads/upload-changes.ts';
import type { NumberedRejection, StagedFile } from './staged-rows.ts';

/** The callbacks that follow the stream of a file's bytes while they are read, and how its sender says that it is to be read. */
export type Following = Pick<ReadingOptions, 'onProgress' | 'onUnknownColumn' | 'encoding' | 'mapping'>;

/** The processing of one kind of file: how its rows are staged and judged, and where the good ones go. */
export interface UploadLoader {
  /** Returns the columns of the errors file. */
  columns(staged: StagedFile): readonly string[];
  /** Reads the rows into the session's `staged_rows`. @throws UnreadableFile */
  stage(
    session: TenantSession,
    source: AsyncIterable<Uint8Array>,
    format: UploadFormat,
    following: Following,
  ): Promise<StagedFile>;
  /** Refuses rows for what other rows of the file hold. */
  refuseRepeated(session: TenantSession, staged: StagedFile): Promise<void>;
  /** Refuses rows for what is in the database; answers how many more. */
  refuseConflicts(
    session: TenantSession,
    load: Pick<
      LoadedFile,
      'tenantId' | 'uploadId' | 'shownAt' | 'receivedAt' | 'asOf' | 'replaces' | 'permit'
    >,
    staged: StagedFile,
  ): Promise<number>;
  /** Returns what a message about a rejected row may contain: nothing personal. */
  about(row: NumberedRejection): Record<string, unknown>;
  /** Says what people should know of the rows that are left, though nothing is wrong with them. Absent where there is nothing to say. */
  warn?(
    session: TenantSession,
    load: Pick<LoadedFile, 'tenantId' | 'asOf' | 'staged'>,
  ): Promise<readonly ListedWarning[]>;
  /** Whether there is nothing that a large file could be compared with, so that {@link load} itself answers what it has changed. @default never */
  opens?(load: Pick<LoadedFile, 'tenantId' | 'asOf' | 'staged' | 'rows'>): Promise<boolean>;
  /** Writes the rows that are left; answers what that has changed, where nothing was compared before. */
  load(tx: TenantTx, load: LoadedFile): Promise<UploadChanges | undefined>;
  /** Whether {@link load} has written nothing, since the file waits for a second person. @default never */
  mustWait?(error: unknown): boolean;
  /** Compares the rows that are left with what is there, for people. Absent where a row says all that it changes. */
  review?(
    session: TenantSession,
    load: Pick<LoadedFile, 'tenantId' | 'asOf' | 'staged' | 'replaces'>,
  ): Promise<Review>;
  /** Whether {@link load} failed because the database changed, so that judging the rows again helps. */
  mayLoadAgain(error: unknown): boolean;
}

/** The changes that a file would make. */
export interface Review {
  readonly changes: UploadChanges;
  /** All of them, as CSV. */
  lines(): AsyncIterable<string>;
}

export interface LoadedFile {
  readonly tenantId: TenantId;
  readonly uploadId: UploadId;
  readonly requestId: string;
  readonly rows: number;
  readonly staged: StagedFile;
  /** Whether the rows follow each other as the keys they get do. */
  readonly inOrder: boolean;
  /** The user whose file it is. */
  readonly party: string;
  /** The leave of a second person, where one has approved the file. */
  readonly permit: Permit | undefined;
  /** The instant as of which that person saw what the file changes. */
  readonly shownAt: Date | null;
  /** The instant at which the file was received. */
  readonly receivedAt: Date;
  /** The day of which a register speaks. */
  readonly asOf: string | null;
  /** Whether it stands for the whole register: positions in its classes that it doesn't name are set to zero. */
  readonly replaces: boolean;
  /** The answer of {@link UploadLoader.opens}. */
  readonly opens: boolean;
}
