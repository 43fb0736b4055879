import * as routes from '#approvals/approvals.routes.ts';
import { handler as approveChange } from '#functions/approvals/approve-change.ts';
import { handler as countApprovals } from '#functions/approvals/count-approvals.ts';
import { handler as decideChanges } from '#functions/approvals/decide-changes.ts';
import { handler as denyChange } from '#functions/approvals/deny-change.ts';
import { handler as getApproval } from '#functions/approvals/get-approval.ts';
import { handler as listApprovals } from '#functions/approvals/list-approvals.ts';
import { handler as withdrawChange } from '#functions/approvals/withdraw-change.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { call, type TestResponse } from './request.ts';
import type { TestTenant } from './tenants.ts';

/** The routes of approvals as one caller. */
export class Approvals {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  list(query: Record<string, string> = {}): Promise<TestResponse> {
    return call(listApprovals, routes.listApprovals, { as: this.#as, query });
  }

  get(id: string): Promise<TestResponse> {
    return call(getApproval, routes.getApproval, { as: this.#as, params: { id } });
  }

  counts(): Promise<TestResponse> {
    return call(countApprovals, routes.countApprovals, { as: this.#as });
  }

  decide(body: object, headers: Record<string, string> = {}): Promise<TestResponse> {
    return call(decideChanges, routes.decideChanges, { as: this.#as, body, headers });
  }

  approve(id: string): Promise<TestResponse> {
    return call(approveChange, routes.approveChange, { as: this.#as, params: { id } });
  }

  deny(id: string, reason?: string): Promise<TestResponse> {
    const body = reason === undefined ? {} : { body: { reason } };
    return call(denyChange, routes.denyChange, { as: this.#as, params: { id }, ...body });
  }

  withdraw(id: string): Promise<TestResponse> {
    return call(withdrawChange, routes.withdrawChange, { as: this.#as, params: { id } });
  }
}

/** Has COMPLIANCE approve what a controlled route answered with. */
export async function approved(tenant: TestTenant, waiting: TestResponse): Promise<TestResponse> {
  if (waiting.status !== 202) throw new Error(`nothing waits: ${waiting.status} ${waiting.text}`);
  const answer = await new Approvals(tenant.as('COMPLIANCE')).approve(waiting.body.id);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer;
}
