import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { handler as createTenantLinkHandler } from '#functions/identity/create-tenant-link.ts';
import { handler as declineHandler } from '#functions/plans/decline-release.ts';
import { handler as getHandler } from '#functions/plans/get-release.ts';
import { handler as listGrantsHandler } from '#functions/plans/list-grants.ts';
import { handler as listLinesHandler } from '#functions/plans/list-release-lines.ts';
import { handler as listHandler } from '#functions/plans/list-releases.ts';
import { handler as proposeHandler } from '#functions/plans/propose-release.ts';
import { handler as settleHandler } from '#functions/plans/settle-release.ts';
import { createTenantLink } from '#identity/tenant-links/tenant-links.routes.ts';
import { listGrants } from '#plans/grants/grants.routes.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { enroll } from './plans.ts';
import { Register } from './register.ts';
import { call, type TestResponse } from './request.ts';
import { insertTestTenant, type TestTenant } from './tenants.ts';

type Query = Record<string, string>;

/** The routes of releases as one caller, of either side. */
export class Releases {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  propose(body: object, query: Query = {}, key: string = randomUUID()): Promise<TestResponse> {
    return call(proposeHandler, routes.proposeRelease, {
      ...{ as: this.#as, body, query, headers: { 'Idempotency-Key': key } },
    });
  }

  list(query: Query = {}): Promise<TestResponse> {
    return call(listHandler, routes.listReleases, { as: this.#as, query });
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, routes.getRelease, { as: this.#as, params: { id } });
  }

  lines(id: string, query: Query = {}): Promise<TestResponse> {
    return call(listLinesHandler, routes.listReleaseLines, { as: this.#as, params: { id }, query });
  }

  settle(id: string, version: number, body: object = {}, query: Query = {}): Promise<TestResponse> {
    return call(settleHandler, routes.settleRelease, {
      ...{ as: this.#as, params: { id }, body, query },
      headers: { 'If-Match': `"${version}"`, 'Idempotency-Key': randomUUID() },
    });
  }

  decline(id: string, version: number, body: object = {}): Promise<TestResponse> {
    return call(declineHandler, routes.declineRelease, {
      ...{ as: this.#as, params: { id }, body, headers: { 'If-Match': `"${version}"` } },
    });
  }
}

export function linkSponsor(issuer: TestTenant, sponsor: TestTenant): Promise<TestResponse> {
  return call(createTenantLinkHandler, createTenantLink, {
    as: issuer.as('ADMIN'),
    body: { sponsor: sponsor.slug },
  });
}

/** Enrols an employee into an RSU plan of so many vested shares, of a new holder on the issuer's register. */
export async function vestedPlan(
  sponsor: TestTenant,
  issuer: TestTenant,
  quantity: string,
): Promise<{ id: string; grant_id: string; holder: string; employee_id: string }> {
  const holder = (await new Register(issuer.as('OPS')).holder('0')).id;
  const employee_id = `E-${randomUUID().slice(-8)}`;
  const grant = { quantity, grant_date: '2025-01-15', vesting_start: '2025-01-15' };
  const enrolled = await enroll(sponsor, {
    ...{ employee_id, plan_type: 'RSU', shareholder_id: holder, enrolled_on: '2025-01-15', grant },
  });
  if (enrolled.status !== 201) throw new Error(enrolled.text);
  const { id } = enrolled.body;
  const grants = await call(listGrantsHandler, listGrants, { as: sponsor.as('OPS'), params: { id } });
  return { id, grant_id: grants.body.data[0].id, holder, employee_id };
}

/** A tenant, and a new one of the other side that is linked with it. */
export async function otherSide(
  admin: pg.Pool,
  tenant: TestTenant,
): Promise<{ sponsor: TestTenant; issuer: TestTenant }> {
  const other = await insertTestTenant(admin, tenant.type === 'SPONSOR' ? 'ISSUER' : 'SPONSOR');
  const [sponsor, issuer] = tenant.type === 'SPONSOR' ? [tenant, other] : [other, tenant];
  const linked = await linkSponsor(issuer, sponsor);
  if (linked.status !== 201) throw new Error(linked.text);
  return { sponsor, issuer };
}
