import { randomUUID } from 'node:crypto';
import { handler as enrollHandler } from '#functions/plans/enroll-plan.ts';
import { handler as recordHandler } from '#functions/plans/record-contribution.ts';
import { recordContribution } from '#plans/contributions/contributions.routes.ts';
import { enrollPlan } from '#plans/enrolment.routes.ts';
import { call, type TestResponse } from './request.ts';
import type { TestTenant } from './tenants.ts';

/** Enrols an employee as the sponsor's ADMIN. */
export function enroll(sponsor: TestTenant, body: object): Promise<TestResponse> {
  return call(enrollHandler, enrollPlan, { as: sponsor.as('ADMIN'), body });
}

/** Enters a contribution as the sponsor's ADMIN, with a key of its own unless given. */
export function contribute(
  sponsor: TestTenant,
  planId: string,
  body: unknown,
  key: string = randomUUID(),
): Promise<TestResponse> {
  return call(recordHandler, recordContribution, {
    as: sponsor.as('ADMIN'),
    params: { id: planId },
    body,
    headers: { 'Idempotency-Key': key },
  });
}

export const problem = (slug: string) => ({ type: `/problems/${slug}` });
