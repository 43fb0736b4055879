import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { EventType } from '#contracts/event-types.ts';
import type { Webhooks } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { maskedUrl } from '#platform/outbound/public-url.ts';
import type { Webhook } from './webhooks.routes.ts';

const COLUMNS = [
  'created_at',
  'created_by',
  'events',
  'events_since',
  'id',
  'rotated_at',
  'secrets_sealed',
  'status',
  'tenant_id',
  'updated_at',
  'url',
  'version',
] as const satisfies readonly (keyof Webhooks)[];

export type WebhookRow = Selectable<Webhooks>;

export function toWebhook(row: WebhookRow): z.input<typeof Webhook> {
  return {
    id: row.id,
    url: maskedUrl(row.url),
    status: row.status === 'DISABLED' ? 'DISABLED' : 'ACTIVE',
    events: row.events,
    live_secrets: row.secrets_sealed.length,
    rotated_at: row.rotated_at?.toISOString() ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly EventType[];
  readonly secret_sealed: string;
}

/** @throws DomainError `webhook-exists` when the tenant has one at this URL */
export function insertWebhook(
  tx: TenantTx,
  { secret_sealed, events, ...webhook }: NewWebhook,
): Promise<WebhookRow> {
  return tx
    .insertInto('webhooks')
    .values({ ...webhook, events: [...events], secrets_sealed: [secret_sealed] })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

export async function countWebhooks(read: TenantRead): Promise<number> {
  const { count } = await read
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('status', '<>', 'DELETED')
    .executeTakeFirstOrThrow();
  return Number(count);
}

function kept(read: TenantRead) {
  return read.selectFrom('webhooks').select(COLUMNS).where('status', '<>', 'DELETED');
}

export function findWebhook(read: TenantRead, id: string): Promise<WebhookRow | undefined> {
  return kept(read).where('id', '=', id).executeTakeFirst();
}

/** Locks one that is not deleted. */
export function lockWebhook(tx: TenantTx, id: string): Promise<WebhookRow | undefined> {
  return kept(tx).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Oldest first. */
export function listWebhooks(read: TenantRead, { limit, cursor }: PageRequest): Promise<WebhookRow[]> {
  const query = kept(read)
    .orderBy('id')
    .limit(limit + 1);
  return (cursor === undefined ? query : query.where('id', '>', decodeCursor(cursor, ['uuid'])[0])).execute();
}

export interface WebhookChange {
  readonly url: string;
  readonly events: readonly EventType[];
  readonly status: 'ACTIVE' | 'DISABLED';
}

/**
 * Sets what a webhook is to be. An event that it didn't get until now is its own from now on, so that nothing older is taken for lost.
 * @throws DomainError `webhook-exists`
 */
export function setWebhook(
  tx: TenantTx,
  id: string,
  { url, events, status }: WebhookChange,
): Promise<WebhookRow> {
  return tx
    .updateTable('webhooks')
    .set((eb) => ({
      url,
      events: [...events],
      events_since: sql<Date[]>`(
        select array_agg(case when webhooks.status = 'ACTIVE' and e.type = any(webhooks.events)
            then coalesce(webhooks.events_since[array_position(webhooks.events, e.type)], webhooks.created_at) else now() end order by e.place)
        from unnest(${[...events]}::text[]) with ordinality as e (type, place))`,
      status,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Deletes for the tenant; what was delivered stays in the log of the platform. */
export function setDeleted(tx: TenantTx, id: string): Promise<WebhookRow> {
  return tx
    .updateTable('webhooks')
    .set((eb) => ({ status: 'DELETED', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Ends the deliveries of a webhook that is gone; undefined when it gets none any more. */
export function setDisabled(tx: TenantTx, id: string): Promise<{ id: string } | undefined> {
  return tx
    .updateTable('webhooks')
    .set((eb) => ({ status: 'DISABLED', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('status', '=', 'ACTIVE')
    .returning('id')
    .executeTakeFirst();
}

/** The new secret before the one that was the newest. */
export function setSecret(tx: TenantTx, id: string, sealed: string): Promise<WebhookRow> {
  return tx
    .updateTable('webhooks')
    .set((eb) => ({
      secrets_sealed: sql<string[]>`array[${sealed}, secrets_sealed[1]]`,
      rotated_at: sql<Date>`now()`,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
