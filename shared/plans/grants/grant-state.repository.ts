import { sql } from 'kysely';
import type { PlanGrant, Shares } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx, TenantTx } from '#platform/db/tenant-tx.ts';

/** @throws DomainError `grant-key-used` when the key has made a grant of the plan (a unique index) */
export async function insertGrant(
  tx: SerializableTx,
  planId: string,
  { id, grant, schedule, eventOn }: PlanGrant,
  vested: Shares | undefined,
  idempotencyKey?: string,
): Promise<void> {
  await tx
    .insertInto('grants')
    .values({
      plan_id: planId,
      id,
      quantity: grant.quantity,
      grant_date: grant.grantDate ?? grant.vestingStart,
      vesting_start: grant.vestingStart,
      vesting_schedule: schedule === undefined ? null : JSON.stringify(schedule),
      allocation_type: grant.allocationType ?? null,
      event_on: eventOn ?? null,
      vested_quantity: vested?.quantity ?? '0',
      awaiting_quantity: vested?.awaiting ?? '0',
      forfeited_quantity: vested?.forfeited ?? '0',
      idempotency_key: idempotencyKey ?? null,
    })
    .execute();
}

/** Stores what has changed the grants of a plan, and what has vested of each. */
export async function setGrants(
  tx: TenantTx,
  planId: string,
  grants: readonly PlanGrant[],
  states: readonly (Shares & { readonly id: string })[],
): Promise<void> {
  const column = <T>(of: (one: PlanGrant, shares: Shares | undefined) => T) =>
    grants.map((one) =>
      of(
        one,
        states.find(({ id }) => id === one.id),
      ),
    );
  await sql`
    update grants g set accelerations = v.accelerations::json, cancelled_on = v.cancelled_on, vested_quantity = v.vested,
      awaiting_quantity = v.awaiting, forfeited_quantity = v.forfeited
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ accelerations }) => JSON.stringify(accelerations))}::text[],
      ${column(({ cancelledOn }) => cancelledOn ?? null)}::date[], ${column((_, shares) => shares?.quantity ?? '0')}::numeric[],
      ${column((_, shares) => shares?.awaiting ?? '0')}::numeric[], ${column((_, shares) => shares?.forfeited ?? '0')}::numeric[])
      as v (id, accelerations, cancelled_on, vested, awaiting, forfeited)
    where g.plan_id = ${planId}::uuid and g.id = v.id`.execute(tx);
}
