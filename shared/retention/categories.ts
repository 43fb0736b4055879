import { type RawBuilder, sql } from 'kysely';
import { ENDED_STATUSES } from '#contracts/transactions.ts';
import { lowestUuidV7 } from '#kernel/ids.ts';
import { literals } from '#platform/db/kysely.ts';
import { daysBefore, type RetentionPolicy, yearsBefore } from './retention-policy.ts';

/** The instants before which records of a kind are due, as of one instant. */
export interface Cutoffs {
  readonly at: Date;
  readonly records: Date;
  readonly files: Date;
  readonly errors: Date;
  readonly outbox: Date;
  readonly deliveries: Date;
  readonly tokens: Date;
  readonly requests: Date;
}

export function cutoffsOf(policy: RetentionPolicy, at: Date): Cutoffs {
  return {
    at,
    records: yearsBefore(at, policy.recordYears),
    files: yearsBefore(at, policy.fileYears),
    errors: daysBefore(at, policy.errorsDays),
    outbox: daysBefore(at, policy.outboxDays),
    deliveries: daysBefore(at, policy.deliveryDays),
    tokens: daysBefore(at, policy.tokenDays),
    requests: daysBefore(at, policy.requestDays),
  };
}

type Sql = RawBuilder<unknown>;

/** A kind of records that are purged. Conditions are about a row `t` of the table; the preview and the purge share them. */
export interface Category {
  readonly name: string;
  readonly table: string;
  /** Tells the rows of a tenant apart. */
  readonly key: string;
  due(cutoffs: Cutoffs): Sql;
  /** Whether a legal hold `h`, active and of the tenant, is about the row. A hold on the tenant is about every row. */
  readonly isHeldBy?: Sql;
  /** Returns the assignments that erase a row in place. Without it the row is deleted. */
  erased?(cutoffs: Cutoffs): Sql;
  /** The number of rows of a transaction. @default the purge's own */
  readonly batch?: number;
  /** Whether former names of the rows, which are holders of record, are erased as well. */
  readonly withNames?: true;
}

/** A closed holder, long enough ago, who has been paid nothing since. */
const holderIsDue = ({ records }: Cutoffs) => sql`
  s.status = 'CLOSED' and s.updated_at <= ${records} and not exists (
    select from ledger_transactions x where x.tenant_id = s.tenant_id and x.shareholder_id = s.id and x.updated_at > ${records})`;

/** A participant whose every plan was terminated long enough ago, is paid out, and has been paid nothing since. */
const participantIsDue = ({ records }: Cutoffs) => sql`
  exists (select from plan_terms p where p.tenant_id = e.tenant_id and p.employee_id = e.employee_id)
  and not exists (
    select from plan_terms p where p.tenant_id = e.tenant_id and p.employee_id = e.employee_id and (
      p.status <> 'TERMINATED' or p.terminated_on > (${records}::timestamptz at time zone 'UTC')::date or p.balance <> 0
      or exists (select from ledger_transactions x where x.tenant_id = p.tenant_id and x.plan_id = p.id and x.updated_at > ${records})))`;

const purgedAt = ({ at }: Cutoffs) => sql`purged_at = ${at}, version = version + 1`;

/** The categories in the order in which they are purged: accounts follow their holders. */
export const CATEGORIES: readonly Category[] = [
  {
    ...{ name: 'shareholders', table: 'shareholders', key: 'id', withNames: true },
    due: (cutoffs) =>
      sql`t.purged_at is null and exists (select from (select t.tenant_id, t.id, t.status, t.updated_at) s where ${holderIsDue(cutoffs)})`,
    isHeldBy: sql`h.shareholder_id = t.id`,
    erased: (cutoffs) =>
      sql`name = 'purged', kind = null, given_name = null, family_name = null, email = null, phone = null, address = null, postal_address = null, kyc_reason = null,
        ${purgedAt(cutoffs)}`,
  },
  {
    ...{ name: 'participants', table: 'participants', key: 'employee_id' },
    due: (cutoffs) =>
      sql`t.purged_at is null and exists (select from (select t.tenant_id, t.employee_id) e where ${participantIsDue(cutoffs)})`,
    isHeldBy: sql`h.employee_id = t.employee_id`,
    erased: (cutoffs) =>
      sql`name = null, email = null, date_of_birth = null, hired_on = null, terminated_on = null, rehired_on = null, compensation = null, wages = '{}', kyc_reason = null,
        ${purgedAt(cutoffs)}`,
  },
  {
    ...{ name: 'bank-accounts', table: 'bank_accounts', key: 'id' },
    due: (cutoffs) => sql`t.purged_at is null and (
      t.status <> 'ACTIVE' and t.updated_at <= ${cutoffs.records}
      or exists (select from holders_of_record s where s.tenant_id = t.tenant_id and s.id = t.shareholder_id and ${holderIsDue(cutoffs)})
      or exists (select from (select t.tenant_id, t.employee_id) e where ${participantIsDue(cutoffs)}))`,
    isHeldBy: sql`(h.shareholder_id = t.shareholder_id or h.employee_id = t.employee_id)`,
    erased: (
      cutoffs,
    ) => sql`routing_number = '000000000', account_number_sealed = 'purged', account_last4 = '0000',
      holder_name = 'purged', status = 'REVOKED', status_reason = 'purged', ${purgedAt(cutoffs)}`,
  },
  {
    // The sealed instructions that were sent to banks.
    ...{ name: 'payment-instructions', table: 'outbound_entries', key: 'transaction_id' },
    due: ({ records }) => sql`t.instruction_sealed <> 'purged' and exists (
      select from sent_instructions i where i.tenant_id = t.tenant_id and i.transaction_id = t.transaction_id and i.sent_at <= ${records})`,
    isHeldBy: sql`exists (
      select from sent_instructions i where i.tenant_id = t.tenant_id and i.transaction_id = t.transaction_id
        and (h.shareholder_id = i.shareholder_id or h.employee_id = i.employee_id))`,
    erased: () => sql`instruction_sealed = 'purged'`,
  },
  {
    // The text that a payer has written about a payee. The payment stays, without it.
    ...{ name: 'memos', table: 'transactions', key: 'id' },
    due: (cutoffs) => sql`t.memo is not null and t.status in (${literals(ENDED_STATUSES)}) and (
      exists (select from holders_of_record s where s.tenant_id = t.tenant_id and s.id = t.shareholder_id and ${holderIsDue(cutoffs)})
      or exists (select from plan_terms e where e.tenant_id = t.tenant_id and e.id = t.plan_id and ${participantIsDue(cutoffs)}))`,
    isHeldBy: sql`(h.shareholder_id = t.shareholder_id or h.employee_id = (
      select p.employee_id from plan_terms p where p.tenant_id = t.tenant_id and p.id = t.plan_id))`,
    erased: () => sql`memo = null`,
  },
  {
    ...{ name: 'users', table: 'users', key: 'id' },
    due: ({ records }) => sql`t.purged_at is null and t.status = 'DISABLED' and t.updated_at <= ${records}`,
    isHeldBy: sql`h.employee_id = t.employee_id`,
    erased: (cutoffs) =>
      sql`email = 'purged-' || id || '@purged.invalid', password_hash = 'purged', employee_id = null, ${purgedAt(cutoffs)}`,
  },
  {
    // The names that a user gave their devices are personal too, and nobody signs in by them any more.
    ...{ name: 'passkeys', table: 'passkeys', key: 'id' },
    due: () => sql`exists (select from erased_users u where u.tenant_id = t.tenant_id and u.id = t.user_id)`,
  },
  {
    // The files of refused rows and of changes end by the bucket's lifecycle rule after as many days.
    ...{ name: 'upload-errors', table: 'uploads', key: 'id' },
    due: ({ errors }) =>
      sql`t.completed_at <= ${errors} and (t.errors <> '[]' or t.errors_key is not null or t.changes is not null)`,
    erased: () =>
      sql`errors = '[]', errors_key = null, changes = null, changes_key = null, version = version + 1`,
  },
  {
    // Names of files are personal data. The file itself ends by the bucket's lifecycle rule after as many years.
    ...{ name: 'upload-names', table: 'uploads', key: 'id' },
    due: ({ files }) => sql`coalesce(t.completed_at, t.created_at) <= ${files} and t.filename <> 'purged'`,
    erased: () =>
      sql`filename = 'purged', object_key = 'purged/' || id, warnings = '[]', version = version + 1`,
  },
  {
    // The logs go with their deliveries, by a foreign key.
    ...{ name: 'webhook-deliveries', table: 'webhook_deliveries', key: 'id' },
    due: ({ deliveries }) => sql`t.state <> 'PENDING' and t.created_at <= ${deliveries}`,
  },
  {
    ...{ name: 'webhooks', table: 'webhooks', key: 'id' },
    due: ({ deliveries }) => sql`t.status = 'DELETED' and t.updated_at <= ${deliveries} and not exists (
      select from webhook_deliveries d where d.tenant_id = t.tenant_id and d.webhook_id = t.id)`,
  },
  {
    // The audit trail keeps what was changed, and by whom.
    ...{ name: 'change-requests', table: 'change_requests', key: 'id' },
    due: ({ records }) => sql`t.state <> 'PENDING' and coalesce(t.decided_at, t.expires_at) <= ${records}`,
  },
  {
    // A day's sums decide nothing on the days after it.
    ...{ name: 'payment-tallies', table: 'payment_tallies', key: 'id' },
    due: ({ outbox }) => sql`t.day < (${outbox}::timestamptz at time zone 'UTC')::date`,
  },
  {
    ...{ name: 'position-tallies', table: 'position_tallies', key: 'id' },
    due: ({ outbox }) => sql`t.day < (${outbox}::timestamptz at time zone 'UTC')::date`,
  },
  {
    ...{ name: 'refresh-tokens', table: 'refresh_tokens', key: 'id' },
    // Sessions live by the clock, also where a run is simulated months ahead.
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}
      and (t.expires_at <= now() or t.rotated_at is not null or t.revoked_at is not null)`,
  },
  {
    ...{ name: 'sessions', table: 'sessions', key: 'id' },
    due: ({ tokens }) => sql`t.started_at <= ${tokens} and not exists (
      select from refresh_tokens r where r.tenant_id = t.tenant_id and r.family_id = t.id)`,
  },
  {
    ...{ name: 'federated-sessions', table: 'federated_sessions', key: 'family_id' },
    due: ({ tokens }) => sql`t.started_at <= ${tokens} and not exists (
      select from refresh_tokens r where r.tenant_id = t.tenant_id and r.family_id = t.family_id)`,
  },
  {
    ...{ name: 'federated-sign-ins', table: 'federated_sign_ins', key: 'id' },
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}`,
  },
  {
    ...{ name: 'used-logout-tokens', table: 'used_logout_tokens', key: 'id' },
    due: ({ tokens }) => sql`t.used_at <= ${tokens}`,
  },
  {
    ...{ name: 'sign-in-links', table: 'sign_in_links', key: 'id' },
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}`,
  },
  {
    ...{ name: 'sign-in-challenges', table: 'sign_in_challenges', key: 'id' },
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}`,
  },
  {
    ...{ name: 'passkey-challenges', table: 'passkey_challenges', key: 'id' },
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}`,
  },
  {
    ...{ name: 'passkey-sign-ins', table: 'passkey_sign_ins', key: 'id' },
    due: ({ tokens }) => sql`t.expires_at <= ${tokens}`,
  },
  {
    ...{ name: 'notices', table: 'notices', key: 'id' },
    due: ({ tokens }) => sql`t.posted_at <= ${tokens}`,
  },
  {
    ...{ name: 'idempotency-keys', table: 'idempotency_keys', key: 'id' },
    due: ({ at }) => sql`t.expires_at <= ${at}`,
  },
  {
    ...{ name: 'published-events', table: 'outbox', key: 'id' },
    due: ({ outbox }) => sql`t.published_at <= ${outbox}`,
  },
  {
    // Their ids begin with their instants: the machine's, also where a run is simulated months ahead. They are many.
    ...{ name: 'requests', table: 'request_log', key: 'id', batch: 10_000 },
    due: ({ at, requests }) => sql`t.id < ${lowestUuidV7(requests.getTime())}
      and t.at <= now() - (${at}::timestamptz - ${requests}::timestamptz)`,
  },
];

/** Whether a legal hold keeps the row `t`. */
export function isHeld({ isHeldBy }: Category): Sql {
  return sql`exists (
    select from legal_holds h where h.tenant_id = t.tenant_id and h.released_at is null
      and (h.subject = 'TENANT' or ${isHeldBy ?? sql`false`}))`;
}
