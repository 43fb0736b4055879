import * as z from 'zod';
import * as approvals from '#approvals/approvals.routes.ts';
import * as audit from '#audit/audit.routes.ts';
import * as history from '#audit/history/history.routes.ts';
import * as requestLog from '#audit/requests/requests.routes.ts';
import * as adjustments from '#dividends/adjustments.routes.ts';
import * as dividends from '#dividends/dividends.routes.ts';
import * as taxRemittances from '#dividends/tax-remittances.routes.ts';
import * as account from '#identity/account/account.routes.ts';
import * as apiKeys from '#identity/api-keys/api-keys.routes.ts';
import * as clock from '#identity/clock/clock.routes.ts';
import * as connections from '#identity/connections/connections.routes.ts';
import * as federation from '#identity/federation/federation.routes.ts';
import * as links from '#identity/links/links.routes.ts';
import * as scim from '#identity/scim/scim.routes.ts';
import * as passkeySignIn from '#identity/second-factor/passkeys/passkey-sign-in.routes.ts';
import * as secondFactor from '#identity/second-factor/second-factor.routes.ts';
import * as access from '#identity/sign-in/sign-in.routes.ts';
import * as signInSettings from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import * as tenantLinks from '#identity/tenant-links/tenant-links.routes.ts';
import * as tenants from '#identity/tenants/tenants.routes.ts';
import * as users from '#identity/users/users.routes.ts';
import * as ledger from '#ledger/ledger.routes.ts';
import * as meta from '#meta/meta.routes.ts';
import * as metrics from '#metrics/metrics.routes.ts';
import * as operations from '#operations/operations.routes.ts';
import * as bankCallbacks from '#payments/bank/bank-callbacks.routes.ts';
import * as paymentExceptions from '#payments/exceptions/exceptions.routes.ts';
import * as bankFiles from '#payments/files/bank-files.routes.ts';
import * as bankFileFetching from '#payments/files/fetch-bank-file.routes.ts';
import * as bankItemMatching from '#payments/files/match-bank-item.routes.ts';
import * as mockBank from '#payments/mock-bank/mock-bank.routes.ts';
import * as orders from '#payments/orders/orders.routes.ts';
import * as bankAccounts from '#payments/payees/bank-accounts.routes.ts';
import * as reversals from '#payments/reversals/reversals.routes.ts';
import * as dividendPayments from '#payments/runs/dividend-payments.routes.ts';
import * as paymentRuns from '#payments/runs/payment-runs.routes.ts';
import * as paymentSettings from '#payments/settings/payment-settings.routes.ts';
import * as contributions from '#plans/contributions/contributions.routes.ts';
import * as planDocuments from '#plans/documents/plan-documents.routes.ts';
import * as enrolment from '#plans/enrolment.routes.ts';
import * as explain from '#plans/explain/explain.routes.ts';
import * as forfeitures from '#plans/forfeitures/forfeitures.routes.ts';
import * as cancelGrant from '#plans/grants/cancel-grant.routes.ts';
import * as createGrant from '#plans/grants/create-grant.routes.ts';
import * as firstGrant from '#plans/grants/first-grant.routes.ts';
import * as grantShape from '#plans/grants/grant-shape.ts';
import * as grants from '#plans/grants/grants.routes.ts';
import * as matches from '#plans/matching/matches.routes.ts';
import * as me from '#plans/me.routes.ts';
import * as partialTerminations from '#plans/partial-terminations/partial-terminations.routes.ts';
import * as participants from '#plans/participants/participants.routes.ts';
import * as planChanges from '#plans/plan-changes.routes.ts';
import * as planEnd from '#plans/plan-end.routes.ts';
import * as planShape from '#plans/plan-shape.ts';
import * as planVesting from '#plans/plan-vesting.routes.ts';
import * as plans from '#plans/plans.routes.ts';
import * as releases from '#plans/releases/releases.routes.ts';
import * as vesting from '#plans/vesting/vesting.routes.ts';
import * as vestingEvents from '#plans/vesting-events/vesting-events.routes.ts';
import { kebabCase, type RouteSpec, type Schema } from '#platform/http/route.ts';
import * as meetings from '#proxy/meetings.routes.ts';
import * as votes from '#proxy/votes.routes.ts';
import * as securityClasses from '#register/classes/security-classes.routes.ts';
import * as registerSettings from '#register/limits/register-settings.routes.ts';
import * as positions from '#register/positions.routes.ts';
import * as reopening from '#register/reopening.routes.ts';
import * as shareholders from '#register/shareholders.routes.ts';
import * as corporateActions from '#register/splits/corporate-actions.routes.ts';
import * as taxCertifications from '#register/tax/tax-certifications.routes.ts';
import * as transfers from '#register/transfers.routes.ts';
import * as exportList from '#reporting/exports/export-list.routes.ts';
import * as reportExports from '#reporting/exports/exports.routes.ts';
import * as accessReport from '#reporting/reports/access-report.routes.ts';
import * as bankReconciliation from '#reporting/reports/bank-reconciliation.routes.ts';
import * as nonresidentTax from '#reporting/reports/form-1042-s.routes.ts';
import * as ledgerReports from '#reporting/reports/ledger-reports.routes.ts';
import * as ownership from '#reporting/reports/ownership.routes.ts';
import * as planStatement from '#reporting/reports/plan-statement.routes.ts';
import * as reports from '#reporting/reports/reports.routes.ts';
import * as retention from '#retention/retention.routes.ts';
import * as dropCredentials from '#uploads/drop/drop-credentials.routes.ts';
import * as ballotUploads from '#uploads/intake/ballot-uploads.routes.ts';
import * as participantUploads from '#uploads/intake/participant-uploads.routes.ts';
import * as payeeUploads from '#uploads/intake/payee-uploads.routes.ts';
import * as rejectedRows from '#uploads/intake/rejected-rows.routes.ts';
import * as uploads from '#uploads/intake/uploads.routes.ts';
import * as uploadMappings from '#uploads/mappings/mappings.routes.ts';
import * as events from '#webhooks/events.routes.ts';
import * as webhooks from '#webhooks/webhooks.routes.ts';

/** A route with the domain it is declared in and the file that serves it. */
export interface RouteEntry extends RouteSpec {
  readonly domain: string;
  /** The name of the module of routes that declares it: how the contract groups operations. */
  readonly group: string;
  /** Relative to the repository: `functions/<domain>/<operation-id>.ts`. */
  readonly entry: string;
  /** Whether only a sandbox has it: an environment with the mock bank, in which no money moves. */
  readonly sandbox: boolean;
}

type RouteModule = Readonly<Record<string, unknown>>;

/** The modules of routes by domain and group. What they export beside routes are the schemas that routes share. */
const domains: Readonly<Record<string, Readonly<Record<string, RouteModule>>>> = {
  identity: {
    access: { ...access, ...links },
    tenants,
    users,
    account,
    'second-factor': { ...secondFactor, ...passkeySignIn },
    'tenant-links': tenantLinks,
    clock,
    connections,
    'api-keys': apiKeys,
    scim,
    'single-sign-on': { ...federation, ...signInSettings },
  },
  register: {
    shareholders: { ...shareholders, ...positions, ...registerSettings, ...securityClasses },
    reopening,
    transfers,
    'corporate-actions': corporateActions,
    'tax-certifications': taxCertifications,
  },
  uploads: {
    uploads: { ...uploads, ...uploadMappings, ...dropCredentials },
    ballots: ballotUploads,
    'payee-files': payeeUploads,
    'participant-files': participantUploads,
    'rejected-rows': rejectedRows,
  },
  dividends: { dividends, adjustments, 'tax-remittances': taxRemittances },
  proxy: { proxy: { ...meetings, ...votes } },
  reporting: {
    reports: { ...reports, ...ledgerReports, ...accessReport },
    exports: reportExports,
    'export-list': exportList,
    ownership,
    'plan-statement': planStatement,
    'nonresident-tax': nonresidentTax,
    'bank-reconciliation': bankReconciliation,
  },
  plans: {
    plans: {
      ...planShape,
      ...enrolment,
      ...plans,
      ...planVesting,
      ...explain,
      ...firstGrant,
      ...planEnd,
      ...partialTerminations,
      ...planChanges,
    },
    contributions,
    forfeitures,
    releases,
    grants: { ...grantShape, ...grants, ...createGrant, ...cancelGrant },
    'plan-documents': { ...planDocuments, ...matches },
    participants,
    me,
    vesting: { ...vesting, ...vestingEvents },
  },
  payments: {
    payments: {
      ...orders,
      ...paymentRuns,
      ...dividendPayments,
      ...bankFiles,
      ...bankFileFetching,
      ...bankItemMatching,
      ...bankCallbacks,
      ...paymentSettings,
      ...paymentExceptions,
      ...reversals,
    },
    'bank-accounts': bankAccounts,
    'mock-bank': mockBank,
  },
  ledger: { ledger },
  approvals: { approvals },
  audit: { audit: { ...audit, ...history }, requests: requestLog },
  retention: { retention },
  webhooks: { webhooks: { ...webhooks, ...events } },
  metrics: { metrics },
  operations: { operations },
  meta: { meta },
};

const modules = Object.entries(domains).flatMap(([domain, groups]) =>
  Object.entries(groups).map(([group, exported]) => ({ domain, group, exported })),
);

/** Every route of the API, in the order of the domains above. Only lib, local, docs and tests import it. */
export const routes: readonly RouteEntry[] = modules.flatMap(({ domain, group, exported }) =>
  Object.values(exported)
    .filter(isRoute)
    .map((spec) => ({
      ...spec,
      domain,
      group,
      entry: `functions/${domain}/${kebabCase(spec.operationId)}.ts`,
      sandbox: exported === mockBank || exported === clock,
    })),
);

/** The schemas that route modules export, by name, for the contract. */
export const sharedSchemas: ReadonlyMap<string, Schema> = new Map(
  modules
    .flatMap(({ exported }) => Object.entries(exported))
    .filter((entry): entry is [string, Schema] => entry[1] instanceof z.ZodType),
);

function isRoute(exported: unknown): exported is RouteSpec {
  return typeof exported === 'object' && exported !== null && 'operationId' in exported;
}
