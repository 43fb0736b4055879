import * as z from 'zod';
import * as access from '#access/access.routes.ts';
import * as audit from '#audit/audit.routes.ts';
import * as bankAccounts from '#bank-accounts/bank-accounts.routes.ts';
import * as bankCallbacks from '#disbursements/bank-callbacks.routes.ts';
import * as disbursements from '#disbursements/disbursements.routes.ts';
import * as paymentSettings from '#disbursements/payment-settings.routes.ts';
import * as dividends from '#dividends/dividends.routes.ts';
import * as journal from '#journal/journal.routes.ts';
import * as meta from '#meta/meta.routes.ts';
import * as metrics from '#metrics/metrics.routes.ts';
import * as mockBank from '#mock-bank/mock-bank.routes.ts';
import * as contributions from '#plans/contributions.routes.ts';
import * as me from '#plans/me.routes.ts';
import * as participants from '#plans/participants.routes.ts';
import * as plans from '#plans/plans.routes.ts';
import { kebabCase, type RouteSpec, type Schema } from '#platform/http/route.ts';
import * as proxy from '#proxy/proxy.routes.ts';
import * as reportExports from '#reports/exports.routes.ts';
import * as ledgerReports from '#reports/ledger-reports.routes.ts';
import * as reports from '#reports/reports.routes.ts';
import * as retention from '#retention/retention.routes.ts';
import * as shareholders from '#shareholders/shareholders.routes.ts';
import * as tenantLinks from '#tenant-links/tenant-links.routes.ts';
import * as tenants from '#tenants/tenants.routes.ts';
import * as uploads from '#uploads/uploads.routes.ts';
import * as users from '#users/users.routes.ts';
import * as vesting from '#vesting/vesting.routes.ts';
import * as webhooks from '#webhooks/webhooks.routes.ts';

/** A route with the domain it is declared in and the file that serves it. */
export interface RouteEntry extends RouteSpec {
  readonly domain: string;
  /** Relative to the repository: `functions/<domain>/<operation-id>.ts`. */
  readonly entry: string;
}

/** The modules of routes. What they export beside routes are the schemas that routes share. */
const domains: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  access,
  tenants,
  users,
  shareholders,
  uploads,
  dividends,
  proxy,
  reports: { ...reports, ...ledgerReports, ...reportExports },
  plans,
  contributions,
  participants,
  me,
  vesting,
  'tenant-links': tenantLinks,
  disbursements: { ...disbursements, ...bankCallbacks, ...paymentSettings },
  'bank-accounts': bankAccounts,
  journal,
  audit,
  retention,
  webhooks,
  'mock-bank': mockBank,
  metrics,
  meta,
};

/** Every route of the API, in the order of the domains above. Only lib, local, docs and tests import it. */
export const routes: readonly RouteEntry[] = Object.entries(domains).flatMap(([domain, exported]) =>
  Object.values(exported)
    .filter(isRoute)
    .map((spec) => ({
      ...spec,
      domain,
      entry: `functions/${domain}/${kebabCase(spec.operationId)}.ts`,
    })),
);

/** The schemas that route modules export, by name, for the contract. */
export const sharedSchemas: ReadonlyMap<string, Schema> = new Map(
  Object.values(domains)
    .flatMap((exported) => Object.entries(exported))
    .filter((entry): entry is [string, Schema] => entry[1] instanceof z.ZodType),
);

function isRoute(exported: unknown): exported is RouteSpec {
  return typeof exported === 'object' && exported !== null && 'operationId' in exported;
}
