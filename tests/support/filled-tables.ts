import { createHash } from 'node:crypto';
import type pg from 'pg';

/**
 * One row of a tenant for every table that belongs to tenants, by table: columns and their values beside `tenant_id`. A table
 * that is missing here fails the tests that compare it with the catalogue.
 */
const rowsOf = (
  id: (number: number) => string,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> => ({
  users: { id: lastOf(id(1)), email: 'filled@vestry.example', role: 'OPS', password_hash: 'none' },
  refresh_tokens: {
    user_id: id(1),
    family_id: id(2),
    token_sha256: Buffer.from('x'),
    expires_at: '2099-01-01',
  },
  sign_in_links: {
    user_id: id(1),
    purpose: 'RESET',
    token_sha256: Buffer.from('x'),
    expires_at: '2099-01-01',
  },
  sessions: { id: id(2), user_id: id(1), method: 'PASSWORD', amr: '{pwd}', device: 'curl' },
  second_factors: { id: id(83), user_id: id(1), secret_sealed: 'v1.x.x' },
  recovery_codes: { id: id(84), user_id: id(1), code_sha256: Buffer.from('x') },
  sign_in_challenges: {
    id: id(85),
    user_id: id(1),
    family_id: id(2),
    token_sha256: Buffer.from('x'),
    method: 'PASSWORD',
    amr: '{pwd}',
    expires_at: '2026-01-01',
  },
  passkeys: {
    id: id(86),
    user_id: id(1),
    name: 'Laptop',
    credential_id: 'filled',
    public_key: Buffer.from('x'),
    sign_count: 0,
    transports: '{internal}',
  },
  passkey_challenges: {
    id: id(87),
    session_id: id(2),
    purpose: 'ADD',
    challenge: 'x',
    expires_at: '2026-01-01',
  },
  notices: { id: id(80), user_id: id(1), kind: 'password-changed' },
  idempotency_keys: {
    id: 'filled',
    status: 'INPROGRESS',
    payload_sha256: 'x',
    owner: id(3),
    in_progress_until: '2099-01-01',
    expires_at: '2099-01-01',
  },
  audit_log: {
    actor_role: 'SYSTEM',
    action: 'tenant.updated',
    resource: 'tenants',
    request_id: 'filled',
    payload: '{}',
  },
  outbox: { type: 'upload.completed', payload: '{}', request_id: 'filled', created_at: '2026-01-01' },
  // A path whose parameter is no id names this one.
  security_classes: { code: 'E-1001', name: 'Filled', kind: 'OTHER' },
  position_changes: { reason: 'opening', source: 'test' },
  shareholders: { id: id(4), external_ref: 'filled', name: 'Filled' },
  position_entries: {
    shareholder_id: id(4),
    security_class: 'COMMON',
    delta: '1',
    effective_date: '2026-01-01',
    recorded_at: '2026-01-01',
    reason: 'opening',
    source: 'test',
  },
  corporate_actions: {
    id: id(98),
    security_class: 'COMMON',
    numerator: '2',
    denominator: '1',
    fractions: 'KEEP',
    effective_date: '2099-01-01',
  },
  transfers: {
    id: id(96),
    from_shareholder_id: id(4),
    to_shareholder_id: id(97),
    security_class: 'COMMON',
    quantity: '1',
    effective_date: '2026-01-01',
  },
  treasury_entries: {
    shareholder_id: id(4),
    treasury: 'false',
    effective_date: '2026-01-01',
    recorded_at: '2026-01-01',
  },
  legal_holds: { subject: 'SHAREHOLDER', shareholder_id: id(4), reason: 'filled' },
  shareholder_names: { shareholder_id: id(4), replaced_at: '2026-01-01', name: 'Filled before' },
  drop_credentials: {
    id: id(65),
    name: 'filled',
    folder: 'filled',
    owner_id: id(1),
    slot: 2,
    expires_at: '2099-01-01',
  },
  upload_mappings: {
    id: id(66),
    kind: 'shareholders',
    name: 'filled',
    definition: '{"columns": []}',
  },
  uploads: {
    kind: 'shareholders',
    door: 'DROP',
    filename: 'filled.csv',
    object_key: 'drop/filled',
    request_id: 'filled',
  },
  transactions: { id: id(5), type: 'DIVIDEND', amount: '100', currency: 'USD' },
  transaction_transitions: {
    transaction_id: id(5),
    version: 2,
    from_status: 'PENDING',
    to_status: 'SENT',
  },
  journal: {
    debit_account: 'CASH',
    credit_account: 'RETURNS',
    amount: '100',
    currency: 'USD',
    reason: 'returned',
    effective_date: '2026-01-01',
  },
  change_requests: {
    id: id(60),
    kind: 'payment-settings',
    subject_type: 'settings',
    subject_id: 'payments',
    after: '{}',
    proposal: JSON.stringify({
      version: 1,
      settings: { channel: 'BANK', approve_above: {}, ach_originator: null, cooling_off_hours: null },
    }),
    requested_by: id(2),
    request_id: 'filled',
  },
  bank_accounts: {
    id: id(50),
    shareholder_id: id(4),
    routing_number: '121042882',
    account_number_sealed: 'v1.sealed',
    account_last4: '6789',
    account_type: 'CHECKING',
    holder_name: 'Filled',
  },
  tax_certifications: {
    shareholder_id: id(4),
    certification: 'W8BEN',
    signed_on: '2026-01-05',
    expires_on: '2029-12-31',
  },
  payment_tallies: { day: '2026-01-01', currency: 'USD', party: 'USER', party_id: 'filled', unreviewed: '1' },
  payment_settings: { channel: 'BANK' },
  register_settings: { by_hand_percent: '100', by_file_percent: '100' },
  position_tallies: {
    day: '2026-01-01',
    security_class: 'COMMON',
    means: 'HAND',
    party: 'filled',
    unreviewed: '1',
  },
  issuance_entries: { security_class: 'COMMON', delta: '1' },
  payment_orders: {
    transaction_id: id(5),
    bank_account_id: id(50),
    channel: 'BANK',
    request_id: 'filled',
  },
  bank_events: { transaction_id: id(5), event_id: 'filled', kind: 'SETTLED' },
  account_corrections: {
    ...{
      id: id(130),
      bank_account_id: id(7),
      transaction_id: id(5),
      event_id: 'filled',
      code: 'C01',
      is_applied: 'true',
    },
    ...{ routing_number_before: '121042882', account_last4_before: '6789', account_type_before: 'CHECKING' },
    ...{ routing_number_after: '121042882', account_last4_after: '6780', account_type_after: 'CHECKING' },
    number_before_sealed: 'v1.filled',
  },
  bank_contradictions: { transaction_id: id(5), event_id: 'filled', stood_as: 'FAILED' },
  payment_runs: { dividend_id: id(30), requested_by: id(2), request_id: 'filled' },
  outbound_files: {
    id: id(51),
    day: '2026-01-02',
    modifier: 'A',
    object_key: 'ach/outbound/filled',
    originator: '{}',
    prepared_at: '2026-01-02',
    entries: '1',
    total_amount: '100',
  },
  inbound_files: { id: id(110), object_key: 'ach/inbound/filled/1.ach', etag: 'filled', bytes: '1' },
  inbound_items: {
    id: id(111),
    file_id: id(110),
    line: '1',
    state: 'UNMATCHED',
    kind: 'RETURNED',
    code: 'R03',
    reason: 'filled',
  },
  bank_statements: {
    ...{ id: id(185), file_id: id(110), line: '1', account_id: id(187), currency: 'USD' },
    ...{
      from_day: '2026-01-05',
      to_day: '2026-01-05',
      opening: '0',
      closing: '100',
      entries: '1',
      repeated: '0',
    },
  },
  statement_items: {
    ...{
      id: id(186),
      file_id: id(110),
      statement_id: id(185),
      line: '2',
      state: 'UNMATCHED',
      day: '2026-01-05',
    },
    ...{ amount: '100', currency: 'USD', identity: '0'.repeat(64), reason: 'unknown' },
  },
  statement_legs: { transaction_id: id(5), leg: 'BACK', item_id: id(186), amount: '100' },
  outbound_entries: {
    transaction_id: id(5),
    file_id: id(51),
    trace_sequence: '1',
    trace_number: '121042880000001',
    effective_entry_date: '2026-01-05',
    sec_code: 'PPD',
    instruction_sealed: 'v1.sealed',
  },
  outbound_prenotes: {
    id: id(174),
    bank_account_id: id(50),
    file_id: id(51),
    trace_sequence: '2',
    trace_number: '121042880000002',
    effective_entry_date: '2026-01-05',
    sec_code: 'PPD',
    entry_description: 'PRENOTE',
    instruction_sealed: 'v1.sealed',
  },
  dividends: {
    id: id(30),
    security_class: 'COMMON',
    currency: 'USD',
    exponent: '2',
    rate_per_share: '1',
    declaration_date: '2026-01-01',
    record_date: '2026-01-02',
    payable_date: '2026-01-03',
    idempotency_key: 'filled',
  },
  dividend_lines: {
    dividend_id: id(30),
    shareholder_id: id(4),
    holdings: '1',
    amount: '100',
    transaction_id: id(5),
  },
  dividend_adjustments: {
    dividend_id: id(30),
    shareholder_id: id(4),
    amount: '1',
    reason: 'filled',
    effective_date: '2026-01-03',
    transaction_id: id(5),
    idempotency_key: 'filled',
    requested_by: id(2),
    approved_by: id(3),
  },
  tax_remittances: {
    id: id(88),
    currency: 'USD',
    number: '1',
    form: '945',
    amount: '100',
    paid_on: '2026-01-03',
    reference: 'filled',
    idempotency_key: 'filled',
    requested_by: id(2),
    approved_by: id(3),
  },
  dividend_chunks: {
    dividend_id: id(30),
    first_shareholder_id: id(4),
    last_shareholder_id: id(4),
    holders: '1',
  },
  meetings: {
    id: id(31),
    title: 'Filled',
    security_class: 'COMMON',
    record_date: '2026-01-01',
    opens_at: '2026-01-02',
    closes_at: '2099-01-01',
    quorum: '0.5',
  },
  meeting_classes: { meeting_id: id(31), security_class: 'COMMON' },
  meeting_items: { meeting_id: id(31), id: '1', position: '1', title: 'Filled', kind: 'STANDARD' },
  votes: { id: id(32), meeting_id: id(31), shareholder_id: id(4), weight: '1' },
  vote_choices: { meeting_id: id(31), vote_id: id(32), item_id: '1', kind: 'STANDARD', choice: 'FOR' },
  meeting_tallies: { meeting_id: id(31), effective: '7', revoked: '0', tally: '{}' },
  reporting_transactions: {
    id: id(5),
    version: '1',
    type: 'DIVIDEND',
    status: 'PENDING',
    amount: '100',
    currency: 'USD',
    created_at: '2026-01-01',
    updated_at: '2026-01-01',
  },
  report_exports: {
    report: 'transactions',
    parameters: '{}',
    format: 'csv',
    requested_by: id(1),
    request_id: 'filled',
  },
  webhooks: {
    id: id(60),
    url: 'https://hooks.filled.example/',
    events: '{upload.completed}',
    secrets_sealed: '{v1.sealed}',
  },
  webhook_deliveries: {
    id: id(61),
    webhook_id: id(60),
    event_id: id(62),
    type: 'upload.completed',
    payload: '{}',
    request_id: 'filled',
    next_attempt_at: '2026-01-01',
  },
  security_reports: { reported_to: '1' },
  webhook_attempts: { delivery_id: id(61), attempt: '1', attempted_at: '2026-01-01', duration_ms: '1' },
  connections: {
    id: id(70),
    kind: 'OIDC',
    name: 'Filled',
    issuer: 'https://id.filled.example',
    client_id: 'filled',
    client_authentication: 'SECRET',
    credential_sealed: 'v1.sealed',
    scopes: '{openid}',
    subject_claim: 'sub',
    role_map: '[]',
  },
  api_keys: { id: id(90), name: 'Filled', role: 'OPS', made_by: id(72), expires_at: '2030-01-01' },
  api_key_secrets: {
    id: id(91),
    api_key_id: id(90),
    secret_sha256: createHash('sha256').update(id(91)).digest(),
    issued_to: id(72),
  },
  directory_users: { user_id: lastOf(id(1)), user_name: 'filled@vestry.example', is_provisioned: 'true' },
  directory_groups: { id: id(95), display_name: 'filled' },
  directory_members: { group_id: id(95), user_id: lastOf(id(1)) },
  connection_tests: {
    id: id(71),
    connection_id: id(70),
    started_by: id(72),
    outcome: 'ADMITTED',
    role: 'OPS',
    received: '{}',
  },
  federated_identities: {
    id: id(82),
    issuer: 'https://id.filled.example',
    subject: 'filled',
    user_id: id(72),
  },
  federated_sign_ins: {
    id: id(73),
    connection_id: id(70),
    state_sha256: '\\x00',
    purpose: 'SIGN_IN',
    issuer: 'https://id.filled.example',
    subject: 'filled',
    protocol_subject: 'filled',
    amr: '{}',
    expires_at: '2026-01-01',
  },
  federated_sessions: {
    family_id: id(74),
    connection_id: id(70),
    user_id: id(72),
    issuer: 'https://id.filled.example',
    protocol_subject: 'filled',
    amr: '{}',
  },
  used_logout_tokens: { id: id(81), connection_id: id(70), jti_sha256: Buffer.from('x') },
  sign_in_settings: { sso_required: 'false' },
  tenant_links: { id: id(20), sponsor_tenant_id: id(21), sponsor_slug: 'filled' },
  participants: { employee_id: 'E-1001' },
  plan_documents: { id: id(110), name: 'filled', plan_type: '401K', currency: 'USD' },
  plan_document_versions: {
    document_id: id(110),
    number: 1,
    effective_from: '2020-01-01',
    sources: '{EMPLOYEE}',
    min_age: 0,
    service_months: 0,
    entry_dates: 'IMMEDIATE',
  },
  plans: {
    id: id(22),
    employee_id: 'E-1001',
    plan_type: '401K',
    currency: 'USD',
    enrolled_on: '2026-01-01',
    vesting_start: '2026-01-01',
    vested_as_of: '2026-01-01',
  },
  contributions: {
    plan_id: id(22),
    id: id(23),
    source: 'EMPLOYEE',
    amount: '100',
    currency: 'USD',
    effective_date: '2026-01-01',
    balance_after: '100',
  },
  grants: {
    plan_id: id(22),
    id: id(90),
    quantity: '10',
    grant_date: '2026-01-01',
    vesting_start: '2026-01-01',
  },
  vesting_events: { event: 'IPO' },
  forfeiture_accounts: { plan_type: '401K', currency: 'USD', balance: '100' },
  forfeiture_entries: {
    plan_type: '401K',
    currency: 'USD',
    kind: 'FORFEITED',
    amount: '100',
    balance_after: '100',
    plan_id: id(22),
    effective_date: '2026-01-01',
  },
  contribution_years: { employee_id: 'E-1001', plan_type: '401K', year: '2026', currency: 'USD' },
  payroll_periods: {
    plan_id: id(22),
    period: '2026-01',
    source: 'EMPLOYEE',
    contribution_id: id(23),
    amount: '100',
    upload_id: id(24),
    upload_line: '2',
  },
});

/** The id of a user who comes after those of all callers: what is done to the first user of a tenant is refused to a caller. */
const lastOf = (id: string): string => `f${id.slice(1)}`;

/** An id of the tenant's own; rows that refer to one another share a number. */
function idOf(tenantId: string): (number: number) => string {
  return (number) => `${tenantId.slice(0, 24)}${String(number).padStart(12, '0')}`;
}

export const filledTables: readonly string[] = Object.keys(rowsOf(() => ''));

/** Adds the row of a table for a tenant. */
export function insertRow(table: string, tenantId: string): { text: string; values: unknown[] } {
  const row = rowsOf(idOf(tenantId))[table] ?? {};
  const columns = ['tenant_id', ...Object.keys(row)];
  const places = columns.map((_, index) => `$${index + 1}`);
  const text = `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`;
  return { text, values: [tenantId, ...Object.values(row)] };
}

/** Fills every table for the tenants, past triggers and foreign keys, which have tests of their own. */
export async function fillTables(admin: pg.Pool, tenantIds: readonly string[]): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const tenantId of tenantIds) {
      for (const table of filledTables) {
        const { text, values } = insertRow(table, tenantId);
        // A test tenant brings its limits of the register.
        await client.query(`${text} on conflict do nothing`, values);
      }
    }
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
}
