import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * This tells the room of each table, view and function of the database, and the tables that a file writes or reads. The tests of
 * who may do what share it. Statements are found in Kysely calls and in SQL text.
 */

const REPOSITORY = join(import.meta.dirname, '../..');

/** Each migration belongs to a room, and so do the tables and views that it creates. */
const ROOMS: Readonly<Record<string, string>> = {
  '0001_platform.sql': 'platform',
  '0002_identity.sql': 'identity',
  '0003_register.sql': 'register',
  '0004_ledger.sql': 'ledger',
  '0005_dividends.sql': 'dividends',
  '0006_proxy.sql': 'proxy',
  '0007_plans.sql': 'plans',
  '0008_payments.sql': 'payments',
  '0009_mock_bank.sql': 'payments',
  '0090_bank_files.sql': 'payments',
  '0199_prenotes.sql': 'payments',
  '0153_account_corrections.sql': 'payments',
  '0010_uploads.sql': 'uploads',
  '0011_audit.sql': 'audit',
  '0012_retention.sql': 'retention',
  '0013_reporting.sql': 'reporting',
  '0014_webhooks.sql': 'webhooks',
  '0015_approvals.sql': 'approvals',
  '0016_sessions.sql': 'identity',
  '0017_payments_of_two.sql': 'payments',
  '0018_sign_in.sql': 'identity',
  '0022_position_limits.sql': 'register',
  '0023_request_counts.sql': 'platform',
  '0024_waiting_files.sql': 'uploads',
  '0025_published_events.sql': 'platform',
  '0026_invitations.sql': 'identity',
  '0028_connections.sql': 'identity',
  '0029_notices.sql': 'identity',
  '0031_listed_sessions.sql': 'identity',
  '0033_drop_credentials.sql': 'uploads',
  '0036_api_keys.sql': 'identity',
  '0037_second_factor.sql': 'identity',
  '0038_security_reports.sql': 'webhooks',
  '0039_directory.sql': 'identity',
  '0042_user_access.sql': 'identity',
  '0043_drop_access.sql': 'uploads',
  '0044_role_changes.sql': 'audit',
  '0045_waiting_changes.sql': 'approvals',
  '0046_passkeys.sql': 'identity',
  '0047_time_zones.sql': 'identity',
  '0048_networks.sql': 'identity',
  '0049_session_limits.sql': 'identity',
  '0050_security_classes.sql': 'register',
  '0051_upload_as_of.sql': 'uploads',
  '0052_frozen_dividends.sql': 'dividends',
  '0053_frozen_meetings.sql': 'proxy',
  '0055_payment_days.sql': 'payments',
  '0059_upload_mappings.sql': 'uploads',
  '0056_owed_until_paid.sql': 'ledger',
  '0058_expired_changes.sql': 'approvals',
  '0068_settlements.sql': 'ledger',
  '0069_dividend_receipts.sql': 'payments',
  '0070_treasury_shares.sql': 'register',
  '0071_meeting_classes.sql': 'proxy',
  '0072_unpaid_runs.sql': 'payments',
  '0080_transfers.sql': 'register',
  '0075_adjusted_transactions.sql': 'ledger',
  '0076_dividend_adjustments.sql': 'dividends',
  '0077_payment_chains.sql': 'payments',
  '0100_pending_money.sql': 'plans',
  '0110_cancelled_payments.sql': 'payments',
  '0130_terminations.sql': 'plans',
  '0132_vesting_events.sql': 'plans',
  '0170_grants.sql': 'plans',
  '0171_plan_activity.sql': 'plans',
  '0210_census.sql': 'plans',
  '0211_plan_documents.sql': 'plans',
  '0212_employer_match.sql': 'plans',
  '0250_releases.sql': 'plans',
  '0251_reversed_uses.sql': 'plans',
  '0252_more_limits.sql': 'plans',
  '0280_passkey_sign_ins.sql': 'identity',
  '0290_request_log.sql': 'audit',
  '0111_contradictions.sql': 'payments',
  '0078_split_votes.sql': 'proxy',
  '0081_corporate_actions.sql': 'register',
  '0120_search_keys.sql': 'register',
  '0121_payable_accounts.sql': 'payments',
  '0122_position_ledger.sql': 'register',
  '0123_cast_ballots.sql': 'proxy',
  '0161_kept_tallies.sql': 'proxy',
  '0191_verified_holders.sql': 'register',
  '0192_verified_participants.sql': 'plans',
  '0193_accounts_by_file.sql': 'payments',
  '0195_tax_certifications.sql': 'register',
  '0220_withholding_statuses.sql': 'register',
  '0221_withheld_tax.sql': 'ledger',
  '0222_withholding_lines.sql': 'dividends',
  '0223_withheld_receipts.sql': 'payments',
  '0224_tax_remittances.sql': 'dividends',
  '0275_cash_in_lieu.sql': 'register',
  '0276_fraction_runs.sql': 'dividends',
  '0185_bank_statements.sql': 'payments',
  '0186_payment_movements.sql': 'ledger',
  '0187_statement_exceptions.sql': 'payments',
  '0188_statement_exceptions_by_item.sql': 'payments',
};

/** Each function of the database that reads or writes a table belongs to a room. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  add_login_failure: 'identity',
  clear_login_failures: 'identity',
  complete_idempotency_key: 'platform',
  declare_common_class: 'register',
  distribute_from_plan: 'plans',
  end_release: 'plans',
  pay_fractions: 'dividends',
  enter_tenant: 'identity',
  enter_tenant_clock: 'identity',
  find_connection_tenant: 'identity',
  find_passkey_tenant: 'identity',
  find_tenant_by_slug: 'identity',
  holder_name: 'register',
  participant_name: 'plans',
  plan_participant_name: 'plans',
  forget_directory_user: 'identity',
  guard_authorized_shares: 'register',
  guard_cancelling: 'payments',
  guard_reversal: 'ledger',
  forget_corrections: 'payments',
  forget_tax_certification: 'register',
  guard_dividend: 'dividends',
  guard_dividend_adjustment: 'dividends',
  guard_dividend_payment: 'dividends',
  guard_meeting_item: 'proxy',
  guard_order_approval: 'payments',
  guard_payment_order: 'payments',
  guard_position_change: 'register',
  guard_sending: 'payments',
  guard_vote_choices: 'proxy',
  has_second_person: 'identity',
  is_approved_change: 'approvals',
  is_live_key: 'identity',
  is_second_operator: 'identity',
  is_second_person: 'identity',
  is_treasury: 'register',
  leave_entry: 'audit',
  linked_shareholder_exists: 'register',
  linked_holders: 'register',
  linking_issuers: 'identity',
  log_request: 'audit',
  move_forfeiture: 'plans',
  newest_payment: 'payments',
  pending_money: 'plans',
  plan_grants: 'plans',
  position_at: 'register',
  positions_at: 'register',
  post_adjustment: 'ledger',
  post_dividend: 'dividends',
  post_entry: 'ledger',
  post_payment: 'ledger',
  post_return: 'ledger',
  purge_login_failures: 'identity',
  purge_request_counts: 'platform',
  purge_shareholder_names: 'register',
  reconcile_dividend: 'dividends',
  require_network: 'identity',
  require_suspended: 'identity',
  reverse_forfeiture_use: 'plans',
  settle_distribution: 'plans',
  settle_forfeiture: 'plans',
  use_forfeitures: 'plans',
  record_changed_positions: 'register',
  record_new_positions: 'register',
  refuse_illegal_transition: 'ledger',
  refuse_unless_open: 'proxy',
  refuse_unauthorized_shares: 'register',
  refuse_unknown_holder: 'register',
  take_dividend_snapshot: 'dividends',
  take_login_attempt: 'identity',
  take_request: 'platform',
  today: 'identity',
  treasury_holders: 'register',
  use_api_key: 'identity',
  votes_of_class: 'register',
  withholding_statuses: 'register',
  withholds_tax: 'register',
};

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const list = (pattern: string) => globSync(pattern, { cwd: REPOSITORY }).sort();
const withoutSqlComments = (sql: string) => sql.replace(/--.*$/gm, '');
const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** The room of each table, by the table's name. */
export const tables = new Map<string, string>();

/** A part of the code, with the room that it stands in. */
interface Statement {
  readonly path: string;
  readonly room: string | undefined;
  readonly text: string;
}

const views: Statement[] = [];
for (const path of list('migrations/*.sql')) {
  const room = ROOMS[basename(path)] ?? `no room for ${path}`;
  const text = withoutSqlComments(read(path));
  for (const [, table = ''] of text.matchAll(/^create (?:unlogged )?table (\w+)/gm)) tables.set(table, room);
  for (const [body = '', view = ''] of text.matchAll(/^create view (\w+)[^;]*;/gm))
    views.push({ path: `view ${view}`, room, text: body });
}

export const functions: readonly Statement[] = list('migrations/functions/*.sql').map((path) => ({
  path,
  room: FUNCTIONS[basename(path, '.sql')],
  text: withoutSqlComments(read(path)),
}));

const code: readonly Statement[] = list('{shared,functions}/**/*.ts')
  .filter((path) => !/\.(test|sample)\.ts$/.test(path) && !path.startsWith('shared/generated/'))
  .map((path) => ({ path, room: path.split('/')[1], text: withoutComments(read(path)) }));

const WRITES = [
  /\b(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*'(\w+)/g,
  /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+(?:only\s+)?(\w+)/gi,
];
const READS = [
  /\b(?:selectFrom|(?:inner|left|right|full|cross)Join(?:Lateral)?|using)\(\s*\[?\s*'(\w+)/g,
  /(?<!\bdelete\s+)\b(?:from|join|using)\s+(?:only\s+)?(\w+)/gi,
  // A list: `from journal j, transactions t`.
  /\bfrom\s+\w+(?:\s+(?:as\s+)?\w+)?\s*,\s*(\w+)/gi,
  // A row of a table as a variable's type.
  /^\s*\w+\s+(\w+);$/gm,
];

/** These find a statement whose table is no part of its text. */
const UNNAMED_READ = /\bsql\.table\(/;
const UNNAMED_WRITE = /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate)\s+\$\{/i;

/** Returns the known tables that a text writes. Words after `update` in prose, and `do update set`, are no tables. */
export function written(text: string): string[] {
  const named = known(text, WRITES);
  return UNNAMED_WRITE.test(text) ? [...named, UNNAMED] : named;
}

const UNNAMED = 'a table named elsewhere';

/** Returns the known tables that a text reads. Views are none: whoever may ask them may read them. */
export function readBy(text: string): string[] {
  const named = known(text, READS);
  return UNNAMED_READ.test(text) ? [...named, UNNAMED] : named;
}

function known(text: string, patterns: readonly RegExp[]): string[] {
  const named = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, table = '']) => table));
  return [...new Set(named)].filter((table) => tables.has(table));
}

/** Lists what stands in another room than the table that it uses, as `file → table`. */
export function acrossRooms(used: (text: string) => readonly string[]): string[] {
  return [...code, ...functions, ...views]
    .flatMap(({ path, room, text }) => used(text).map((table) => ({ path, room, table })))
    .filter(({ room, table }) => room !== tables.get(table))
    .map(({ path, table }) => `${path} → ${table}`)
    .sort();
}
