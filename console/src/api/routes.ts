import type * as approval from '#approvals/approval.routes.ts';
import type * as approvals from '#approvals/approvals.routes.ts';
import type * as audit from '#audit/audit.routes.ts';
import type * as history from '#audit/history/history.routes.ts';
import type * as requests from '#audit/requests/requests.routes.ts';
import type * as adjustments from '#dividends/adjustments.routes.ts';
import type * as dividends from '#dividends/dividends.routes.ts';
import type * as taxRemittances from '#dividends/tax-remittances.routes.ts';
import type * as account from '#identity/account/account.routes.ts';
import type * as apiKeys from '#identity/api-keys/api-keys.routes.ts';
import type * as clock from '#identity/clock/clock.routes.ts';
import type * as connections from '#identity/connections/connections.routes.ts';
import type * as federation from '#identity/federation/federation.routes.ts';
import type * as passkeySignIn from '#identity/second-factor/passkeys/passkey-sign-in.routes.ts';
import type * as secondFactor from '#identity/second-factor/second-factor.routes.ts';
import type * as access from '#identity/sign-in/sign-in.routes.ts';
import type * as signInSettings from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import type * as tenantLinks from '#identity/tenant-links/tenant-links.routes.ts';
import type * as tenants from '#identity/tenants/tenants.routes.ts';
import type * as users from '#identity/users/users.routes.ts';
import type * as ledger from '#ledger/ledger.routes.ts';
import type * as operations from '#operations/operations.routes.ts';
import type * as exceptions from '#payments/exceptions/exceptions.routes.ts';
import type * as bankFiles from '#payments/files/bank-files.routes.ts';
import type * as fetchedFile from '#payments/files/fetch-bank-file.routes.ts';
import type * as bankItem from '#payments/files/match-bank-item.routes.ts';
import type * as orders from '#payments/orders/orders.routes.ts';
import type * as bankAccounts from '#payments/payees/bank-accounts.routes.ts';
import type * as reversals from '#payments/reversals/reversals.routes.ts';
import type * as dividendPayments from '#payments/runs/dividend-payments.routes.ts';
import type * as payments from '#payments/runs/payment-runs.routes.ts';
import type * as paymentSettings from '#payments/settings/payment-settings.routes.ts';
import type * as contributions from '#plans/contributions/contributions.routes.ts';
import type * as planDocuments from '#plans/documents/plan-documents.routes.ts';
import type * as enrolment from '#plans/enrolment.routes.ts';
import type * as explain from '#plans/explain/explain.routes.ts';
import type * as forfeitures from '#plans/forfeitures/forfeitures.routes.ts';
import type * as cancelledGrant from '#plans/grants/cancel-grant.routes.ts';
import type * as createdGrant from '#plans/grants/create-grant.routes.ts';
import type * as grants from '#plans/grants/grants.routes.ts';
import type * as matches from '#plans/matching/matches.routes.ts';
import type * as ownPlans from '#plans/me.routes.ts';
import type * as partialTerminations from '#plans/partial-terminations/partial-terminations.routes.ts';
import type * as participants from '#plans/participants/participants.routes.ts';
import type * as planChanges from '#plans/plan-changes.routes.ts';
import type * as planEnd from '#plans/plan-end.routes.ts';
import type * as planVesting from '#plans/plan-vesting.routes.ts';
import type * as plans from '#plans/plans.routes.ts';
import type * as releases from '#plans/releases/releases.routes.ts';
import type * as vesting from '#plans/vesting/vesting.routes.ts';
import type * as vestingEvents from '#plans/vesting-events/vesting-events.routes.ts';
import type { RouteSpec, Schema } from '#platform/http/route.ts';
import type * as meetings from '#proxy/meetings.routes.ts';
import type * as votes from '#proxy/votes.routes.ts';
import type * as classes from '#register/classes/security-classes.routes.ts';
import type * as registerSettings from '#register/limits/register-settings.routes.ts';
import type * as positions from '#register/positions.routes.ts';
import type * as reopening from '#register/reopening.routes.ts';
import type * as shareholders from '#register/shareholders.routes.ts';
import type * as corporateActions from '#register/splits/corporate-actions.routes.ts';
import type * as taxCertifications from '#register/tax/tax-certifications.routes.ts';
import type * as transfers from '#register/transfers.routes.ts';
import type * as reportExports from '#reporting/exports/exports.routes.ts';
import type * as accessReport from '#reporting/reports/access-report.routes.ts';
import type * as bankReconciliation from '#reporting/reports/bank-reconciliation.routes.ts';
import type * as form1042S from '#reporting/reports/form-1042-s.routes.ts';
import type * as ledgerReports from '#reporting/reports/ledger-reports.routes.ts';
import type * as ownership from '#reporting/reports/ownership.routes.ts';
import type * as planStatement from '#reporting/reports/plan-statement.routes.ts';
import type * as reports from '#reporting/reports/reports.routes.ts';
import type * as retention from '#retention/retention.routes.ts';
import type * as dropCredentials from '#uploads/drop/drop-credentials.routes.ts';
import type * as participantUploads from '#uploads/intake/participant-uploads.routes.ts';
import type * as payeeUploads from '#uploads/intake/payee-uploads.routes.ts';
import type * as rejectedRows from '#uploads/intake/rejected-rows.routes.ts';
import type * as uploads from '#uploads/intake/uploads.routes.ts';
import type * as mappings from '#uploads/mappings/mappings.routes.ts';
import type * as webhooks from '#webhooks/webhooks.routes.ts';

type Modules = [
  typeof approval,
  typeof approvals,
  typeof audit,
  typeof history,
  typeof requests,
  typeof reportExports,
  typeof accessReport,
  typeof retention,
  typeof adjustments,
  typeof dividends,
  typeof taxRemittances,
  typeof ledger,
  typeof taxCertifications,
  typeof bankReconciliation,
  typeof form1042S,
  typeof ledgerReports,
  typeof reports,
  typeof dropCredentials,
  typeof account,
  typeof connections,
  typeof federation,
  typeof passkeySignIn,
  typeof secondFactor,
  typeof access,
  typeof operations,
  typeof exceptions,
  typeof bankFiles,
  typeof fetchedFile,
  typeof bankItem,
  typeof orders,
  typeof reversals,
  typeof dividendPayments,
  typeof payments,
  typeof contributions,
  typeof enrolment,
  typeof explain,
  typeof cancelledGrant,
  typeof createdGrant,
  typeof grants,
  typeof planChanges,
  typeof vesting,
  typeof ownPlans,
  typeof participants,
  typeof mappings,
  typeof matches,
  typeof forfeitures,
  typeof partialTerminations,
  typeof vestingEvents,
  typeof clock,
  typeof tenantLinks,
  typeof planDocuments,
  typeof planEnd,
  typeof releases,
  typeof ownership,
  typeof planStatement,
  typeof plans,
  typeof planVesting,
  typeof tenants,
  typeof classes,
  typeof positions,
  typeof shareholders,
  typeof reopening,
  typeof corporateActions,
  typeof transfers,
  typeof bankAccounts,
  typeof participantUploads,
  typeof payeeUploads,
  typeof rejectedRows,
  typeof apiKeys,
  typeof signInSettings,
  typeof paymentSettings,
  typeof meetings,
  typeof votes,
  typeof registerSettings,
  typeof webhooks,
  typeof uploads,
  typeof users,
];

type RoutesOf<M> = M extends unknown ? Extract<M[keyof M], RouteSpec> : never;
type Routes = RoutesOf<Modules[number]>;
type KeyOf<R extends RouteSpec> = R extends unknown ? `${R['method']} ${R['path']}` : never;

/** The routes by method and path: `GET /shareholders/{id}`. */
type Table = { readonly [R in Routes as KeyOf<R>]: R };
export type Operation = keyof Table;

/** A value as a schema takes it, before defaults and conversions. */
type Input<S> = S extends { readonly _zod: { readonly input: infer I } } ? I : never;
type Output<S> = S extends { readonly _zod: { readonly output: infer O } } ? O : never;
/** The address leaves out what is undefined. */
type InQuery<T> = { readonly [Name in keyof T]: T[Name] | undefined };

type Params<R> = R extends { readonly params: infer S extends Schema }
  ? { readonly params: Readonly<Record<keyof Input<S>, string>> }
  : unknown;
type Query<R> = R extends { readonly query: infer S extends Schema }
  ? { readonly query?: InQuery<Input<S>> }
  : unknown;
type Body<R> = R extends { readonly body: infer S extends Schema; readonly bodyOptional: true }
  ? { readonly body?: Input<S> }
  : R extends { readonly body: infer S extends Schema }
    ? { readonly body: Input<S> | FormData }
    : unknown;
type Version<R> = R extends { readonly concurrency: 'if-match' }
  ? { readonly version: number }
  : R extends { readonly concurrency: 'if-match-honoured' }
    ? { readonly version?: number }
    : unknown;
/** Whoever sends a POST a second time sends it with its key: it is part of what is sent, and never made by the call. */
type Key<R> = R extends { readonly idempotency: 'none' }
  ? unknown
  : R extends { readonly roles: 'PUBLIC' }
    ? unknown
    : R extends { readonly method: 'POST' }
      ? { readonly key: string }
      : unknown;

type SentBy = {
  readonly [O in Operation]: Params<Table[O]> &
    Query<Table[O]> &
    Body<Table[O]> &
    Version<Table[O]> &
    Key<Table[O]>;
};
export type Sent<O extends Operation> = SentBy[O];
/** A call takes nothing beside its operation, where nothing has to be sent. */
type ArgumentsBy = { readonly [O in Operation]: object extends SentBy[O] ? [SentBy[O]?] : [SentBy[O]] };
export type Arguments<O extends Operation> = ArgumentsBy[O];

/** JSON has no other values; links are text. */
type Json<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends { toJSON(): unknown }
      ? string
      : { readonly [Name in keyof T]: Json<T[Name]> };

/** The change request that a controlled route answers where a second person has to approve. */
type Waiting<R> = R extends { readonly waiting: infer S extends Schema } ? Json<Output<S>> : never;
type AnswerBy = {
  readonly [O in Operation]:
    | (Table[O] extends { readonly response: infer S extends Schema } ? Json<Output<S>> : undefined)
    | Waiting<Table[O]>;
};
export type Answer<O extends Operation> = AnswerBy[O];

/** The rows of a list. */
export type Row<O extends Operation> =
  Answer<O> extends { readonly data: readonly (infer Item)[] } ? Item : never;
