import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { DropCredentials } from '#generated/database.ts';
import type { TenantId } from '#kernel/ids.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { type TenantRead, type TenantTx, tenantStatements } from '#platform/db/tenant-tx.ts';
import { UPLOADING_ROLES } from '#uploads/upload-kind.ts';
import type { DropCredential } from './drop-credentials.routes.ts';

const COLUMNS = [
  'access_key_id',
  'created_at',
  'ended_at',
  'expires_at',
  'folder',
  'id',
  'last_used_at',
  'name',
  'owner_id',
  'principal_id',
  'removed_at',
  'revoked_by',
  'secret_sealed',
  'shown_at',
  'slot',
  'state',
  'tenant_id',
  'updated_at',
  'version',
] as const satisfies readonly (keyof DropCredentials)[];

export type DropCredentialRow = Selectable<DropCredentials>;

export function toDropCredential(row: DropCredentialRow): z.input<typeof DropCredential> {
  const isOver = row.state === 'ACTIVE' && row.expires_at.getTime() <= Date.now();
  return {
    id: row.id,
    name: row.name,
    owner_id: row.owner_id,
    state: isOver ? 'EXPIRED' : row.state,
    access_key_id: row.access_key_id,
    shown_at: row.shown_at?.toISOString() ?? null,
    expires_at: row.expires_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_by: row.revoked_by,
    ended_at: row.ended_at?.toISOString() ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.owner_id,
  };
}

const next = {
  version: sql<number>`version + 1`,
  updated_at: sql<Date>`now()`,
};
const now = sql<Date>`now()`;

/** Returns which of the two places is free. An expired credential keeps none. */
export async function findFreeSlot(tx: TenantTx): Promise<1 | 2 | undefined> {
  await tx
    .updateTable('drop_credentials')
    .set({ ...next, state: 'EXPIRED', secret_sealed: null, ended_at: now })
    .where('state', 'in', ['ISSUING', 'ACTIVE'])
    .where('expires_at', '<=', now)
    .execute();
  const live = await tx
    .selectFrom('drop_credentials')
    .select('slot')
    .where('state', 'in', ['ISSUING', 'ACTIVE'])
    .execute();
  const taken = live.map(({ slot }) => slot);
  return ([1, 2] as const).find((slot) => !taken.includes(slot));
}

/** @throws DomainError `too-many-drop-credentials` when another has taken the place meanwhile */
export function insertCredential(
  tx: TenantTx,
  { days, ...of }: Pick<DropCredentialRow, 'id' | 'name' | 'folder' | 'owner_id' | 'slot'> & { days: number },
): Promise<DropCredentialRow> {
  return tx
    .insertInto('drop_credentials')
    .values({ ...of, expires_at: sql<Date>`now() + make_interval(days => ${days})` })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

export function findCredential(read: TenantRead, id: string): Promise<DropCredentialRow | undefined> {
  return read.selectFrom('drop_credentials').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

export function lockCredential(tx: TenantTx, id: string): Promise<DropCredentialRow | undefined> {
  return tx
    .selectFrom('drop_credentials')
    .select(COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Newest first. */
export function listCredentials(
  read: TenantRead,
  { limit, cursor }: PageRequest,
): Promise<DropCredentialRow[]> {
  const query = read
    .selectFrom('drop_credentials')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  return (cursor === undefined ? query : query.where('id', '<', decodeCursor(cursor, ['uuid'])[0])).execute();
}

/** Forgets the secret, which is shown now. */
export function setShown(tx: TenantTx, id: string): Promise<{ readonly version: number }> {
  return tx
    .updateTable('drop_credentials')
    .set({ ...next, shown_at: now, secret_sealed: null })
    .where('id', '=', id)
    .returning('version')
    .executeTakeFirstOrThrow();
}

/** Ends a credential. Its key outside is still to be removed. Undefined when it has ended. */
export async function setEnded(
  tx: TenantTx,
  id: string,
  state: 'REVOKED' | 'EXPIRED',
  revokedBy: string | null = null,
): Promise<DropCredentialRow | undefined> {
  return tx
    .updateTable('drop_credentials')
    .set({ ...next, state, revoked_by: revokedBy, secret_sealed: null, ended_at: now })
    .where('id', '=', id)
    .where('state', 'in', ['ISSUING', 'ACTIVE'])
    .returning(COLUMNS)
    .executeTakeFirst();
}

export interface IssuedKey {
  readonly access_key_id: string;
  readonly principal_id: string;
  readonly secret_sealed: string;
}

/** Keeps a key that was issued; undefined when the credential has one, or has ended. */
export function setIssued(tx: TenantTx, id: string, issued: IssuedKey): Promise<{ id: string } | undefined> {
  return tx
    .updateTable('drop_credentials')
    .set({ ...next, ...issued, state: 'ACTIVE' })
    .where('id', '=', id)
    .where('state', '=', 'ISSUING')
    .returning('id')
    .executeTakeFirst();
}

/** Gives a credential up for which no key could be issued. */
export function setGivenUp(tx: TenantTx, id: string): Promise<{ id: string } | undefined> {
  return tx
    .updateTable('drop_credentials')
    .set({ ...next, state: 'FAILED', ended_at: now })
    .where('id', '=', id)
    .where('state', '=', 'ISSUING')
    .returning('id')
    .executeTakeFirst();
}

/** Keeps that a credential that has ended has no key any more outside. */
export async function setRemoved(tenantId: TenantId, id: string): Promise<void> {
  await tenantStatements(tenantId, [
    {
      text: `update drop_credentials set removed_at = now() where id = $1 and ended_at is not null and removed_at is null`,
      values: [id],
    },
  ]);
}

/** Finds the credential of a tenant by the identity that an event of S3 names, whatever its state. */
export async function findByPrincipal(
  tenantId: TenantId,
  principalId: string,
): Promise<{ readonly id: string; readonly owner_id: string } | undefined> {
  const [found] = await tenantStatements(tenantId, [
    { text: 'select id, owner_id from drop_credentials where principal_id = $1', values: [principalId] },
  ]);
  return found?.rows[0] as { id: string; owner_id: string } | undefined;
}

/** Tells whether what a credential has dropped may load. */
export async function mayStillDrop(read: TenantRead, id: string): Promise<boolean> {
  const found = await read
    .selectFrom('drop_credentials')
    .select('id')
    .where('id', '=', id)
    .where('state', '=', 'ACTIVE')
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return found !== undefined;
}

export type OpenCredential = Pick<DropCredentialRow, 'id' | 'tenant_id' | 'folder' | 'state' | 'ended_at'> & {
  /** The reason for which it ends now, if it does. */
  readonly ends: 'REVOKED' | 'EXPIRED' | null;
};

/** A key that nobody has looked at by then isn't wanted. */
const UNSEEN_FOR = `interval '1 day'`;
/** Its message must be lost, or waits in an outage; a second one does no harm. */
const LOST_AFTER = `interval '15 minutes'`;

/**
 * Lists credentials of every tenant with which something is to be done: that end by themselves, were asked for and not issued, or have ended
 * and may still have a key outside. By id.
 */
export async function listOpenCredentials(
  tx: SystemTx,
  at: Date,
  after: string,
  limit: number,
): Promise<OpenCredential[]> {
  const { rows } = await sql<OpenCredential>`
    select c.id, c.tenant_id, c.folder, c.state, c.ended_at,
      case when c.ended_at is not null then null
        when c.expires_at <= ${at} then 'EXPIRED'
        when c.state = 'ACTIVE' and c.shown_at is null and c.created_at < ${at}::timestamptz - ${sql.raw(UNSEEN_FOR)} then 'REVOKED'
        when u.id is null then 'REVOKED' end as ends
    from drop_credentials c
      left join user_directory u on u.tenant_id = c.tenant_id and u.id = c.owner_id
        and u.status = 'ACTIVE' and u.role = any (${[...UPLOADING_ROLES]}::text[])
    where c.id > ${after} and (c.state in ('ISSUING', 'ACTIVE') or c.removed_at is null)
      and (c.expires_at <= ${at} or u.id is null
        or (c.state = 'ACTIVE' and c.shown_at is null and c.created_at < ${at}::timestamptz - ${sql.raw(UNSEEN_FOR)})
        or (c.state <> 'ACTIVE' and c.updated_at < ${at}::timestamptz - ${sql.raw(LOST_AFTER)}))
    order by c.id limit ${limit}`.execute(tx);
  return rows;
}
