import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import { type EventType, TEST_DELIVERY } from '#contracts/event-types.ts';
import type { WebhookDeliveries } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import {
  type OutboxEvent,
  type TenantRead,
  type TenantTx,
  tenantStatements,
} from '#platform/db/tenant-tx.ts';
import type { WebhookDelivery } from '#webhooks/webhooks.routes.ts';
import type { DeliveryMessage, OutcomeMessage } from './delivery-message.ts';

export type DeliveryRow = Omit<Selectable<WebhookDeliveries>, 'attempts' | 'payload'> & {
  readonly log: z.input<typeof WebhookDelivery>['attempts'];
};

export function toDelivery(row: DeliveryRow): z.input<typeof WebhookDelivery> {
  return {
    id: row.id,
    webhook_id: row.webhook_id,
    event_id: row.event_id,
    type: row.type,
    state: row.state,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    attempts: row.log,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    delivered_at: row.delivered_at?.toISOString() ?? null,
  };
}

const COLUMNS = [
  'd.tenant_id',
  'd.id',
  'd.webhook_id',
  'd.event_id',
  'd.type',
  'd.request_id',
  'd.state',
  'd.attempts_before',
  'd.next_attempt_at',
  'd.leased_until',
  'd.created_at',
  'd.created_by',
  'd.delivered_at',
] as const;

/** Attempts of a delivery, first to last. */
const LOG = sql<DeliveryRow['log']>`coalesce((
  select json_agg(json_build_object('attempt', a.attempt, 'attempted_at', to_char(a.attempted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'duration_ms', a.duration_ms, 'status', a.status, 'error', a.error) order by a.attempt)
  from webhook_attempts a where a.tenant_id = d.tenant_id and a.delivery_id = d.id), '[]')`;

/** Newest first. */
export function listDeliveries(
  read: TenantRead,
  webhookId: string,
  { limit, cursor, state }: PageRequest & { readonly state?: DeliveryRow['state'] | undefined },
): Promise<DeliveryRow[]> {
  let query = read
    .selectFrom('webhook_deliveries as d')
    .select(COLUMNS)
    .select(LOG.as('log'))
    .where('d.webhook_id', '=', webhookId)
    .orderBy('d.id', 'desc')
    .limit(limit + 1);
  if (state !== undefined) query = query.where('d.state', '=', state);
  if (cursor !== undefined) query = query.where('d.id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

export function findDelivery(read: TenantRead, id: string): Promise<DeliveryRow | undefined> {
  return read
    .selectFrom('webhook_deliveries as d')
    .select(COLUMNS)
    .select(LOG.as('log'))
    .where('d.id', '=', id)
    .executeTakeFirst();
}

/** Longer than a message waits and is delivered as often as it may be; then it is lost, and the delivery due again. */
const LEASE = `interval '5 minutes'`;
/** A claimed delivery as the message that delivers it. */
const MESSAGE = `d.tenant_id, d.webhook_id, d.id as delivery_id, d.attempts as attempt, d.type, w.url, w.secrets_sealed as secrets, d.payload::text as body`;
const OF_ITS_WEBHOOK = `w.tenant_id = d.tenant_id and w.id = d.webhook_id and w.status = 'ACTIVE'`;

export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  /** The body that every webhook gets of the event. */
  readonly body: string;
  readonly requestId: string;
}

/**
 * Stores a delivery of an event for each of the tenant's webhooks that subscribes to it, once, and returns those to
 * deliver now.
 */
export async function insertDeliveries(
  tenantId: string,
  { id, type, body, requestId }: HeardEvent,
): Promise<DeliveryMessage[]> {
  const [, claimed] = await tenantStatements(tenantId, [
    {
      text: `insert into webhook_deliveries (webhook_id, event_id, type, payload, request_id, next_attempt_at)
        select id, $1, $2, $3::json, $4, now() from webhooks where status = 'ACTIVE' and $2 = any(events)
        on conflict on constraint webhook_deliveries_once do nothing`,
      values: [id, type, body, requestId],
    },
    {
      text: `update webhook_deliveries d set attempts = 1, leased_until = now() + ${LEASE} from webhooks w
        where d.event_id = $1 and d.state = 'PENDING' and d.attempts = 0 and ${OF_ITS_WEBHOOK} returning ${MESSAGE}`,
      values: [id],
    },
  ]);
  return (claimed?.rows ?? []) as DeliveryMessage[];
}

/** An event that is on the bus. */
export interface PublishedEvent extends OutboxEvent {
  readonly type: EventType;
  readonly publishedAt: Date;
}

/**
 * Lists events of all tenants, in the order of their ids, that were published before an instant and have no delivery to a webhook which
 * subscribed to them before they happened.
 */
export async function listUndelivered(
  tx: SystemTx,
  before: Date,
  after: string,
  limit: number,
): Promise<PublishedEvent[]> {
  const { rows } = await sql<PublishedEvent>`
    select e.id, e.tenant_id as "tenantId", e.type, e.payload, e.request_id as "requestId", e.published_at as "publishedAt"
    from published_events e
    where e.published_at <= ${before} and e.id > ${after} and exists (
      select from webhooks w
      where w.tenant_id = e.tenant_id and w.status = 'ACTIVE' and e.type = any (w.events)
        and coalesce(w.events_since[array_position(w.events, e.type)], w.created_at) <= e.created_at
        and not exists (
          select from webhook_deliveries d where d.tenant_id = e.tenant_id and d.webhook_id = w.id and d.event_id = e.id))
    order by e.id limit ${limit}`.execute(tx);
  return rows;
}

/** Claims deliveries of all tenants whose next attempt is due. A claimed delivery whose outcome never arrives is due again. */
export async function claimDue(tx: SystemTx, now: Date, limit: number): Promise<DeliveryMessage[]> {
  const { rows } = await sql<DeliveryMessage>`
    update webhook_deliveries d set attempts = d.attempts + 1, leased_until = ${now}::timestamptz + ${sql.raw(LEASE)}
    from webhooks w, (
      select tenant_id, id from webhook_deliveries
      where state = 'PENDING' and next_attempt_at <= ${now} and (leased_until is null or leased_until <= ${now})
      order by next_attempt_at limit ${limit} for update skip locked) as due
    where d.tenant_id = due.tenant_id and d.id = due.id and ${sql.raw(OF_ITS_WEBHOOK)}
    returning ${sql.raw(MESSAGE)}`.execute(tx);
  return rows;
}

/** Claims one delivery for another round, whatever became of it; undefined when its webhook is none of the tenant's. */
export async function claimAgain(
  tx: TenantTx,
  webhookId: string,
  id: string,
): Promise<DeliveryMessage | undefined> {
  const { rows } = await sql<DeliveryMessage>`
    update webhook_deliveries d set state = 'PENDING', next_attempt_at = now(), delivered_at = null, attempts_before = d.attempts,
      attempts = d.attempts + 1, leased_until = now() + ${sql.raw(LEASE)}
    from webhooks w where d.id = ${id} and d.webhook_id = ${webhookId} and ${sql.raw(OF_ITS_WEBHOOK)}
    returning ${sql.raw(MESSAGE)}`.execute(tx);
  return rows[0];
}

/** Stores a delivery that nothing but a request has caused, claimed, and returns the message that delivers it. */
export async function insertTest(
  tx: TenantTx,
  webhookId: string,
  { id, type, body, requestId }: HeardEvent,
): Promise<DeliveryMessage> {
  const { rows } = await sql<DeliveryMessage>`
    with d as (
      insert into webhook_deliveries (webhook_id, event_id, type, payload, request_id, next_attempt_at, attempts, leased_until)
      values (${webhookId}, ${id}, ${type}, ${body}::json, ${requestId}, now(), 1, now() + ${sql.raw(LEASE)}) returning tenant_id, id, webhook_id, attempts, type, payload)
    select ${sql.raw(MESSAGE)} from d join webhooks w on ${sql.raw(OF_ITS_WEBHOOK)}`.execute(tx);
  return found(rows[0]);
}

export interface Span {
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly states: readonly DeliveryRow['state'][];
}

/** Makes ended deliveries of a span due now, for another round, up to a limit; returns how many. */
export async function setDueAgain(
  tx: TenantTx,
  webhookId: string,
  { from, to, states }: Span,
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    update webhook_deliveries d
    set state = 'PENDING', next_attempt_at = now(), delivered_at = null, leased_until = null, attempts_before = d.attempts
    from (
      select tenant_id, id from webhook_deliveries
      where webhook_id = ${webhookId} and state <> 'PENDING' and state = any(${[...states]}::text[]) and type <> ${TEST_DELIVERY}
        and created_at >= ${from}::timestamptz and created_at < ${to}::timestamptz
      order by id limit ${limit} for update) as ended
    where d.tenant_id = ended.tenant_id and d.id = ended.id`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

export async function cancelDeliveries(tx: TenantTx, webhookId: string): Promise<void> {
  await tx
    .updateTable('webhook_deliveries')
    .set({ state: 'CANCELLED', next_attempt_at: null, leased_until: null })
    .where('webhook_id', '=', webhookId)
    .where('state', '=', 'PENDING')
    .execute();
}

export interface Round extends Pick<DeliveryRow, 'attempts_before' | 'webhook_id'> {
  readonly changed_at: Date;
}

/** Returns the webhook of a delivery, its last change, and the number of attempts before the latest round, or undefined if there is none. */
export async function findRound(tenantId: string, id: string): Promise<Round | undefined> {
  const [rounds] = await tenantStatements(tenantId, [
    {
      text: `select d.attempts_before, d.webhook_id, w.updated_at as changed_at
        from webhook_deliveries d join webhooks w on w.tenant_id = d.tenant_id and w.id = d.webhook_id where d.id = $1`,
      values: [id],
    },
  ]);
  return rounds?.rows[0] as Round | undefined;
}

/**
 * Stores an attempt and its consequence. An attempt that is reported twice counts once; a failure that isn't the
 * latest attempt changes nothing, while a late success is a success. One before the latest round says nothing about it.
 */
export async function insertAttempt(
  outcome: OutcomeMessage,
  verdict: 'DELIVERED' | { readonly nextAttemptAt: Date | undefined },
): Promise<void> {
  const { tenant_id, delivery_id, attempt, attempted_at, duration_ms, status, error } = outcome;
  const next = verdict === 'DELIVERED' ? null : (verdict.nextAttemptAt ?? null);
  const state = verdict === 'DELIVERED' ? 'DELIVERED' : next === null ? 'FAILED' : 'PENDING';
  await tenantStatements(tenant_id, [
    {
      text: `insert into webhook_attempts (delivery_id, attempt, attempted_at, duration_ms, status, error)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      values: [delivery_id, attempt, attempted_at, duration_ms, status, error],
    },
    {
      text: `update webhook_deliveries set state = $2, next_attempt_at = $3, leased_until = null,
          delivered_at = case when $2 = 'DELIVERED' then $4::timestamptz end
        where id = $1 and state in ('PENDING', 'FAILED') and attempts_before < $5 and ($2 = 'DELIVERED' or state = 'PENDING' and attempts = $5)`,
      values: [delivery_id, state, next, attempted_at, attempt],
    },
  ]);
}
