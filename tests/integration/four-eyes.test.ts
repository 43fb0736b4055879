import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANGE_KINDS, type ChangeKind, CONTROLLED_CHANGES } from '#approvals/controlled-changes.ts';
import { handler as createApiKeyHandler } from '#functions/identity/create-api-key.ts';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as resetFactorHandler } from '#functions/identity/reset-second-factor.ts';
import { handler as setSignInSettingsHandler } from '#functions/identity/set-sign-in-settings.ts';
import { handler as updateConnectionHandler } from '#functions/identity/update-connection.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { handler as addAccountHandler } from '#functions/payments/create-participant-bank-account.ts';
import { handler as matchBankItem } from '#functions/payments/match-bank-item.ts';
import { handler as rejectBankFile } from '#functions/payments/reject-bank-file.ts';
import { handler as enrollHandler } from '#functions/plans/enroll-plan.ts';
import { handler as proposePartialHandler } from '#functions/plans/propose-partial-termination.ts';
import { handler as recordVestingEventHandler } from '#functions/plans/record-vesting-event.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { handler as setParticipantKycHandler } from '#functions/plans/set-participant-kyc.ts';
import { handler as getTaxHandler } from '#functions/register/get-tax-certification.ts';
import { handler as setTaxHandler } from '#functions/register/set-tax-certification.ts';
import { handler as updateShareholderHandler } from '#functions/register/update-shareholder.ts';
import { handler as releaseHoldHandler } from '#functions/retention/release-legal-hold.ts';
import { createApiKey } from '#identity/api-keys/api-keys.routes.ts';
import { updateConnection } from '#identity/connections/connections.routes.ts';
import { setSignInSettings } from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { createUser, resetSecondFactor, updateUser } from '#identity/users/users.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { USER_ROLES, type UserRole } from '#kernel/roles.ts';
import * as bankFiles from '#payments/files/bank-files.routes.ts';
import * as matching from '#payments/files/match-bank-item.routes.ts';
import { createParticipantBankAccount } from '#payments/payees/bank-accounts.routes.ts';
import { enrollPlan } from '#plans/enrolment.routes.ts';
import { proposePartialTermination } from '#plans/partial-terminations/partial-terminations.routes.ts';
import { setParticipant, setParticipantKyc } from '#plans/participants/participants.routes.ts';
import { recordVestingEvent } from '#plans/vesting-events/vesting-events.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { updateShareholder } from '#register/shareholders.routes.ts';
import { getTaxCertification, setTaxCertification } from '#register/tax/tax-certifications.routes.ts';
import { releaseLegalHold } from '#retention/retention.routes.ts';
import { withholdingOf } from '#tests/oracles/withholding.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { insertDropCredential } from '#tests/support/drop-credentials.ts';
import { ACCOUNT, Payments } from '#tests/support/payment-client.ts';
import { enroll } from '#tests/support/plans.ts';
import { Register } from '#tests/support/register.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { otherSide, Releases, vestedPlan } from '#tests/support/releases.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertSession, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { DELIVERY, objectText, storeFile } from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

/**
 * No single person moves money or shares past the limits. The cases are made from the table of controlled changes: each kind, by each
 * role that proposes it, decided by everybody whom the proposer can be, make or reset.
 */

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';
const PASSWORD = 'correct horse battery';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  process.env.BANK_BY_HTTP = 'on';
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const one = async (text: string, values: unknown[]): Promise<Record<string, unknown>> =>
  (await database.admin.query(text, values)).rows[0] ?? {};

interface Proposed {
  /** The id of the change request. */
  readonly request: string;
  /** Reads what the change is about, as it is now. */
  readonly effect: () => Promise<unknown>;
}

const requested = (answer: TestResponse): string => {
  if (answer.status !== 202 || answer.body.state !== 'PENDING') throw new Error(answer.text);
  return answer.body.id;
};

async function requestFor(tenant: TestTenant, subject: string): Promise<string> {
  const { id } = await one('select id from change_requests where tenant_id = $1 and subject_id = $2', [
    tenant.id,
    subject,
  ]);
  return String(id);
}

async function verifiedHolder(tenant: TestTenant): Promise<string> {
  const { id } = await one(
    `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, $2, 'Ada', 'VERIFIED') returning id`,
    [tenant.id, randomUUID()],
  );
  return String(id);
}

/** A payment that the bank may have. */
async function releasedPayment(tenant: TestTenant): Promise<string> {
  const holder = await verifiedHolder(tenant);
  await database.admin.query(
    `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
     values ($1, $2, '121042882', 'v1.sealed', '0000', 'CHECKING', 'Ada')`,
    [tenant.id, holder],
  );
  const order = { shareholder_id: holder, amount: '1.00', currency: 'USD' };
  const { body } = await new Payments(tenant.as('OPS')).order(order);
  await database.admin.query('update payment_orders set released_at = now() where transaction_id = $1', [
    body.id,
  ]);
  return body.id;
}

const FILE = 'external_ref,name,holdings\nMALLORY,Mallory,5000\n';

const uploadOf = (id: string) => one('select state, approved_by from uploads where id = $1', [id]);

/** Enters a holder of all shares, in a register with the limits that a tenant has by default. */
async function openRegister(tenant: TestTenant): Promise<string> {
  await database.admin.query('delete from register_settings where tenant_id = $1', [tenant.id]);
  return (await new Register(tenant.as('OPS')).holder('1000')).id;
}

async function pendingDividend(tenant: TestTenant, by: Principal): Promise<string> {
  await enterHolders(database.admin, tenant.id, ['100000']);
  const id = await new Dividends(by).declare();
  await work(aws);
  return id;
}

async function insertPayee({ id }: TestTenant): Promise<string> {
  const { external_ref } = await one(
    'insert into shareholders (tenant_id, external_ref, name) values ($1, gen_random_uuid()::text, $2) returning external_ref',
    [id, 'Ann'],
  );
  return String(external_ref);
}

/** The way to propose each kind, and the place where its effect is seen. A kind without an entry does not compile. */
const PROPOSALS: Readonly<Record<ChangeKind, (tenant: TestTenant, by: Principal) => Promise<Proposed>>> = {
  'user-created': async (tenant, by) => {
    const email = `${randomUUID()}@vestry.example`;
    const body = { email, role: 'COMPLIANCE', password: PASSWORD };
    return {
      request: requested(await call(createUserHandler, createUser, { as: by, body })),
      effect: () => one('select role from users where tenant_id = $1 and email = $2', [tenant.id, email]),
    };
  },
  'user-changed': async (tenant, by) => {
    const { actorId } = tenant.as('OPS');
    const target = by.actorId === actorId ? tenant.as('COMPLIANCE').actorId : actorId;
    return {
      request: requested(await changeUser(by, target, { password: PASSWORD })),
      effect: () => one('select password_hash, role from users where id = $1', [target]),
    };
  },
  payment: async (tenant, by) => {
    const holder = await verifiedHolder(tenant);
    await database.admin.query(
      `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
       values ($1, $2, '121042882', 'v1.sealed', '0000', 'CHECKING', 'Ada')`,
      [tenant.id, holder],
    );
    const order = { shareholder_id: holder, amount: '9999999.00', currency: 'USD' };
    const { body } = await new Payments(by).order(order);
    return {
      request: await requestFor(tenant, body.id),
      effect: () =>
        one('select approval, released_at from payment_orders where transaction_id = $1', [body.id]),
    };
  },
  'payment-run': async (tenant, by) => {
    const dividend = await pendingDividend(tenant, by);
    const approval = await requestFor(tenant, dividend);
    await new Approvals(tenant.as('COMPLIANCE')).approve(approval);
    return {
      request: requested(await new Payments(by).disburseDividend(dividend)),
      effect: () => one('select state from payment_runs where dividend_id = $1', [dividend]),
    };
  },
  'bank-account': async (tenant, by) => {
    const asked = await new Payments(by).proposeAccount(await verifiedHolder(tenant));
    return {
      request: requested(asked),
      effect: () => one('select approval from bank_accounts where id = $1', [asked.body.subject.id]),
    };
  },
  'bank-item': async (tenant, by) => {
    const payment = await releasedPayment(tenant);
    const item = await one(
      `with file as (insert into inbound_files (tenant_id, object_key, etag, bytes, state) values ($1, $2, 'x', 1, 'PARTLY') returning id)
       insert into inbound_items (tenant_id, file_id, line, state, kind, code, reason)
       select $1, id, 1, 'UNMATCHED', 'RETURNED', 'R03', 'no-such-payment' from file returning id, file_id`,
      [tenant.id, randomUUID()],
    );
    const asked = await call(matchBankItem, matching.matchBankItem, {
      as: by,
      params: { id: String(item.file_id), item_id: String(item.id) },
      headers: { 'If-Match': '"1"' },
      body: { transaction_id: payment },
    });
    return {
      request: requested(asked),
      effect: () => one('select state from inbound_items where id = $1', [item.id]),
    };
  },
  'statement-item': async (tenant, by) => {
    const item = await one(
      `with file as (insert into inbound_files (tenant_id, object_key, etag, bytes, state, kind) values ($1, $2, 'x', 1, 'PARTLY', 'STATEMENT')
         returning id),
       statement as (insert into bank_statements (tenant_id, file_id, line, account_id, currency, from_day, to_day, opening, closing, entries, repeated)
         select $1, id, 1, id, 'USD', '2026-07-03', '2026-07-03', 0, -1, 1, 0 from file returning id, file_id)
       insert into statement_items (tenant_id, file_id, statement_id, line, state, day, amount, currency, identity, reason)
       select $1, file_id, id, 2, 'UNMATCHED', '2026-07-03', -1, 'USD', repeat('0', 32) || md5(random()::text), 'unknown' from statement returning id, file_id`,
      [tenant.id, randomUUID()],
    );
    const asked = await call(matchBankItem, matching.matchBankItem, {
      as: by,
      params: { id: String(item.file_id), item_id: String(item.id) },
      headers: { 'If-Match': '"1"' },
      body: { explanation: 'FEE', reason: 'The price list of the bank.' },
    });
    return {
      request: requested(asked),
      effect: () => one('select state, explanation from statement_items where id = $1', [item.id]),
    };
  },
  'bank-file-rejection': async (tenant, by) => {
    const file = await one(
      `insert into outbound_files (tenant_id, day, modifier, state, object_key, originator, prepared_at, entries, total_amount)
       select $1, current_date, chr(65 + count(*)::integer), 'WRITTEN', 'ach/outbound/x', '{}', now(), 1, 100
       from outbound_files where tenant_id = $1 returning id`,
      [tenant.id],
    );
    const asked = await call(rejectBankFile, bankFiles.rejectBankFile, {
      as: by,
      params: { id: String(file.id) },
      body: { reason: 'The bank has said so on the telephone.' },
      headers: { 'If-Match': '"1"' },
    });
    return {
      request: requested(asked),
      effect: () => one('select rejected_at, rejected_for from outbound_files where id = $1', [file.id]),
    };
  },
  'payment-reversal': async (tenant, by) => {
    const payment = await releasedPayment(tenant);
    const app = await database.connectAsApp();
    await app.query(`select set_config('app.tenant_id', $1, false)`, [tenant.id]);
    await app.query(`update transactions set status = 'SENT', version = version + 1 where id = $1`, [
      payment,
    ]);
    await app.end();
    const { body } = await new Payments(by).reverse(payment);
    return {
      request: await requestFor(tenant, body.id),
      effect: () => one('select approval from payment_orders where transaction_id = $1', [body.id]),
    };
  },
  'payment-resolution': async (tenant, by) => {
    const payment = await releasedPayment(tenant);
    const known = { outcome: 'SETTLED', reason: 'The bank has said so on the telephone.' };
    return {
      request: requested(await new Payments(by).resolve(payment, known)),
      effect: () => one('select status from transactions where id = $1', [payment]),
    };
  },
  dividend: async (tenant, by) => {
    const dividend = await pendingDividend(tenant, by);
    return {
      request: await requestFor(tenant, dividend),
      effect: () => one('select approval from dividends where id = $1', [dividend]),
    };
  },
  'dividend-cancelled': async (tenant, by) => {
    const dividend = await pendingDividend(tenant, by);
    await new Approvals(tenant.as('COMPLIANCE')).approve(await requestFor(tenant, dividend));
    return {
      request: requested(await new Dividends(by).cancel(dividend)),
      effect: () => one('select state from dividends where id = $1', [dividend]),
    };
  },
  'dividend-adjustment': async (tenant, by) => {
    const dividend = await pendingDividend(tenant, by);
    const holder = await openRegister(tenant);
    const adjustment = { shareholder_id: holder, amount: '1000000.00', reason: 'The holder was missed.' };
    return {
      request: requested(await new Dividends(by).adjust(dividend, adjustment)),
      effect: () =>
        one('select count(*) from transactions where dividend_id = $1 and shareholder_id = $2', [
          dividend,
          holder,
        ]),
    };
  },
  'tax-certification': async (tenant, by) => {
    await withhold(tenant);
    const holder = await verifiedHolder(tenant);
    const w9 = { tax_id: SSN, certification: 'W9', signed_on: '2026-01-02' };
    return {
      request: requested(await certify(by, holder, w9)),
      effect: () => one('select certification from tax_certifications where shareholder_id = $1', [holder]),
    };
  },
  'tax-remittance': async (tenant, by) => {
    await database.admin.query(
      `insert into journal (tenant_id, debit_account, credit_account, amount, currency, reason, effective_date)
       values ($1, 'DIVIDENDS_PAYABLE', 'TAX_WITHHELD', 1000, 'USD', 'tax-withheld', current_date - 30)`,
      [tenant.id],
    );
    return {
      request: requested(await new Dividends(by).remit({ amount: '10.00' })),
      effect: () =>
        one(`select count(*) from journal where tenant_id = $1 and reason = 'tax-remitted'`, [tenant.id]),
    };
  },
  position: async (tenant, by) => {
    const holder = await openRegister(tenant);
    return {
      request: requested(await new Register(by).update(holder, { holdings: '9999' })),
      effect: () => one('select holdings from shareholders where id = $1', [holder]),
    };
  },
  'register-file': async (tenant, by) => {
    await openRegister(tenant);
    const { id } = (await new RegisterFiles(aws, by).load(FILE)).body;
    return { request: await requestFor(tenant, id), effect: () => uploadOf(id) };
  },
  'dropped-file': async (tenant, by) => {
    await openRegister(tenant);
    const credential = await insertDropCredential(database.admin, tenant, { owner: by });
    const stored = await storeFile(aws, `drop/${tenant.slug}/shareholders/dropped.csv`, FILE, credential);
    await processUpload(stored, DELIVERY);
    const { rows } = await database.admin.query('select id from uploads where object_ref = $1', [stored.ref]);
    const id: string = rows[0]?.id;
    return { request: await requestFor(tenant, id), effect: () => uploadOf(id) };
  },
  'kyc-file': async (tenant, by) => {
    const ref = await insertPayee(tenant);
    const { id } = (await new RegisterFiles(aws, by, 'kyc').load(`payee,status\n${ref},PENDING\n`)).body;
    return { request: await requestFor(tenant, id), effect: () => uploadOf(id) };
  },
  'tax-certification-file': async (tenant, by) => {
    const ref = await insertPayee(tenant);
    const file = `payee,tax_id_type,tax_id,certification,signed_on\n${ref},SSN,123-45-6789,W9,2026-01-05\n`;
    const { id } = (await new RegisterFiles(aws, by, 'taxes').load(file)).body;
    return { request: await requestFor(tenant, id), effect: () => uploadOf(id) };
  },
  'bank-account-file': async (tenant, by) => {
    const header = 'payee,routing_number,account_number,account_type,holder_name';
    const file = `${header}\n${await insertPayee(tenant)},121042882,123456,CHECKING,Ann\n`;
    const { id } = (await new RegisterFiles(aws, by, 'accounts').load(file)).body;
    return { request: await requestFor(tenant, id), effect: () => uploadOf(id) };
  },
  'legal-hold-released': async (tenant, by) => {
    const { id } = await one(
      `insert into legal_holds (tenant_id, subject, reason) values ($1, 'TENANT', 'Matter 1') returning id`,
      [tenant.id],
    );
    const request = { as: by, params: { id: String(id) } };
    return {
      request: requested(await call(releaseHoldHandler, releaseLegalHold, request)),
      effect: () => one('select released_at from legal_holds where id = $1', [id]),
    };
  },
  'corporate-action': async (tenant, by) => {
    await openRegister(tenant);
    const split = {
      kind: 'SPLIT',
      numerator: 2,
      denominator: 1,
      fractions: 'KEEP',
      effective_date: '2099-01-04',
    };
    return {
      request: requested(await new Register(by).split(split)),
      effect: () => one('select state from corporate_actions where tenant_id = $1', [tenant.id]),
    };
  },
  'vesting-event': async (tenant, by) => {
    await one(
      `insert into vesting_events (tenant_id, event) values ($1, 'IPO')
       on conflict (tenant_id, event) do update set occurred_on = null returning event`,
      [tenant.id],
    );
    const request = {
      ...{ as: by, body: { event: 'IPO', occurred_on: '2026-01-05' } },
      headers: { 'Idempotency-Key': randomUUID() },
    };
    return {
      request: requested(await call(recordVestingEventHandler, recordVestingEvent, request)),
      effect: () => one('select occurred_on from vesting_events where tenant_id = $1', [tenant.id]),
    };
  },
  'partial-termination': async (tenant, by) => {
    const order = { employee_id: 'E-1', plan_type: 'RSU', enrolled_on: '2025-01-15' };
    const grant = { quantity: '100', grant_date: '2025-01-15', vesting_start: '2025-01-15' };
    const cliff = { type: 'cliff', cliff_months: 240 };
    const { body } = await enroll(tenant, { ...order, grant, vesting_schedule: cliff });
    const request = {
      ...{ as: by, body: { plan_type: 'RSU', plans: [body.id] } },
      headers: { 'Idempotency-Key': randomUUID() },
    };
    return {
      request: requested(await call(proposePartialHandler, proposePartialTermination, request)),
      effect: () => one('select vested_quantity from plans where id = $1', [body.id]),
    };
  },
  release: async (tenant, by) => {
    const { issuer } = await otherSide(database.admin, tenant);
    await vestedPlan(tenant, issuer, '100');
    const waiting = await new Releases(by).propose({ issuer: issuer.slug });
    return {
      request: requested(waiting),
      effect: () => one('select state from releases where id = $1', [waiting.body.subject.id]),
    };
  },
  'release-settlement': async (tenant, by) => {
    const { sponsor } = await otherSide(database.admin, tenant);
    const { holder } = await vestedPlan(sponsor, tenant, '100');
    const run = await new Releases(sponsor.as('OPS')).propose({ issuer: tenant.slug });
    await approved(sponsor, run);
    return {
      request: requested(await new Releases(by).settle(run.body.subject.id, 2)),
      effect: () => one('select holdings from shareholders where id = $1', [holder]),
    };
  },
  'register-settings': async (tenant, by) => {
    await database.admin.query('delete from register_settings where tenant_id = $1', [tenant.id]);
    return {
      request: requested(await new Register(by).setSettings({ by_hand_percent: '100' })),
      effect: () => one('select by_hand_percent from register_settings where tenant_id = $1', [tenant.id]),
    };
  },
  'security-class': async (tenant, by) => {
    await openRegister(tenant);
    return {
      request: requested(await new Register(by).updateClass('COMMON', { votes_per_share: '10' })),
      effect: () =>
        one(`select votes_per_share from security_classes where tenant_id = $1 and code = 'COMMON'`, [
          tenant.id,
        ]),
    };
  },
  'payment-settings': async (tenant, by) => {
    const settings = { approve_above: [{ currency: 'USD', amount: '9999999.00' }] };
    return {
      request: requested(await new Payments(by).setSettings(settings)),
      effect: () => one('select approve_above from payment_settings where tenant_id = $1', [tenant.id]),
    };
  },
  connection: async (tenant, by) => {
    const id = await testedConnection(tenant, 'DRAFT');
    const request = { as: by, params: { id }, body: { status: 'ACTIVE' }, headers: { 'If-Match': '"1"' } };
    return {
      request: requested(await call(updateConnectionHandler, updateConnection, request)),
      effect: () => one('select status from connections where id = $1', [id]),
    };
  },
  'second-factor-reset': async (tenant, by) => {
    const { actorId: id } = tenant.as('EMPLOYEE');
    await one(
      `insert into second_factors (tenant_id, id, user_id, secret_sealed, confirmed_at) values ($1, $2, $2, 'v1.sealed', now())
       on conflict do nothing returning id`,
      [tenant.id, id],
    );
    const request = { as: by, params: { id } };
    return {
      request: requested(await call(resetFactorHandler, resetSecondFactor, request)),
      effect: () => one('select count(*) from second_factors where user_id = $1', [id]),
    };
  },
  'api-key': async (tenant, by) => {
    const body = { name: randomUUID(), role: 'OPS', expires_at: new Date(Date.now() + 60_000).toISOString() };
    const { id } = await proposedKey(by, body);
    return {
      request: await requestFor(tenant, id),
      effect: () => one('select status from api_keys where id = $1', [id]),
    };
  },
  'sign-in-settings': async (tenant, by) => {
    await testedConnection(tenant, 'ACTIVE');
    const body = { sso_required: true, break_glass_user_id: tenant.as('ADMIN').actorId };
    const request = { as: by, body, headers: { 'If-Match': '"0"' } };
    return {
      request: requested(await call(setSignInSettingsHandler, setSignInSettings, request)),
      effect: () => one('select sso_required from sign_in_settings where tenant_id = $1', [tenant.id]),
    };
  },
};

/** Inserts a connection whose test has succeeded; nobody reaches its issuer here. */
async function testedConnection(tenant: TestTenant, status: 'DRAFT' | 'ACTIVE'): Promise<string> {
  const { id } = await one(
    `insert into connections (tenant_id, kind, name, issuer, client_id, client_authentication, credential_sealed, scopes, subject_claim, role_map, status, tested_at)
     values ($1, 'OIDC', $2, 'https://id.vestry.example', 'vestry', 'SECRET', 'v1.sealed', '{openid}', 'sub', '[]', $3, now()) returning id`,
    [tenant.id, randomUUID(), status],
  );
  return String(id);
}

async function proposedKey(by: Principal, body: object): Promise<{ id: string }> {
  const answer = await call(createApiKeyHandler, createApiKey, { as: by, body });
  requested(answer);
  return answer.body.subject;
}

async function changeUser(by: Principal, id: string, body: object): Promise<TestResponse> {
  const { version } = await one('select version from users where id = $1', [id]);
  const headers = { 'If-Match': `"${version}"` };
  return call(updateUserHandler, updateUser, { as: by, params: { id }, body, headers });
}

/** A user who has just signed in. */
async function signedIn(tenant: TestTenant, actorId: string, actorRole: UserRole): Promise<Principal> {
  const user = {
    ...tenant.as(actorRole),
    actorId: actorId as Principal['actorId'],
    sessionId: uuidV7(),
  };
  await insertSession(database.admin, user);
  return user;
}

/** Inserts a user whom somebody has made and nobody confirmed, as a directory or an earlier release may have. */
async function unconfirmed(tenant: TestTenant, role: UserRole, madeBy: string): Promise<Principal> {
  const { id } = await one(
    `insert into users (tenant_id, email, role, password_hash, made_by) values ($1, $2, $3, 'none', $4) returning id`,
    [tenant.id, `${randomUUID()}@vestry.example`, role, madeBy],
  );
  return signedIn(tenant, String(id), role);
}

/** Everybody whom one person can be: themselves, whom they can make, promote or reset by the API, and whom they have made before. */
async function handsOf(tenant: TestTenant, person: Principal): Promise<Principal[]> {
  const hands = [person];
  for (const role of USER_ROLES) {
    const body = { email: `${randomUUID()}@vestry.example`, role, password: PASSWORD };
    const made = await call(createUserHandler, createUser, { as: person, body });
    if (made.status === 201) {
      hands.push(await signedIn(tenant, made.body.id, role));
      for (const promoted of USER_ROLES) {
        const answer = await changeUser(person, made.body.id, { role: promoted });
        if (answer.status === 200) hands.push(await signedIn(tenant, made.body.id, promoted));
        if (answer.status === 202) await new Approvals(person).withdraw(answer.body.id);
      }
    }
    if (tenant.as(role).actorId !== person.actorId) {
      const reset = await changeUser(person, tenant.as(role).actorId, { password: PASSWORD });
      if (reset.status === 200) hands.push(await signedIn(tenant, tenant.as(role).actorId, role));
      if (reset.status === 202) await new Approvals(person).withdraw(reset.body.id);
    }
    const puppet = await unconfirmed(tenant, role, person.actorId);
    hands.push(puppet, await unconfirmed(tenant, 'COMPLIANCE', puppet.actorId));
  }
  return hands;
}

test('there are kinds, and each is proposed here', () => {
  expect(CHANGE_KINDS.length).toBeGreaterThan(0);
  expect(Object.keys(PROPOSALS).sort()).toEqual([...CHANGE_KINDS].sort());
});

/** Kinds of the sponsor’s. */
const SPONSORS: readonly ChangeKind[] = ['vesting-event', 'release', 'partial-termination'];

const cases = CHANGE_KINDS.flatMap((kind) =>
  CONTROLLED_CHANGES[kind].proposes.map((role) => [kind, role] as const),
);

describe.each(cases)('%s, proposed by %s', (kind, role) => {
  const type = SPONSORS.includes(kind) ? 'SPONSOR' : 'ISSUER';

  test('has no effect by anybody whom that person can be, make or reset, and has one by another person', async () => {
    const tenant = await insertTestTenant(database.admin, type);
    const person = tenant.as(role);
    const hands = await handsOf(tenant, person);
    const { request, effect } = await PROPOSALS[kind](tenant, person);
    const before = await effect();
    for (const hand of hands) {
      const answer = await new Approvals(hand).approve(request);
      expect(answer.status, `${hand.actorRole} ${answer.text}`).toBe(403);
    }
    expect(await effect()).toEqual(before);
    const decides: readonly string[] = CONTROLLED_CHANGES[kind].decides;
    const other = tenant.as(role === 'ADMIN' || !decides.includes('ADMIN') ? 'COMPLIANCE' : 'ADMIN');
    const approved = await new Approvals(other).approve(request);
    expect(approved.status, approved.text).toBe(200);
    expect(await effect()).not.toEqual(before);
  });

  test('has no effect by the person behind the proposer, or by another whom that person has made', async () => {
    const tenant = await insertTestTenant(database.admin, type);
    const person = tenant.as('ADMIN');
    const puppet = await unconfirmed(tenant, role, person.actorId);
    const { request, effect } = await PROPOSALS[kind](tenant, puppet);
    const before = await effect();
    for (const hand of [person, await unconfirmed(tenant, 'COMPLIANCE', person.actorId)]) {
      const answer = await new Approvals(hand).approve(request);
      expect(answer.status, answer.text).toBe(403);
    }
    expect(await effect()).toEqual(before);
    expect((await new Approvals(tenant.as('COMPLIANCE')).approve(request)).status).toBe(200);
    expect(await effect()).not.toEqual(before);
  });
});

test('a dropped file has been proposed by the owner of the credential, who decides on nothing that came by it', async () => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const { request, effect } = await PROPOSALS['dropped-file'](tenant, tenant.as('ADMIN'));
  const requestedBy = await one('select requested_by from change_requests where id = $1', [request]);
  expect(requestedBy).toMatchObject({ requested_by: tenant.as('ADMIN').actorId });
  const before = await effect();
  for (const role of ['ADMIN', 'OPS', 'EMPLOYEE'] as const)
    expect((await new Approvals(tenant.as(role)).approve(request)).status).toBe(403);
  expect(await effect()).toEqual(before);
  expect((await new Approvals(tenant.as('COMPLIANCE')).approve(request)).status).toBe(200);
  expect(await effect()).not.toEqual(before);
});

test('a verified holder with a new name is verified no more, until somebody verifies the new one', async () => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const id = await verifiedHolder(tenant);
  const change = async (body: object, version: number) =>
    call(updateShareholderHandler, updateShareholder, {
      as: tenant.as('OPS'),
      params: { id },
      body,
      headers: { 'If-Match': `"${version}"` },
    });
  expect((await change({ contact: { email: 'a@b.example' } }, 1)).body.kyc_status).toBe('VERIFIED');
  expect((await change({ name: 'Ada' }, 2)).body.kyc_status).toBe('VERIFIED');
  expect((await change({ name: 'Mallory' }, 3)).body.kyc_status).toBe('PENDING');
});

type Form = NonNullable<Parameters<typeof withholdingOf>[0]>;

const SSN = { type: 'SSN', number: '123-45-6789' };
const EIN = { type: 'EIN', number: '12-3456780' };
const W8 = { certification: 'W8BEN', signed_on: '2026-01-02', treaty_country: 'DE' };

/** Sets what is known of a holder's taxes, of which the caller has read a version. */
function certify(as: Principal, id: string, body: object, version = 0): Promise<TestResponse> {
  return call(setTaxHandler, setTaxCertification, {
    as,
    params: { id },
    body: { certification: 'NONE', ...body },
    headers: { 'If-Match': `"${version}"` },
  });
}

/** Has the tenant withhold tax from dividends. */
const withhold = (tenant: TestTenant) =>
  database.admin.query(
    `insert into register_settings (tenant_id, by_hand_percent, by_file_percent, withholding) values ($1, 100, 100, 'US')
     on conflict (tenant_id) do update set withholding = 'US'`,
    [tenant.id],
  );

const certificationOf = (as: Principal, id: string) =>
  call(getTaxHandler, getTaxCertification, { as, params: { id } });

describe('the tax id of a holder', () => {
  test('is sealed, and shown by its last digits with the form that certifies it', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const id = await verifiedHolder(tenant);
    const ops = tenant.as('OPS');
    const nothing = await certificationOf(tenant.as('COMPLIANCE'), id);
    expect(nothing.body).toEqual({
      ...{ shareholder_id: id, tax_id: null, certification: 'NONE', signed_on: null, expires_on: null },
      ...{ treaty_country: null, treaty_rate: null, exempt_payee: false, backup_withholding: false },
      ...{ standing: 'NONE', version: 0, updated_at: null },
    });
    expect(nothing.header('etag')).toBe('"0"');

    const w9 = { tax_id: SSN, certification: 'W9', signed_on: '2020-01-02' };
    expect((await certify(ops, id, w9)).body).toMatchObject({
      ...{ tax_id: { type: 'SSN', last4: '6789' }, certification: 'W9', signed_on: '2020-01-02' },
      ...{ expires_on: null, standing: 'VALID', version: 1 },
    });
    const stored = await one(
      'select t::text as row, tax_id_sealed from tax_certifications t where shareholder_id = $1',
      [id],
    );
    expect(stored.row).not.toContain('123456789');
    const { rows: entries } = await database.admin.query(
      `select a::text as entry from audit_log a where resource = 'shareholders/' || $1`,
      [id],
    );
    expect(entries.map(({ entry }) => entry).join()).toMatch(/tax-certification\.set.*6789/);
    expect(JSON.stringify(entries)).not.toMatch(/123-?45-?6789/);

    // The number on record stays where none is sent, under the same seal.
    const w8 = { certification: 'W8BEN', signed_on: '2022-12-31', treaty_country: 'DE', treaty_rate: '15.0' };
    expect((await certify(ops, id, w8, 1)).body).toMatchObject({
      ...{ tax_id: { type: 'SSN', last4: '6789' }, expires_on: '2025-12-31', treaty_country: 'DE' },
      ...{ treaty_rate: '15', standing: 'EXPIRED', version: 2 },
    });
    expect(
      (await one('select tax_id_sealed from tax_certifications where shareholder_id = $1', [id]))
        .tax_id_sealed,
    ).toBe(stored.tax_id_sealed);
    expect((await certify(ops, id, w9, 1)).status).toBe(412);
    expect((await certificationOf(ops, id)).body).toMatchObject({ certification: 'W8BEN', version: 2 });
    // The authority’s word stays until somebody says otherwise, and contradicts a form by which it can't be so.
    const told = { tax_id: null, backup_withholding: true };
    expect((await certify(ops, id, told, 2)).body).toMatchObject({
      ...{ tax_id: null, standing: 'NONE', treaty_rate: null, backup_withholding: true },
    });
    expect((await certify(ops, id, {}, 3)).body).toMatchObject({ backup_withholding: true });
    expect((await certify(ops, id, w8, 4)).body.errors?.[0].pointer).toBe('/backup_withholding');
    expect((await certify(ops, id, { ...w8, backup_withholding: false }, 4)).body).toMatchObject({
      ...{ backup_withholding: false, certification: 'W8BEN' },
    });
    for (const other of [
      randomUUID(),
      await verifiedHolder(await insertTestTenant(database.admin, 'ISSUER')),
    ])
      expect([(await certificationOf(ops, other)).status, (await certify(ops, other, w9)).status]).toEqual([
        404, 404,
      ]);
  });

  test('waits with its form where less would be withheld by it on some day, and takes effect at once where not', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const ops = tenant.as('OPS');
    const foreign = { tax_id: { type: 'FOREIGN', number: 'X-1' } };
    const treaty = (signed_on: string, treaty_rate?: string) => ({
      ...{ certification: 'W8BEN', signed_on, treaty_country: 'DE', backup_withholding: false },
      ...(treaty_rate === undefined ? {} : { treaty_rate }),
    });
    const w9 = { tax_id: SSN, certification: 'W9', signed_on: '2026-01-02' };
    const forms = [
      { tax_id: null },
      { tax_id: SSN },
      foreign,
      w9,
      { ...w9, backup_withholding: true },
      { ...w9, backup_withholding: false, exempt_payee: true },
      treaty('2026-01-02'),
      treaty('2026-01-02', '15'),
      treaty('2025-01-02', '15'),
      treaty('2019-01-02', '0'),
    ];
    const formOf = ({ tax_id, ...said }: (typeof forms)[number] & Record<string, unknown>) => ({
      ...{
        certification: 'NONE' as const,
        exempt_payee: false,
        treaty_rate: null,
        backup_withholding: false,
      },
      tax_id_type: (tax_id as { type: 'SSN' | 'FOREIGN' } | null | undefined)?.type ?? null,
      expires_on: String(said.certification).startsWith('W8')
        ? `${Number(String(said.signed_on).slice(0, 4)) + 3}-12-31`
        : null,
      ...said,
    });
    const days = ['2022-06-30', '2026-11-29', '2028-06-30', '2029-06-30', '2031-06-30'];
    const lowers = (from: (typeof forms)[number], to: (typeof forms)[number]) =>
      days.some(
        (day) => withholdingOf(formOf(to) as Form, day).rate < withholdingOf(formOf(from) as Form, day).rate,
      );
    const holders: { id: string; from: (typeof forms)[number]; to: (typeof forms)[number] }[] = [];
    for (const from of forms)
      for (const to of forms) {
        const id = await verifiedHolder(tenant);
        expect((await certify(ops, id, from)).status, 'nobody withholds yet').toBe(200);
        holders.push({ id, from, to });
      }
    await withhold(tenant);
    for (const { id, from, to } of holders) {
      const answer = await certify(ops, id, { tax_id: null, backup_withholding: false, ...to }, 1);
      const told = JSON.stringify([from, to]);
      expect(answer.status, `${told} ${answer.text}`).toBe(lowers(from, to) ? 202 : 200);
      expect((await certificationOf(ops, id)).body.version, told).toBe(lowers(from, to) ? 1 : 2);
    }
  });

  test('that waits is shown by its last digits, and is refused once something else is on record', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const [ops, compliance] = [tenant.as('OPS'), new Approvals(tenant.as('COMPLIANCE'))];
    await withhold(tenant);
    const id = await verifiedHolder(tenant);
    const w9 = { tax_id: SSN, certification: 'W9', signed_on: '2026-01-02' };
    const waiting = await certify(ops, id, w9);
    expect(waiting.body).toMatchObject({
      ...{ kind: 'tax-certification', subject: { type: 'tax-certifications', id } },
      before: { certification: 'NONE', tax_id: null },
      after: { certification: 'W9', tax_id: { type: 'SSN', last4: '6789' }, signed_on: '2026-01-02' },
    });
    const { rows } = await database.admin.query(
      `select c::text as row from change_requests c where id = $1
       union all select a::text from audit_log a where tenant_id = $2`,
      [waiting.body.id, tenant.id],
    );
    expect(JSON.stringify(rows)).not.toMatch(/123-?45-?6789/);
    expect((await certify(ops, id, w9)).body.type).toBe('/problems/change-pending');
    expect((await certify(ops, id, { tax_id: { type: 'FOREIGN', number: 'X-1' } })).status).toBe(200);
    expect((await compliance.approve(waiting.body.id)).body.type).toBe('/problems/change-outdated');
    await compliance.deny(waiting.body.id);
    const again = await certify(ops, id, w9, 1);
    expect((await compliance.approve(again.body.id)).status).toBe(200);
    expect((await certificationOf(ops, id)).body).toMatchObject({
      ...{ certification: 'W9', tax_id: { type: 'SSN', last4: '6789' }, version: 2 },
    });
    const holder = await one('select kyc_status, identified_by from shareholders where id = $1', [id]);
    expect(holder, 'the number is another one').toEqual({
      kyc_status: 'PENDING',
      identified_by: ops.actorId,
    });
    // More is withheld: at once.
    expect((await certify(ops, id, { tax_id: SSN }, 2)).status).toBe(200);
  });

  test('comes by file too: each row is judged by its form, and one approval stands for the file', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const [ops, compliance] = [tenant.as('OPS'), new Approvals(tenant.as('COMPLIANCE'))];
    await withhold(tenant);
    const files = new RegisterFiles(aws, ops, 'taxes');
    const ids: Record<string, string> = {};
    for (const ref of ['A', 'B', 'C', 'D', 'E', 'F']) {
      const { id } = await one(
        `insert into shareholders (tenant_id, external_ref, name, kyc_status, status) values ($1, $2, 'Ada', 'VERIFIED', $3) returning id`,
        [tenant.id, ref, ref === 'C' ? 'CLOSED' : 'ACTIVE'],
      );
      ids[ref] = String(id);
    }
    const [a = '', b = '', d = '', e = ''] = [ids.A, ids.B, ids.D, ids.E];
    expect((await certify(ops, a, { tax_id: SSN })).status).toBe(200);
    expect((await certify(ops, d, { tax_id: SSN, backup_withholding: true })).status).toBe(200);
    const content = [
      'payee,tax_id_type,tax_id,certification,signed_on,treaty_country,treaty_rate,exempt_payee,backup_withholding',
      'A,SSN,123 45 6789,NONE,,,,,',
      'B,EIN,12-3456780,W9,2026-01-05,,,TRUE,',
      'B,EIN,12-3456780,W9,2026-01-05,,,,',
      'C,EIN,12-3456780,W9,2026-01-05,,,,',
      'X,EIN,12-3456780,W9,2026-01-05,,,,',
      'D,EIN,12-3456780,NONE,,,,,',
      'E,,,W8BEN,2026-01-05,DE,15.00,,',
      'F,SSN,666-45-6789,W9,2026-01-05,,,,',
      'G,,987-65-4321,W9,2026-01-05,,,,',
      'E,,,W9,2026-01-05,,,,',
      'F,,,W9,2026-01-05,,,,',
    ].join('\n');
    const loaded = await files.load(content);
    expect(loaded.body, loaded.text).toMatchObject({
      ...{ state: 'AWAITING_APPROVAL', rows: 11, accepted: 4, rejected: 7 },
      changes: { created: 2, changed: 1, unchanged: 1 },
    });
    const faults = loaded.body.errors.map((fault: { line: number; column: string; code: string }) => [
      ...[fault.line, fault.column, fault.code],
    ]);
    expect(faults).toEqual([
      [4, 'payee', 'duplicate-payee'],
      [5, 'payee', 'holder-closed'],
      [6, 'payee', 'unknown-payee'],
      [9, 'tax_id', 'unknown-value'],
      [10, 'tax_id_type', 'required'],
      [11, 'payee', 'duplicate-payee'],
      [12, 'tax_id', 'required'],
    ]);
    const { rows: kept } = await database.admin.query(
      `select u::text as row from uploads u where id = $1 union all select a::text from audit_log a where tenant_id = $2
       union all select c::text from change_requests c where tenant_id = $2`,
      [loaded.body.id, tenant.id],
    );
    const stored = `errors/${tenant.id}/${loaded.body.id}`;
    const [errors, changes] = [
      await objectText(aws, `${stored}.csv`),
      await objectText(aws, `${stored}-changes.csv`),
    ];
    expect(errors).toContain('F,SSN,****6789,W9,2026-01-05');
    expect(changes).toContain('B,EIN,W9,2026-01-05,,,true,false,3,6780');
    for (const text of [JSON.stringify(kept), errors, changes])
      expect(text).not.toMatch(/12-?3456780|666-?45-?6789|987-?65-?4321/);
    expect((await certificationOf(ops, b)).body.version, 'nothing is set yet').toBe(0);
    // Somebody sets one of them meanwhile.
    expect((await certify(ops, e, { tax_id: { type: 'FOREIGN', number: 'X-1' } })).status).toBe(200);
    expect((await compliance.approve(await requestFor(tenant, loaded.body.id))).status).toBe(200);
    await files.process(loaded.body.id);
    const done = await files.get(loaded.body.id);
    expect(done.body, done.text).toMatchObject({ state: 'COMPLETED', accepted: 3, rejected: 8 });
    expect(done.body.errors.find(({ line }: { line: number }) => line === 8)).toMatchObject({
      code: 'changed-since-received',
    });
    expect((await certificationOf(ops, b)).body).toMatchObject({
      ...{ tax_id: { type: 'EIN', last4: '6780' }, certification: 'W9', exempt_payee: true, version: 1 },
    });
    expect((await certificationOf(ops, a)).body.version, 'was so already').toBe(1);
    expect((await certificationOf(ops, d)).body).toMatchObject({
      ...{ tax_id: { type: 'EIN', last4: '6780' }, backup_withholding: true, version: 2 },
    });
    expect((await certificationOf(ops, e)).body).toMatchObject({ certification: 'NONE', version: 1 });
    const kyc = await database.admin.query(
      'select external_ref, kyc_status from shareholders where tenant_id = $1 order by 1',
      [tenant.id],
    );
    expect(
      Object.fromEntries(kyc.rows.map(({ external_ref, kyc_status }) => [external_ref, kyc_status])),
    ).toEqual({
      ...{ A: 'VERIFIED', B: 'VERIFIED', C: 'VERIFIED', D: 'PENDING', E: 'VERIFIED', F: 'VERIFIED' },
    });
    // The number is sealed for its holder: it can be sent again, and is the same one.
    const again = await files.load(
      `payee,tax_id_type,tax_id,certification,signed_on,exempt_payee\nB,EIN,123456780,W9,2026-01-05,true\n`,
    );
    expect(again.body).toMatchObject({
      state: 'COMPLETED',
      changes: { created: 0, changed: 0, unchanged: 1 },
    });
    const treaty = await files.load(
      'payee,certification,signed_on,treaty_country,treaty_rate\nE,W8BEN,2026-01-05,DE,15.00\n',
    );
    await compliance.approve(await requestFor(tenant, treaty.body.id));
    await files.process(treaty.body.id);
    expect((await certificationOf(ops, e)).body).toMatchObject({
      ...{ tax_id: { type: 'FOREIGN' }, certification: 'W8BEN', treaty_rate: '15', expires_on: '2029-12-31' },
    });
  });

  test('that is another one asks for KYC again, also when it was taken away in between', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const ops = tenant.as('OPS');
    for (const [changes, becomes] of [
      [[{ tax_id: SSN }], 'VERIFIED'],
      [[{ tax_id: SSN }, { tax_id: { type: 'SSN', number: '123456789' } }], 'VERIFIED'],
      [[{ tax_id: SSN }, { certification: 'W9', signed_on: '2026-01-02' }], 'VERIFIED'],
      [[{ tax_id: SSN }, { tax_id: EIN }], 'PENDING'],
      [[{ tax_id: SSN }, { tax_id: { type: 'EIN', number: '123456789' } }], 'PENDING'],
      [[{ tax_id: SSN }, { tax_id: null }, { tax_id: EIN }], 'PENDING'],
    ] as const) {
      const id = await verifiedHolder(tenant);
      for (const [version, body] of changes.entries())
        expect((await certify(ops, id, body, version)).status).toBe(200);
      const { kyc_status, identified_by } = await one(
        'select kyc_status, identified_by from shareholders where id = $1',
        [id],
      );
      expect([kyc_status, identified_by], JSON.stringify(changes)).toEqual([becomes, ops.actorId]);
    }
  });

  test.each([
    ['/tax_id/number', { tax_id: { type: 'SSN', number: '666-45-6789' } }],
    ['/tax_id/type', { tax_id: { type: 'TIN', number: '123-45-6789' } }],
    ['/tax_id', { certification: 'W9', signed_on: '2026-01-02' }],
    ['/tax_id', { certification: 'W9', signed_on: '2026-01-02', tax_id: { type: 'FOREIGN', number: 'X1' } }],
    ['/signed_on', { certification: 'W9', tax_id: SSN }],
    ['/signed_on', { certification: 'W8BEN', signed_on: '2199-01-01' }],
    ['/signed_on', { certification: 'NONE', signed_on: '2026-01-02' }],
    ['/treaty_country', { certification: 'W9', signed_on: '2026-01-02', tax_id: SSN, treaty_country: 'DE' }],
    ['/treaty_country', { certification: 'W8BEN', signed_on: '2026-01-02', treaty_country: 'US' }],
    ['/treaty_country', { certification: 'W8BEN', signed_on: '2026-01-02', treaty_country: 'XX' }],
    ['/certification', { certification: 'W8BENE', signed_on: '2026-01-02' }],
    ['/treaty_rate', { certification: 'W8BEN', signed_on: '2026-01-02', treaty_rate: '15' }],
    ['/treaty_rate', { ...W8, treaty_rate: '30.01' }],
    ['/treaty_rate', { ...W8, treaty_rate: '-1' }],
    ['/treaty_rate', { ...W8, treaty_rate: '15.001' }],
    ['/exempt_payee', { ...W8, exempt_payee: true }],
    ['/exempt_payee', { exempt_payee: true }],
    ['/exempt_payee', { exempt_payee: 'yes' }],
    ['/backup_withholding', { ...W8, backup_withholding: true }],
    [
      '/backup_withholding',
      {
        certification: 'W9',
        signed_on: '2026-01-02',
        tax_id: SSN,
        exempt_payee: true,
        backup_withholding: true,
      },
    ],
  ])('is refused with its form at %s: %j', async (pointer, body) => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const id = await verifiedHolder(tenant);
    await database.admin.query(`update shareholders set kind = 'PERSON' where id = $1`, [id]);
    const refused = await certify(tenant.as('OPS'), id, body);
    expect([refused.status, refused.body.errors?.[0].pointer], refused.text).toEqual([422, pointer]);
    expect(refused.text).not.toContain('6789');
    expect((await certificationOf(tenant.as('OPS'), id)).body.version).toBe(0);
  });
});

/** A payee, and what somebody does who says who the payee is or where they are paid. The id of the payee comes back. */
type Entered = (tenant: TestTenant, by: Principal) => Promise<string>;

const HOLDERS: Readonly<Record<string, Entered>> = {
  'has entered': async (_, by) => (await new Register(by).holder('0')).id,
  'has renamed': async (tenant, by) => {
    const { id } = await new Register(tenant.as('OPS')).holder('0');
    expect((await new Register(by).update(id, { name: 'Mallory' })).status).toBe(200);
    return id;
  },
  'has proposed an account of': async (tenant, by) => {
    const { id } = await new Register(tenant.as('OPS')).holder('0');
    requested(await new Payments(by).proposeAccount(id));
    return id;
  },
  'has given another tax id of': async (tenant, by) => {
    const { id } = await new Register(tenant.as('OPS')).holder('0');
    expect((await certify(tenant.as('OPS'), id, { tax_id: SSN })).status).toBe(200);
    expect((await certify(by, id, { tax_id: EIN }, 1)).status).toBe(200);
    return id;
  },
  'has loaded in a file': async (tenant, by) => {
    await new RegisterFiles(aws, by).load('external_ref,name,holdings\nM-1,Mallory,5\n');
    return idOfHolder(tenant, 'M-1');
  },
  'has renamed in a file': async (tenant, by) => {
    await new Register(tenant.as('OPS')).create({ external_ref: 'M-2', name: 'Ada', holdings: '0' });
    await new RegisterFiles(aws, by).load('external_ref,name,holdings\nM-2,Mallory,0\n');
    return idOfHolder(tenant, 'M-2');
  },
};

async function idOfHolder(tenant: TestTenant, reference: string): Promise<string> {
  const { id } = await one('select id from shareholders where tenant_id = $1 and external_ref = $2', [
    tenant.id,
    reference,
  ]);
  return String(id);
}

const setDateOfBirth = (as: Principal, employee: string) =>
  call(setParticipantHandler, setParticipant, {
    as,
    params: { employee },
    body: { date_of_birth: '1980-02-29' },
  });

const PARTICIPANTS: Readonly<Record<string, Entered>> = {
  'has enrolled': async (_, by) => {
    const body = { employee_id: 'E-7', plan_type: '401K', currency: 'USD' };
    expect((await call(enrollHandler, enrollPlan, { as: by, body })).status).toBe(201);
    return 'E-7';
  },
  'has given a date of birth': async (tenant, by) => {
    await setDateOfBirth(tenant.as('OPS'), 'E-6');
    await database.admin.query(
      `update participants set date_of_birth = '1990-01-01' where tenant_id = $1 and employee_id = 'E-6'`,
      [tenant.id],
    );
    expect((await setDateOfBirth(by, 'E-6')).status).toBe(200);
    return 'E-6';
  },
  'has proposed an account of': async (tenant, by) => {
    await setDateOfBirth(tenant.as('OPS'), 'E-8');
    const request = { as: by, params: { employee: 'E-8' }, body: ACCOUNT };
    requested(await call(addAccountHandler, createParticipantBankAccount, request));
    return 'E-8';
  },
};

async function verifyParticipant(as: Principal, employee: string): Promise<TestResponse> {
  const { version } = await one(
    'select version from participants where tenant_id = $1 and employee_id = $2',
    [as.tenantId, employee],
  );
  return call(setParticipantKycHandler, setParticipantKyc, {
    as,
    params: { employee },
    body: { status: 'VERIFIED' },
    headers: { 'If-Match': `"${version}"` },
  });
}

const VERIFIED = { status: 'VERIFIED' };
const verifications = [
  ...Object.entries(HOLDERS).map(
    ([way, entered]) =>
      ['ISSUER', way, entered, (as: Principal, id: string) => new Register(as).setKyc(id, VERIFIED)] as const,
  ),
  ...Object.entries(PARTICIPANTS).map(
    ([way, entered]) => ['SPONSOR', way, entered, verifyParticipant] as const,
  ),
];

describe('nobody verifies a payee', () => {
  test.each(verifications)(
    'of an %s whom they, or whoever stands behind them, %s',
    async (type, _, entered, verify) => {
      const tenant = await insertTestTenant(database.admin, type);
      const person = await unconfirmed(tenant, 'OPS', tenant.as('ADMIN').actorId);
      const payee = await entered(tenant, person);
      await database.admin.query(`update users set role = 'COMPLIANCE' where id = $1`, [person.actorId]);
      const later = await signedIn(tenant, person.actorId, 'COMPLIANCE');
      const puppet = await unconfirmed(tenant, 'COMPLIANCE', person.actorId);
      for (const hand of [
        later,
        puppet,
        await unconfirmed(tenant, 'COMPLIANCE', tenant.as('ADMIN').actorId),
      ]) {
        const answer = await verify(hand, payee);
        expect([answer.status, answer.body.type], answer.text).toEqual([403, '/problems/four-eyes']);
      }
      expect((await verify(tenant.as('COMPLIANCE'), payee)).body).toMatchObject({ kyc_status: 'VERIFIED' });
    },
  );
});

test('a dividend that nobody has approved is cancelled by one person', async () => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const id = await pendingDividend(tenant, tenant.as('OPS'));
  expect((await new Dividends(tenant.as('OPS')).cancel(id)).body.state).toBe('CANCELLED');
});
