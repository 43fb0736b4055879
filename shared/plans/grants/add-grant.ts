import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { createGrant } from '#plans/grants/create-grant.routes.ts';
import { findGrantedPlan, type GrantedPlan } from '#plans/plan.repository.ts';
import { refuseTerminated } from '#plans/plan-standing.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
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
  const vesting_schedule = order.vesting_schedule ?? (await inherited(tx, plan, order.grant_date));
  const { grantId } = await makeGrant(tx, plan, { ...order, vesting_schedule }, made);
  return found(await findGrant(tx, id, grantId));
}

/** Returns the schedule that the plan document has for a grant of a day. */
async function inherited(
  tx: SerializableTx,
  { plan_document_id: documentId }: GrantedPlan,
  grantDate: string,
): Promise<VestingSchedule> {
  const schedule =
    documentId === null
      ? undefined
      : await (await import('#plans/documents/document-for.ts')).scheduleOn(tx, documentId, grantDate);
  if (schedule !== undefined) return schedule;
  throw invalidField(
    '/vesting_schedule',
    'required',
    documentId === null
      ? 'is required: the plan has no plan document'
      : `is required: the plan document has no vesting schedule on ${grantDate}`,
  );
}
