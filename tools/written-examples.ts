/**
 * Examples of answers that a demo doesn't give, since they take a person, a bank, a directory or a clock: by operation, or by the name of
 * the schema.
 */

const ID = (number: number): string => `019a6c1e-7000-7000-8000-${String(900 + number).padStart(12, '0')}`;
const AT = '2026-11-02T14:03:27.114Z';
const DAY = '2026-11-02';

const tokens = {
  access_token: 'eyJhbGciOiJFUzI1NiJ9…',
  refresh_token: 'vr_…',
  token_type: 'Bearer',
  expires_in: 900,
};
const recovery_codes = ['k3mf-2x9q-7dtw', 'p8rz-h4vn-c6yb'];
const user = {
  id: ID(1),
  tenant_id: ID(2),
  email: 'ops@acme.example',
  role: 'OPS',
  status: 'INVITED',
  employee_id: null,
  version: 1,
  created_at: AT,
  created_by: ID(1),
};
const terms = {
  version: 1,
  effective_from: '2026-01-01',
  sources: ['EMPLOYEE', 'ROTH', 'EMPLOYER'],
  vesting_schedule: { type: 'graded', total_months: 72, every_months: 12 },
  match: {
    source: 'EMPLOYER',
    tiers: [
      { rate: '100', up_to: '3' },
      { rate: '50', up_to: '5' },
    ],
    annual_cap: null,
    pay_periods: 26,
    true_up: true,
  },
  min_age: 21,
  service_months: 6,
  entry_dates: 'QUARTERLY',
  created_at: AT,
  created_by: ID(1),
};
const release = {
  ...{ id: ID(62), sponsor: 'globex', issuer: 'acme', state: 'OFFERED', as_of: DAY },
  ...{ withholding_percent: '22', grants: 2, holders: 2, vested: '1007.5', withheld: '223', net: '784.5' },
  ...{ security_class: null, settled_on: null, decline_reason: null, version: 2 },
  ...{ created_at: AT, created_by: ID(1), updated_at: AT },
};

const reportExport = {
  ...{
    id: ID(63),
    report: 'holdings',
    parameters: {},
    format: 'csv',
    state: 'DONE',
    rows: 1204,
    bytes: 96_320,
  },
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ...{
    url: null,
    failure: null,
    created_at: AT,
    created_by: ID(1),
    completed_at: AT,
    expires_at: '2026-11-09T14:03:27.114Z',
  },
};

const planDocument = {
  id: ID(60),
  tenant_id: ID(2),
  name: '401k-2026',
  plan_type: '401K',
  currency: 'USD',
  version: 1,
  terms,
  versions: [terms],
  created_at: AT,
  created_by: ID(1),
};
const transfer = {
  transfer_id: ID(3),
  from_shareholder_id: ID(4),
  to_shareholder_id: ID(5),
  quantity: '250',
  security_class: 'COMMON',
  effective_date: DAY,
  reverses: null,
  reversed_by: null,
  reason: null,
  recorded_at: AT,
  created_by: ID(1),
};
const split = {
  kind: 'SPLIT',
  security_class: 'COMMON',
  numerator: 3,
  denominator: 1,
  fractions: 'KEEP',
  effective_date: '2026-12-01',
  holders: 500,
  before: '2252025',
  after: '6756075',
  fractions_total: '0',
  authorized_before: '10000000',
  authorized_after: '30000000',
};
const upload = {
  id: ID(6),
  kind: 'shareholders',
  door: 'MULTIPART',
  state: 'RECEIVED',
  filename: 'register.csv',
  dry_run: false,
  as_of: null,
  mode: 'merge',
  mapping: null,
  received_at: AT,
  ...{ rows: 0, accepted: 0, rejected: 0, ignored: 0, recorded: null, unchanged: null },
  ...{ bytes_done: 0, bytes_total: 48_212, sha256: null, failure: null, duplicate_of: null },
  ...{ uploaded_by: ID(1), drop_credential_id: null, created_at: AT, created_by: ID(1), completed_at: null },
  ...{ errors: [], warnings: [], errors_url: null, changes: null, changes_url: null },
};
const taxCertification = {
  shareholder_id: ID(4),
  tax_id: { type: 'SSN', last4: '6789' },
  certification: 'W9',
  signed_on: '2026-01-05',
  ...{ treaty_rate: null, exempt_payee: false, backup_withholding: false },
  ...{ expires_on: null, treaty_country: null, standing: 'VALID', version: 1, updated_at: AT },
};
const file = {
  id: ID(7),
  direction: 'inbound',
  kind: 'ANSWERS',
  state: 'PARTLY',
  object_key: `bank/inbound/${DAY}/returns.ach`,
  bytes: 1_880,
  counts: { items: 2, applied: 1, unmatched: 1, unreadable: 0, resolved: 0, ignored_batches: 0 },
  version: 1,
  created_at: AT,
  updated_at: AT,
};
const sum = (count: number, amount: string) => ({ count, amount });
const scimUser = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  id: ID(1),
  externalId: '00u9h8g7f6e5d4c3b2a1',
  userName: 'ada@acme.example',
  active: true,
  meta: { resourceType: 'User', created: AT, lastModified: AT, version: 'W/"1"' },
};
const scimGroup = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  id: ID(8),
  displayName: 'Vestry operations',
  members: [{ value: ID(1) }],
  meta: { resourceType: 'Group', created: AT, lastModified: AT, version: 'W/"1"' },
};
const scimList = (resource: object) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  ...{ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [resource] },
});

export const WRITTEN: Readonly<Record<string, unknown>> = {
  ListStuckWorkResponse: {
    data: [
      {
        ...{ kind: 'PAYMENT', tenant_id: ID(2), resource: `transactions/${ID(3)}`, status: 'SENT' },
        ...{ channel: 'BANK', restarts: 2, since: AT, request_id: 'req-7f3a' },
      },
    ],
  },
  ListReportExportsResponse: { data: [reportExport], next_cursor: null },
  GetReportExportResponse: reportExport,
  ListExecutionsResponse: {
    data: [
      { name: ID(3), machine: 'disbursement', status: 'RUNNING', started_at: AT, stopped_at: null },
      { name: `${ID(4)}-1`, machine: 'disbursement', status: 'RUNNING', started_at: AT, stopped_at: null },
    ],
    next_cursor: null,
  },
  ListSchedulesResponse: {
    data: [
      {
        ...{ name: 'purge-expired', expression: 'cron(0 4 * * ? *)', enabled: true },
        purpose: 'Erases records whose retention period has ended, unless a legal hold keeps them',
        ...{ last_run_at: '2026-11-02T04:00:00.000Z', runs: 1, failures: 0 },
      },
    ],
  },
  login: tokens,
  TokenPair: tokens,
  ExchangeSignInCodeResponse: tokens,
  CompleteSignInResponse: tokens,
  FinishOidcSignInResponse: { code: 'c_…' },
  FinishSamlSignInResponse: { code: 'c_…' },
  BreakGlassResponse: {
    tenant_id: ID(2),
    access_token: tokens.access_token,
    token_type: 'Bearer',
    expires_in: 900,
  },
  IssueClientTokenResponse: { access_token: tokens.access_token, token_type: 'Bearer', expires_in: 900 },
  CreateUserResponse: user,
  InviteUserResponse: user,
  LinkIdentityResponse: { issuer: 'https://acme.okta.com', subject: '00u9h8g7f6e5d4c3b2a1', user_id: ID(1) },
  ListSignInConnectionsResponse: {
    data: [{ id: ID(9), kind: 'OIDC', name: 'Okta', start_uri: `/api/auth/${ID(9)}/start` }],
  },
  EnrolAtSignInResponse: {
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    otpauth_uri:
      'otpauth://totp/Vestry:ops%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Vestry',
    passkey_options: {},
  },
  BeginPasskeySignInResponse: {
    options: {
      ...{ challenge: 'NmY5YzFlMjAtNGI3ZC00YzFh', rpId: 'shares.example', allowCredentials: [] },
      ...{ userVerification: 'required', timeout: 300_000 },
    },
  },
  SignInByPasskeyResponse: { access_token: tokens.access_token, token_type: 'Bearer', expires_in: 900 },
  RenamePasskeyResponse: {
    id: ID(10),
    name: 'Old laptop',
    created_at: AT,
    last_used_at: AT,
  },
  BeginStepUpResponse: { options: { challenge: 'q83vEjRWeJA', userVerification: 'required' } },
  AddPasskeyResponse: {
    id: ID(10),
    name: 'Laptop',
    created_at: AT,
    last_used_at: null,
    recovery_codes,
  },
  ConfirmSecondFactorResponse: { recovery_codes },
  RenewRecoveryCodesResponse: { recovery_codes },
  RotateApiKeyResponse: {
    id: ID(11),
    name: 'payroll system',
    role: 'OPS',
    routes: null,
    networks: null,
    status: 'ACTIVE',
    made_by: ID(1),
    confirmed_by: ID(12),
    created_at: AT,
    created_by: ID(1),
    expires_at: '2027-11-02T14:03:27.114Z',
    last_used_at: null,
    last_used_from: null,
    version: 3,
    secret: 'vk_…',
  },
  DropKey: {
    id: ID(13),
    access_key_id: 'AKIA…',
    secret_access_key: '…',
    region: 'eu-central-1',
    bucket: 'vestry-acme-uploads',
    prefix: 'drop/acme/',
    expires_at: '2027-11-02T14:03:27.114Z',
    version: 3,
  },
  Transfer: transfer,
  NewTransfer: { ...transfer, too_late_for: [{ what: 'dividend', id: ID(14), record_date: '2026-11-01' }] },
  SplitPreview: {
    ...{
      ...split,
      numerator: 1,
      denominator: 4,
      fractions: 'CASH',
      after: '563004',
      fractions_total: '2.25',
    },
    ...{ authorized_after: '2500000' },
    cash: {
      ...{ price_per_share: '41.6', currency: 'USD', payable_date: '2026-12-15' },
      ...{ holders: 3, shares: '2.25', total_amount: '93.60', withheld_amount: '0.00' },
      largest: [
        {
          ...{ shareholder_id: ID(3), external_ref: 'ACME-00400', holdings: '1203', fraction: '0.75' },
          ...{ amount: '31.20', withheld: '0.00' },
        },
      ],
    },
  },
  CorporateAction: {
    id: ID(15),
    ...split,
    state: 'SCHEDULED',
    applied_at: null,
    version: 1,
    created_at: AT,
    created_by: ID(1),
    updated_at: AT,
  },
  OfferedUpload: upload,
  listTaxRemittances: {
    data: [
      {
        ...{ id: ID(21), form: '945', amount: '1200.00', currency: 'USD', paid_on: '2026-03-16' },
        ...{ reference: '270647512345678', approved_by: ID(2), created_at: AT, created_by: ID(1) },
      },
    ],
    next_cursor: null,
  },
  get1042SReport: {
    ...{ tax_year: 2026, recipients: 1, total: '1250.00', total_withheld: '187.50' },
    data: [
      {
        ...{ tax_year: 2026, account_number: 'ACME-00417', recipient_name: 'Greta Halter' },
        ...{ recipient_address: null, recipient_tin: null, treaty_country: 'DE', box_1_income_code: '06' },
        ...{ box_2_gross_income: '1250.00', box_3b_tax_rate: '15', box_7a_federal_tax_withheld: '187.50' },
      },
    ],
    next_cursor: null,
  },
  getTaxCertification: taxCertification,
  setTaxCertification: taxCertification,
  createContributionUpload: { ...upload, kind: 'contributions', filename: 'payroll.csv' },
  createBallotUpload: { ...upload, kind: 'ballots', filename: 'ballots.csv' },
  createKycUpload: { ...upload, kind: 'kyc', filename: 'kyc.csv' },
  createParticipantUpload: { ...upload, kind: 'participants', filename: 'census.csv' },
  listParticipants: {
    data: [
      {
        employee_id: 'E-1001',
        name: 'Ada Okafor-Lindgren',
        email: 'ada@globex.example',
        date_of_birth: '1974-05-17',
        hired_on: '2019-03-01',
        terminated_on: null,
        rehired_on: null,
        compensation: '85000.00',
        wages: [{ year: 2025, amount: '83210.55' }],
        kyc_status: 'VERIFIED',
        version: 3,
        created_at: AT,
        created_by: ID(1),
      },
    ],
    next_cursor: null,
  },
  PlanDocument: planDocument,
  postMatch: {
    plan_document_id: ID(60),
    plan_document_version: 1,
    pay_date: '2026-10-30',
    run_id: 'match',
    true_up: false,
    dry_run: false,
    currency: 'USD',
    posted: 1,
    unchanged: 0,
    refused: 0,
    total: '92.31',
    compensation_limit: '360000.00',
    version: 1,
    lines: [
      {
        plan_id: ID(61),
        employee_id: 'E-1001',
        deferred: '138.46',
        pay: '60000.00',
        matched_before: '1846.20',
        amount: '92.31',
        outcome: 'POSTED',
        refusal: null,
      },
    ],
  },
  proposePartialTermination: {
    ...{ plan_type: '401K', date: DAY, plans: 148, unchanged: 12 },
    vests: [{ unit: 'USD', amount: '182114.09' }],
  },
  reverseForfeitureUse: {
    ...{ id: ID(64), kind: 'REVERSED', plan_type: '401K', currency: 'USD', amount: '250.00' },
    ...{ balance_after: '1250.00', plan_id: null, pay_date: DAY, reverses: ID(65) },
    ...{ effective_date: DAY, created_at: AT, created_by: ID(1) },
  },
  listMatches: {
    data: [
      {
        ...{ pay_date: '2026-10-30', run_id: 'match', true_up: false, source: 'EMPLOYER' },
        ...{ currency: 'USD', posted: 214, reversed: 1, total: '19742.54' },
      },
    ],
    next_cursor: null,
  },
  listVestingEvents: {
    data: [{ event: 'IPO', occurred_on: null, plans: 214, awaiting_event: '80312.5' }],
    next_cursor: null,
  },
  proposeRelease: {
    ...{ issuer: 'acme', as_of: DAY, withholding_percent: '22', grants: 2, holders: 2 },
    ...{ vested: '1007.5', withheld: '223', net: '784.5' },
    left_out: { without_holder: 1, beyond_limit: 0 },
  },
  Release: release,
  listReleases: { data: [release], next_cursor: null },
  listReleaseLines: {
    data: [
      {
        ...{ plan_id: ID(61), grant_id: ID(63), participant_name: null },
        ...{ shareholder_id: ID(1), holder_name: 'Ada Lovelace' },
        ...{ vested: '1000.5', withheld: '221', net: '779.5' },
      },
    ],
    next_cursor: null,
  },
  settleRelease: {
    ...{ release_id: ID(62), security_class: 'COMMON', holders: 2, net: '784.5' },
    ...{ before: '1000000', after: '1000784.5', authorized: '2000000', version: 2 },
  },
  listPlanDocuments: { data: [planDocument], next_cursor: null },
  createTaxCertificationUpload: { ...upload, kind: 'tax-certifications', filename: 'forms.csv' },
  createBankAccountUpload: { ...upload, kind: 'bank-accounts', filename: 'accounts.csv' },
  GetDividendReportResponse: {
    dividend_id: ID(14),
    state: 'PAID',
    currency: 'USD',
    lines: sum(1, '125.50'),
    withheld: '30.12',
    payments: [{ status: 'SETTLED', ...sum(1, '95.38') }],
    returned: sum(0, '0.00'),
    taken_back: sum(0, '0.00'),
    journal: {
      ...{ declared: '125.50', added: '0.00', reduced: '0.00', cancelled: '0.00' },
      ...{ withheld: '30.12', withholding_reduced: '0.00' },
      ...{ sent: '95.38', settled: '95.38', failed: '0.00', returned: '0.00' },
    },
    reconciled: true,
    differences: [],
    data: [
      {
        ...{ shareholder_id: ID(4), external_ref: 'ACME-00042', name: 'Ada Okafor', holdings: '1255' },
        ...{
          entitled: '125.50',
          withheld: '30.12',
          transaction_id: ID(16),
          status: 'SETTLED',
          return_code: null,
          returned: '0.00',
        },
        ...{ adjustment_id: null, adjusted_on: null, adjustment_reason: null },
      },
    ],
    next_cursor: null,
  },
  ListDividendPaymentsResponse: {
    data: [
      {
        ...{
          id: ID(16),
          tenant_id: ID(2),
          type: 'DISBURSE',
          status: 'SETTLED',
          amount: '125.50',
          currency: 'USD',
        },
        ...{ shareholder_id: ID(4), dividend_id: ID(14), bank_account_id: ID(23), version: 3 },
        ...{
          created_at: AT,
          created_by: ID(1),
          updated_at: AT,
          external_ref: 'ACME-00042',
          state: 'SETTLED',
        },
      },
    ],
    next_cursor: null,
  },
  GetPlanStatementResponse: {
    ...{
      plan_id: ID(18),
      employee_id: 'E-1001',
      plan_type: '401K',
      currency: 'USD',
      from: '2026-10-01',
      to: DAY,
    },
    balance: { opening: '7053.75', closing: '7266.75' },
    vested: { opening: '5640.00', closing: '5810.40', unit: 'USD' },
    data: [
      {
        ...{ day: '2026-10-31', kind: 'CONTRIBUTION', source: 'EMPLOYEE', quantity: null, amount: '213.00' },
        ...{ balance: '7266.75', reference: ID(24), note: null },
      },
    ],
    next_cursor: null,
  },
  Forfeiture: {
    ...{
      id: ID(17),
      kind: 'USED',
      plan_type: '401K',
      currency: 'USD',
      amount: '-62.75',
      balance_after: '437.25',
    },
    ...{ plan_id: null, pay_date: '2026-10-31', reverses: null, effective_date: DAY },
    ...{ created_at: AT, created_by: ID(1) },
  },
  BankFile: { ...file, acknowledged_at: AT, acknowledged_by: ID(12) },
  FetchBankFileResponse: {
    ...file,
    ...{
      direction: 'outbound',
      kind: 'PAYMENTS',
      state: 'FETCHED',
      object_key: `bank/outbound/${DAY}/1.ach`,
    },
    ...{ day: DAY, payments: 2, total: '251.00', fetched_at: AT, fetched_by: ID(1) },
    url: 'https://vestry-acme-bank-files.s3.eu-central-1.amazonaws.com/outbound/1.ach?X-Amz-Expires=300&X-Amz-Signature=…',
  },
  GetBankFileResponse: {
    ...file,
    items: [
      {
        ...{ id: ID(19), state: 'UNMATCHED', line: 4, kind: 'RETURNED', code: 'R03' },
        ...{ meaning: 'No account, or unable to locate it', trace_number: '121042880000001' },
        ...{
          original_trace_number: '091000010000042',
          amount: '125.50',
          reason: null,
          transaction_id: null,
          bank_account_id: null,
        },
      },
    ],
    next_cursor: null,
  },
  GetBankReconciliationResponse: {
    ...{ as_of: DAY, currency: 'USD' },
    bank: {
      ...{ opening_day: DAY, opening_balance: '1000.00', closing_day: DAY, closing_balance: '727.66' },
      entries: sum(3, '-272.34'),
    },
    ledger: {
      ...{ cash: '0.00', in_transit: '-385.50', balance: '-385.50' },
      ...{ moved_otherwise: '0.00', before_statements: '0.00' },
    },
    ...{ matched: sum(3, '-385.50'), explained: sum(0, '0.00'), unmatched: sum(1, '-12.34') },
    ...{ ahead: sum(1, '125.50'), outstanding: sum(0, '0.00'), difference: '0.00' },
    data: [
      {
        ...{ day: DAY, held_by: 'BANK', amount: '125.50', reason: 'not-in-ledger', item_id: ID(19) },
        ...{ bank_file_id: ID(7), transaction_id: ID(23), reference: '121042880000042' },
      },
    ],
    next_cursor: null,
  },
  ReceiveBankCallbackResponse: { received: true },
  WebhookDelivery: {
    ...{ id: ID(20), webhook_id: ID(21), event_id: ID(22), type: 'transaction.settled', state: 'DELIVERED' },
    next_attempt_at: null,
    attempts: [{ attempt: 1, attempted_at: AT, duration_ms: 84, status: 204, error: null }],
    ...{ created_at: AT, created_by: ID(1), delivered_at: AT },
  },
  ListHistoryResponse: {
    data: [
      {
        ...{ id: ID(68), ts: AT, actor_id: ID(1), actor_role: 'OPS', action: 'shareholder.closed' },
        ...{ resource: `shareholders/${ID(4)}`, request_id: 'req-7f3a', source_ip: null, user_agent: null },
        ...{ outcome: 'done', problem: null, payload: { id: ID(4) }, changes_complete: true },
        changes: [
          {
            resource: `shareholders/${ID(4)}`,
            before: { status: 'ACTIVE' },
            after: { status: 'CLOSED' },
          },
        ],
      },
    ],
    next_cursor: null,
  },
  ListRequestsResponse: {
    data: [
      {
        ...{ id: ID(67), at: AT, method: 'POST', route: '/shareholders/transfers' },
        ...{ operation: 'transferShares', status: 422, problem: '/problems/insufficient-position' },
        ...{ request_id: 'payroll-7741', actor_type: 'API_KEY', actor_id: ID(66), actor_role: 'OPS' },
        ...{ duration_ms: 23, source_ip: '203.0.113.7' },
      },
    ],
    next_cursor: null,
  },
  Clock: {
    ...{ now: '2027-01-15T05:00:00.412Z', today: '2027-01-15', time_zone: 'America/New_York' },
    ahead_seconds: 6_341_793,
  },
  ListEventsResponse: {
    data: [
      {
        ...{ id: ID(81), type: 'upload.completed', time: AT, tenant_id: ID(2), schema_version: 1 },
        data: {
          ...{ upload_id: ID(82), kind: 'SHAREHOLDERS', dry_run: false },
          ...{ rows: 500, accepted: 498, rejected: 2, ignored: 0 },
        },
      },
    ],
    next_cursor: null,
  },
  ReplayWebhookResponse: { deliveries: 118 },
  GetRejectedRowsResponse: {
    columns: [
      ...['external_ref', 'name', 'email', 'holdings', 'vestry_error_line', 'vestry_error_column'],
      ...['vestry_error_code', 'vestry_error_message', 'vestry_error_row'],
    ],
    rows: [
      [
        ...['ACME-00017', 'Ada Okafor', '', 'ten', '18', 'holdings', 'invalid-number'],
        ...['holdings must be a plain decimal number, such as 1250.5.', '3ed34fa147babfdd'],
      ],
    ],
    complete: true,
  },
  RedriveDeadLettersResponse: { queue: 'uploads', messages: 3 },
  ...Object.fromEntries(
    ['Create', 'Get', 'Replace', 'Patch'].flatMap((verb) => [
      [`${verb}ScimUserResponse`, scimUser],
      [`${verb}ScimGroupResponse`, scimGroup],
    ]),
  ),
  ListScimUsersResponse: scimList(scimUser),
  ListScimGroupsResponse: scimList(scimGroup),
};
