import { findPermit } from '#approvals/approved-change.ts';
import type { Permit } from '#approvals/permit.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { type Actor, type TenantTx, tenantRead } from '#platform/db/tenant-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { recordPositionChange } from '#register/position-change.ts';
import { settledInstant } from '#register/settled-instant.ts';
import { payFractions } from './cash-in-lieu.repository.ts';
import {
  type CorporateActionRow,
  type DueAction,
  findTotals,
  listDue,
  listTenantsWithDue,
  lockUnfinished,
  setApplied,
  setAuthorized,
  setSplit,
  setState,
  setUnsplit,
  sourceOf,
  waitForWriters,
} from './corporate-action.repository.ts';
import { applySplits } from './corporate-actions.jobs.ts';

const REASON = 'splits of every tenant that are due';
/** Stops while a large register can still be split. */
const MARGIN_MS = 300_000;

/** Carries out what is due in every tenant. */
export async function applyEveryonesSplits({
  time,
  requestId,
  remainingMs,
}: Firing): Promise<{ done: number }> {
  let done = 0;
  const tenants = await systemTx(REASON, (tx) => listTenantsWithDue(tx, time));
  for (const tenantId of tenants) {
    if (remainingMs() < MARGIN_MS) break;
    done += await applyDueSplits(systemActor(tenantId, requestId, applySplits));
  }
  return { done };
}

/** Carries out the splits and reversals of a tenant that are due, in the order of their days; answers how many. Repeating it changes nothing. */
export async function applyDueSplits(actor: Actor): Promise<number> {
  const due = await tenantRead(actor.tenantId, listDue);
  for (const one of due) {
    if (one.state === 'SCHEDULED') await begin(actor, one.id);
    await finish({ ...actor, makesFor: one.created_by }, one);
  }
  return due.length;
}

/** Lets nobody change positions of the class from here on; whoever was about to has been waited for. */
async function begin(actor: Actor, id: string): Promise<void> {
  await systemWrite(
    actor,
    async (tx) => {
      await waitForWriters(tx);
      return (await setState(tx, id, { from: ['SCHEDULED'], to: 'APPLYING' })) ?? noEffect();
    },
    {
      audit: () => ({
        action: 'corporate-action.applying',
        resource: `corporate-actions/${id}`,
        payload: {},
      }),
    },
  );
}

async function finish(actor: Actor, { id, state, fractions }: DueAction): Promise<void> {
  const isPaid = fractions === 'CASH' && state !== 'REVERSING';
  const knownAt = isPaid ? await settledInstant(actor.tenantId) : undefined;
  await systemWrite(
    actor,
    async (tx) => {
      const action = await lockUnfinished(tx, id);
      if (action === undefined || action.state === 'SCHEDULED') return noEffect();
      const permit = (await findPermit(tx, { type: 'corporate-actions', id })) ?? noPermit(id);
      if (action.state === 'APPLYING') await apply(tx, action, permit, knownAt);
      else await reverse(tx, action, permit);
      return action;
    },
    {
      audit: ({ state }) => ({
        action: state === 'APPLYING' ? 'corporate-action.applied' : 'corporate-action.reversed',
        resource: `corporate-actions/${id}`,
        payload: {},
      }),
    },
  );
}

function noPermit(id: string): never {
  throw new Error(`nobody has approved the corporate action ${id}`);
}

/** Raises what is authorized before positions, or lowers it after them: more is never issued. */
async function apply(
  tx: TenantTx,
  action: CorporateActionRow,
  permit: Permit,
  knownAt: Date | undefined,
): Promise<void> {
  const { id, security_class, numerator, denominator, effective_date } = action;
  const totals = await findTotals(tx, action);
  const isForward = numerator > denominator;
  if (isForward) await setAuthorized(tx, security_class, totals.authorized_after);
  const reason = `split ${numerator} for ${denominator}`;
  const change = { security_class, effective_date, reason, source: sourceOf(id) };
  await setSplit(tx, action, await recordPositionChange(tx, change, permit));
  if (!isForward) await setAuthorized(tx, security_class, totals.authorized_after);
  const dividendId = knownAt === undefined ? null : await payFractions(tx, id, knownAt);
  await setApplied(tx, id, totals, dividendId);
}

async function reverse(tx: TenantTx, action: CorporateActionRow, permit: Permit): Promise<void> {
  const { id, security_class, numerator, denominator, effective_date } = action;
  const isForward = numerator > denominator;
  if (!isForward) await setAuthorized(tx, security_class, action.authorized_before);
  const change = {
    security_class,
    effective_date,
    reason: 'split reversed',
    source: `${sourceOf(id)}:reversal`,
  };
  await setUnsplit(tx, id, await recordPositionChange(tx, change, permit));
  if (isForward) await setAuthorized(tx, security_class, action.authorized_before);
  await setState(tx, id, { from: ['REVERSING'], to: 'REVERSED' });
}
