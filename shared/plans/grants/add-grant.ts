import type { z } from 'zod';
import type { createGrant } from '#plans/grants/create-grant.routes.ts';
import { findGrantedPlan } from '#plans/plan.repository.ts';
import { refuseTerminated } from '#plans/plan-standing.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import { findGrant, type GrantRow } from './grant.repository.ts';
import { makeGrant } from './make-grant.ts';

/**
 * Adds a grant to a plan.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `validation-failed`, `too-many-grants`, `grant-key-used`
 */
export async function addGrant(
  tx: SerializableTx,
  id: string,
  expectedVersion: number | undefined,
  order: z.output<(typeof createGrant)['body']>,
  made: { readonly today: string; readonly idempotencyKey: string },
): Promise<GrantRow> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  refuseTerminated(plan, made.today);
  const { grantId } = await makeGrant(tx, plan, order, made);
  return found(await findGrant(tx, id, grantId));
}
