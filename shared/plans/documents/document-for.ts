import { invalidField } from '#kernel/domain-error.ts';
import type { Enrolment } from '#plans/enrolment.routes.ts';
import { findParticipant } from '#plans/participants/participant.repository.ts';
import { GRANT_TYPES } from '#plans/plan-types.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findEntryFault } from './eligibility.ts';
import { findDocument, type PlanDocumentRow, type VersionRow } from './plan-document.repository.ts';
import { versionOn } from './terms-in-force.ts';

/** The terms of an enrolment, by itself or by its plan document. */
export interface EnrolmentTerms {
  readonly plan_type: PlanDocumentRow['plan_type'];
  readonly currency: string;
  readonly schedule: VestingSchedule | undefined;
  /** The version that was in force. */
  readonly document?: { readonly id: string; readonly version: VersionRow };
}

/**
 * Returns what an enrolment inherits from the plan document that it names, by the version in force on its day.
 * @throws DomainError `validation-failed`
 */
export async function documentFor(
  tx: TenantTx,
  order: Enrolment,
  enrolledOn: string,
): Promise<EnrolmentTerms> {
  const document = await findDocument(tx, order.plan_document_id ?? '');
  if (document === undefined)
    throw invalidField('/plan_document_id', 'unknown-document', 'is not a plan document of yours');
  const { id, plan_type, currency } = document;
  if (order.plan_type !== undefined && order.plan_type !== plan_type)
    throw invalidField(
      '/plan_type',
      'other-document',
      `must be ${plan_type}, or left out: the plan document is of that`,
    );
  if (order.currency !== undefined && order.currency !== currency)
    throw invalidField(
      '/currency',
      'other-document',
      `must be ${currency}, or left out: the plan document is in that`,
    );
  if (order.grant !== undefined && !GRANT_TYPES.includes(plan_type))
    throw invalidField('/grant', 'not-of-plan', `is only for ${GRANT_TYPES.join(' and ')}`);
  const version = versionOn(document.versions, enrolledOn);
  if (version === undefined)
    throw invalidField(
      '/enrolled_on',
      'before-document',
      `must not be before ${found(document.versions[0]).effective_from}, from which the plan document is in force`,
    );
  return {
    ...{ plan_type, currency, document: { id, version } },
    schedule: order.vesting_schedule ?? inheritedSchedule(version, order.grant !== undefined),
  };
}

/** Returns the default schedule of a plan document for a grant of a day. */
export async function scheduleOn(
  tx: TenantTx,
  documentId: string,
  day: string,
): Promise<VestingSchedule | undefined> {
  const version = versionOn(found(await findDocument(tx, documentId)).versions, day);
  return version && inheritedSchedule(version, true);
}

/** A condition is of grants: money doesn't wait for it. */
export function inheritedSchedule(
  { vesting_schedule }: Pick<VersionRow, 'vesting_schedule'>,
  isGrant: boolean,
): VestingSchedule | undefined {
  const schedule = (vesting_schedule as VestingSchedule | null) ?? undefined;
  return schedule?.condition !== undefined && !isGrant ? undefined : schedule;
}

/** @throws DomainError `validation-failed` for somebody who may not enter yet */
export async function refuseEarlyEntry(
  tx: TenantTx,
  employeeId: string,
  version: VersionRow,
  enrolledOn: string,
): Promise<void> {
  const fault = findEntryFault(version, found(await findParticipant(tx, employeeId)), enrolledOn);
  if (fault !== undefined) throw invalidField('/enrolled_on', fault.code, fault.message);
}
