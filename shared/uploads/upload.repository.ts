import { type Insertable, type Selectable, sql } from 'kysely';
import type { Uploads } from '#generated/database.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId, UploadId } from '#kernel/ids.ts';
import type { TenantType } from '#kernel/roles.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import type { Mapping } from '#uploads/mappings/mapping.ts';
import type { UploadChanges } from '#uploads/upload-changes.ts';
import { UPLOADING_ROLES } from '#uploads/upload-kind.ts';

const COLUMNS = [
  'accepted',
  'approved_by',
  'as_of',
  'bytes_done',
  'bytes_total',
  'changes',
  'changes_key',
  'completed_at',
  'created_at',
  'created_by',
  'declared_sha256',
  'door',
  'drop_credential_id',
  'dry_run',
  'duplicate_of',
  'errors',
  'errors_key',
  'failure',
  'filename',
  'id',
  'ignored',
  'kind',
  'mapping',
  'multipart_id',
  'object_key',
  'object_ref',
  'received_at',
  'rejected',
  'request_id',
  'rows',
  'settings',
  'sha256',
  'shown_at',
  'state',
  'tenant_id',
  'unchanged',
  'version',
  'warnings',
] as const satisfies readonly (keyof Uploads)[];

export type UploadRecord = Omit<
  Selectable<Uploads>,
  'id' | 'tenant_id' | 'changes' | 'mapping' | 'errors' | 'warnings'
> & {
  readonly id: UploadId;
  readonly tenant_id: TenantId;
  readonly changes: UploadChanges | null;
  /** The mapping by which it is read, as it was when the file was received. */
  readonly mapping: Mapping | null;
  readonly errors: readonly ListedError[];
  readonly warnings: readonly ListedWarning[];
};

/** One of the first rejected rows, as it is stored and returned. */
export interface ListedError {
  readonly line: number;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
}

/** Something about a file that is no error, as it is stored and returned. */
export interface ListedWarning {
  readonly column: string;
  readonly code: string;
  readonly message: string;
}

/** An attempt that failed on our side may be made again; every other end is one. */
export const INTERNAL_ERROR = 'internal-error';
/** It may be known later who dropped a file: a message that was lost and is found says so. */
export const UNKNOWN_SENDER = 'unknown-sender';

export function insertUpload(
  tx: TenantTx,
  upload: Omit<Insertable<Uploads>, 'tenant_id'>,
): Promise<UploadRecord> {
  return tx
    .insertInto('uploads')
    .values(upload)
    .returning(COLUMNS)
    .$castTo<UploadRecord>()
    .executeTakeFirstOrThrow();
}

export function findUpload(read: TenantRead, id: string): Promise<UploadRecord | undefined> {
  return read
    .selectFrom('uploads')
    .select(COLUMNS)
    .where('id', '=', id)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}

/** Returns the user whose file it is: who uploaded it, or owns the credential by which it was dropped. */
export function uploaderOf({ id, created_by }: UploadRecord): string {
  if (created_by === null) throw new Error(`the upload ${id} is nobody's`);
  return created_by;
}

/** Tells whether the user whose file it is may still upload files. */
export async function mayStillUpload(read: TenantRead, { created_by }: UploadRecord): Promise<boolean> {
  if (created_by === null) return false;
  const uploader = await read
    .selectFrom('user_directory')
    .select('id')
    .where('id', '=', created_by)
    .where('status', '=', 'ACTIVE')
    .where('role', 'in', [...UPLOADING_ROLES])
    .executeTakeFirst();
  return uploader !== undefined;
}

/** @throws DomainError `conflict` when the upload doesn't come in parts, or has come */
export function getMultipartId(upload: UploadRecord): string {
  if (upload.multipart_id === null || upload.state !== 'RECEIVED')
    throw new DomainError('conflict', 'This upload is not waiting for parts.');
  return upload.multipart_id;
}

/** Newest first; ids are by time. */
export function listUploads(
  read: TenantRead,
  {
    state,
    ...request
  }: PageRequest & {
    readonly state?: UploadRecord['state'] | undefined;
  },
  { position, after, by }: Sorted,
): Promise<(UploadRecord & { readonly position: string | null })[]> {
  let query = read
    .selectFrom('uploads')
    .select([...COLUMNS, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1);
  if (state !== undefined) query = query.where('state', '=', state);
  return query.$castTo<UploadRecord & { readonly position: string | null }>().execute();
}

export type UnfinishedUpload = Pick<UploadRecord, 'id' | 'object_key' | 'object_ref'>;

/** Lists uploads of every tenant that began in a span of time and have not ended, by id. */
export async function listUnfinishedUploads(
  tx: SystemTx,
  { from, before }: { readonly from: Date; readonly before: Date },
  after: string,
  limit: number,
): Promise<UnfinishedUpload[]> {
  return (await tx
    .selectFrom('uploads')
    .select(['id', 'object_key', 'object_ref'])
    .where('state', 'in', ['RECEIVED', 'VALIDATING'])
    .where('created_at', '>=', from)
    .where('created_at', '<', before)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()) as UnfinishedUpload[];
}

/** Our clock and that of S3 may differ by so much. */
const CLOCK_MARGIN = `interval '1 minute'`;

/** Returns those of the objects, of any tenant, that no upload was made of since they were stored. */
export async function listWithoutUpload(
  tx: SystemTx,
  objects: readonly { readonly key: string; readonly storedAt: Date }[],
): Promise<string[]> {
  const keys = objects.map(({ key }) => key);
  const times = objects.map(({ storedAt }) => storedAt.toISOString());
  const { rows } = await sql<{ key: string }>`
    select o.key from unnest(${keys}::text[], ${times}::timestamptz[]) as o (key, stored_at)
    where not exists (
      select from uploads u where u.object_key = o.key and u.created_at >= o.stored_at - ${sql.raw(CLOCK_MARGIN)})`.execute(
    tx,
  );
  return rows.map(({ key }) => key);
}

/** The properties by which two files are the same. A dry run says nothing about a load. */
export interface FileIdentity {
  readonly kind: UploadRecord['kind'];
  readonly dry_run: boolean;
  readonly sha256: string;
  /** The settings by which it is read and loaded, as text: the same bytes with others are another file. */
  readonly settings: string;
}

/** The upload that stands for these bytes, once it is completed or waits for approval. */
export function findUploadOfFile(
  read: TenantRead,
  { kind, dry_run, sha256, settings }: FileIdentity,
): Promise<UploadRecord | undefined> {
  return read
    .selectFrom('uploads')
    .select(COLUMNS)
    .where('kind', '=', kind)
    .where('dry_run', '=', dry_run)
    .where('sha256', '=', sha256)
    .where('settings', '=', settings)
    .where('state', 'in', ['COMPLETED', 'AWAITING_APPROVAL'])
    .where('duplicate_of', 'is', null)
    .where('overtaken_at', 'is', null)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}

/** Notes that an upload no longer stands for its bytes. */
export async function setOvertaken(tx: TenantTx, id: UploadId): Promise<void> {
  await tx
    .updateTable('uploads')
    .set({ overtaken_at: sql`now()` })
    .where('id', '=', id)
    .where('overtaken_at', 'is', null)
    .execute();
}

/** Finds the tenant outside any tenant's context; the platform's own tenant has no folder. */
export async function findTenantOfFolder(
  slug: string,
): Promise<{ readonly id: TenantId; readonly type: TenantType } | undefined> {
  const [found] = await tenantStatements(PLATFORM_TENANT_ID, [
    { text: `select id, type from find_tenant_by_slug($1) where type <> 'PLATFORM'`, values: [slug] },
  ]);
  return found?.rows[0] as { id: TenantId; type: TenantType } | undefined;
}

/** The upload of a dropped object's version: made at the first delivery of its event, found at every other. */
export async function upsertDropped(
  tenantId: TenantId,
  dropped: Pick<
    UploadRecord,
    'kind' | 'filename' | 'object_key' | 'object_ref' | 'request_id' | 'mapping' | 'settings'
  >,
  by: { readonly id: string; readonly owner_id: string } | undefined,
): Promise<UploadRecord> {
  const { kind, filename, object_key, object_ref, request_id, mapping, settings } = dropped;
  const [, , found] = await tenantStatements(tenantId, [
    {
      // An event that names the sender may come after an announcement of ours, which doesn't.
      text: `insert into uploads (kind, door, filename, object_key, object_ref, request_id, drop_credential_id, created_by, mapping, settings)
        values ($1, 'DROP', $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, object_key, object_ref) do update
          set drop_credential_id = excluded.drop_credential_id, created_by = excluded.created_by
          where uploads.drop_credential_id is null and excluded.drop_credential_id is not null`,
      values: [
        ...[kind, filename, object_key, object_ref, request_id, by?.id ?? null, by?.owner_id ?? null],
        ...[mapping === null ? null : JSON.stringify(mapping), settings],
      ],
    },
    {
      text: 'update drop_credentials set last_used_at = now() where id = $1',
      values: [by?.id ?? null],
    },
    {
      text: `select ${COLUMNS.join(', ')} from uploads where object_key = $1 and object_ref = $2`,
      values: [object_key, object_ref],
    },
  ]);
  return found?.rows[0] as UploadRecord;
}

/**
 * Takes an upload up for validation: again after a kill or an internal error, or once it is known who dropped it. Undefined when it has ended, or was begun with
 * another version of the object.
 */
export async function claimUpload(
  tenantId: TenantId,
  id: UploadId,
  object: { readonly ref: string; readonly bytes: number; readonly storedAt?: string | undefined },
): Promise<UploadRecord | undefined> {
  const [claimed] = await tenantStatements(tenantId, [
    {
      text: `update uploads set state = 'VALIDATING', object_ref = $2, bytes_total = $3, bytes_done = 0, rows = 0,
          failure = null, completed_at = null, received_at = coalesce(received_at, least($6::timestamptz, now()))
        where id = $1 and (object_ref is null or object_ref = $2)
          and (state in ('RECEIVED', 'VALIDATING') or (state = 'FAILED'
            and (failure like $4 or (failure like $5 and drop_credential_id is not null))))
        returning ${COLUMNS.join(', ')}`,
      values: [
        ...[id, object.ref, object.bytes, `${INTERNAL_ERROR}:%`, `${UNKNOWN_SENDER}:%`],
        object.storedAt ?? null,
      ],
    },
  ]);
  return claimed?.rows[0] as UploadRecord | undefined;
}

/**
 * Lists the uploads that were received before another, or at the same instant, and have ended after that: what they wrote is older all the same. A
 * transaction runs for at most fifteen minutes.
 */
export async function listReceivedBefore(read: TenantRead, receivedAt: Date): Promise<readonly UploadId[]> {
  const at = receivedAt.toISOString();
  const rows = await read
    .selectFrom('uploads')
    .select('id')
    .where('received_at', '<=', sql<Date>`${at}::timestamptz`)
    .where('completed_at', '>', sql<Date>`${at}::timestamptz - interval '15 minutes'`)
    .$castTo<{ id: UploadId }>()
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Tells whether a worker has an upload of the same kind in hand that was received before another one: within the hour before, since one that
 * takes longer has lost its message, and is found again by the sweep.
 */
export async function isInHandBefore(read: TenantRead, id: UploadId): Promise<boolean> {
  const before = await read
    .selectFrom('uploads as u')
    .innerJoin('uploads as o', (join) => join.onRef('o.kind', '=', 'u.kind').on('o.id', '=', id))
    .select('u.id')
    .where('u.state', '=', 'VALIDATING')
    .where('u.dry_run', '=', false)
    .where('o.dry_run', '=', false)
    .where(
      sql<boolean>`(u.received_at, u.id) < (o.received_at, o.id) and u.received_at > o.received_at - interval '1 hour'`,
    )
    .limit(1)
    .executeTakeFirst();
  return before !== undefined;
}

export async function setProgress(
  tenantId: TenantId,
  id: UploadId,
  done: { readonly bytes: number; readonly rows: number },
): Promise<void> {
  await tenantStatements(tenantId, [
    {
      text: `update uploads set bytes_done = $2, rows = $3 where id = $1 and state = 'VALIDATING'`,
      values: [id, done.bytes, done.rows],
    },
  ]);
}

export interface Completion {
  readonly sha256: string;
  readonly bytes_done: number;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Rows that ask for nothing. */
  readonly ignored: number;
  /** Accepted rows that change nothing, of a payroll file. */
  readonly unchanged: number | null;
  readonly errors: readonly ListedError[];
  readonly warnings: readonly ListedWarning[];
  readonly errors_key: string | null;
  readonly duplicate_of: UploadId | null;
  /** The changes that a file would make that is only checked, and the object that lists them. */
  readonly changes?: UploadChanges | null;
  readonly changes_key?: string | null;
}

/** Ends an upload that is being validated; undefined when another delivery has ended it. */
export function setCompleted(
  tx: TenantTx,
  id: UploadId,
  completion: Completion,
): Promise<UploadRecord | undefined> {
  const { errors, warnings, bytes_done, changes = null, ...counts } = completion;
  return tx
    .updateTable('uploads')
    .set({
      ...counts,
      bytes_done: BigInt(bytes_done),
      errors: JSON.stringify(errors),
      warnings: JSON.stringify(warnings),
      ...(changes === null ? {} : { changes: JSON.stringify(changes) }),
      state: 'COMPLETED',
      completed_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('state', '=', 'VALIDATING')
    .returning(COLUMNS)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}

/** The changes that a file would make, and as of when. */
export interface ShownChanges {
  readonly changes: UploadChanges;
  readonly changes_key: string;
  readonly shown_at: string;
}

/** Lets an upload that is being validated wait for a second person; undefined when another delivery has ended it. */
export function setAwaitingApproval(
  tx: TenantTx,
  id: UploadId,
  { errors, warnings, bytes_done, ...counts }: Completion,
  { changes, ...shown }: ShownChanges,
): Promise<UploadRecord | undefined> {
  return tx
    .updateTable('uploads')
    .set({
      ...counts,
      ...shown,
      bytes_done: BigInt(bytes_done),
      errors: JSON.stringify(errors),
      warnings: JSON.stringify(warnings),
      changes: JSON.stringify(changes),
      state: 'AWAITING_APPROVAL',
    })
    .where('id', '=', id)
    .where('state', '=', 'VALIDATING')
    .returning(COLUMNS)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}

/** Lets an upload that waits be loaded. */
export function setApproved(tx: TenantTx, id: string, approvedBy: string): Promise<UploadRecord | undefined> {
  return tx
    .updateTable('uploads')
    .set({ state: 'VALIDATING', approved_by: approvedBy, bytes_done: 0n })
    .where('id', '=', id)
    .where('state', '=', 'AWAITING_APPROVAL')
    .returning(COLUMNS)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}

/** Lists uploads of every tenant that have waited since before an instant. */
export async function listWaiting(tx: SystemTx, before: Date, limit: number): Promise<UploadRecord[]> {
  return (await tx
    .selectFrom('uploads')
    .select(COLUMNS)
    .where('state', '=', 'AWAITING_APPROVAL')
    .where('shown_at', '<', before)
    .orderBy('shown_at')
    .limit(limit)
    .execute()) as unknown as UploadRecord[];
}

/** Sets when the upload ended, once all of its rows are written, and what they have changed, where that is known only then. */
export async function setCompletedAt(
  tx: TenantTx,
  id: UploadId,
  changes: UploadChanges | undefined,
): Promise<void> {
  await tx
    .updateTable('uploads')
    .set({
      completed_at: sql`clock_timestamp()`,
      ...(changes === undefined ? {} : { changes: JSON.stringify(changes) }),
    })
    .where('id', '=', id)
    .execute();
}

/** The states of an upload that a worker has in hand. */
const IN_HAND = ['RECEIVED', 'VALIDATING'] as const;

export interface Failing {
  /** @default those in which a worker has it in hand */
  readonly states?: readonly UploadRecord['state'][];
  /** The rows for which it has failed. */
  readonly rejections?: { readonly key: string; readonly listed: readonly ListedError[] } | undefined;
}

/** Ends an upload that has written nothing; undefined if it has already ended, or is not in one of the states. */
export function setFailed(
  tx: TenantTx,
  id: string,
  failure: string,
  { states = IN_HAND, rejections }: Failing = {},
): Promise<UploadRecord | undefined> {
  return tx
    .updateTable('uploads')
    .set({
      ...{ state: 'FAILED', failure, rows: 0, completed_at: sql`now()` },
      ...(rejections === undefined
        ? {}
        : { errors: JSON.stringify(rejections.listed), errors_key: rejections.key }),
    })
    .where('id', '=', id)
    .where('state', 'in', [...states])
    .returning(COLUMNS)
    .$castTo<UploadRecord>()
    .executeTakeFirst();
}
