import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { handler as trialBalance } from '#functions/ledger/get-trial-balance.ts';
import { handler as approve } from '#functions/payments/approve-transaction.ts';
import { handler as cancel } from '#functions/payments/cancel-transaction.ts';
import { handler as disburse } from '#functions/payments/create-disbursement.ts';
import { handler as addAccount } from '#functions/payments/create-shareholder-bank-account.ts';
import { handler as deny } from '#functions/payments/deny-transaction.ts';
import { handler as disburseDividend } from '#functions/payments/disburse-dividend.ts';
import { handler as dividendProgress } from '#functions/payments/get-dividend-disbursement.ts';
import { handler as getSettings } from '#functions/payments/get-payment-settings.ts';
import { handler as get } from '#functions/payments/get-transaction.ts';
import { handler as blocked } from '#functions/payments/list-blocked-payments.ts';
import { handler as dividendPayments } from '#functions/payments/list-dividend-payments.ts';
import { handler as listExceptions } from '#functions/payments/list-exceptions.ts';
import { handler as listAccounts } from '#functions/payments/list-shareholder-bank-accounts.ts';
import { handler as list } from '#functions/payments/list-transactions.ts';
import { handler as resolve } from '#functions/payments/resolve-transaction.ts';
import { handler as reverse } from '#functions/payments/reverse-transaction.ts';
import { handler as setSettings } from '#functions/payments/set-payment-settings.ts';
import * as journal from '#ledger/ledger.routes.ts';
import * as exceptions from '#payments/exceptions/exceptions.routes.ts';
import * as orders from '#payments/orders/orders.routes.ts';
import * as accountRoutes from '#payments/payees/bank-accounts.routes.ts';
import * as reversals from '#payments/reversals/reversals.routes.ts';
import * as listed from '#payments/runs/dividend-payments.routes.ts';
import * as runs from '#payments/runs/payment-runs.routes.ts';
import * as settings from '#payments/settings/payment-settings.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { approved } from './approvals.ts';
import { call, type TestRequest, type TestResponse } from './request.ts';
import { testTenants } from './tenants.ts';

/** The magic account numbers of docs/mock-bank.md. */
export const magic = (last4: string): string => `90000000${last4}`;

const PATIENCE_MS = 2 * 60_000;

export const ACCOUNT = {
  routing_number: '121042882',
  account_number: '000123456789',
  account_type: 'CHECKING',
  holder_name: 'Ada Holder',
};

/** Repeats what the service was too busy for, as a client does: tests share three connections and a small machine. */
export async function persistently(request: () => Promise<TestResponse>): Promise<TestResponse> {
  for (;;) {
    const answer = await request();
    if (answer.status !== 503) return answer;
    await sleep(200);
  }
}

/** The routes of payments as one caller. */
export class Payments {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  order(body: unknown, key: string | null = randomUUID()): Promise<TestResponse> {
    const headers = key === null ? {} : { 'Idempotency-Key': key };
    return this.#call(disburse, orders.createDisbursement, { body, headers });
  }

  get(id: string): Promise<TestResponse> {
    return this.#call(get, orders.getTransaction, { params: { id } });
  }

  list(query: Record<string, string> = {}): Promise<TestResponse> {
    return this.#call(list, orders.listTransactions, { query });
  }

  approve(id: string): Promise<TestResponse> {
    return this.#call(approve, orders.approveTransaction, { params: { id } });
  }

  deny(id: string): Promise<TestResponse> {
    return this.#call(deny, orders.denyTransaction, { params: { id } });
  }

  /** Cancels a payment as it was read, or as it is now. */
  async cancel(id: string, { version, reason = 'A mistake.' }: { version?: number; reason?: string } = {}) {
    const read = version ?? (await this.get(id)).body.version ?? 1;
    return this.#call(cancel, orders.cancelTransaction, {
      params: { id },
      body: { reason },
      headers: { 'Idempotency-Key': randomUUID(), 'If-Match': `"${read}"` },
    });
  }

  /** Proposes what has become of a payment, as it is now. */
  async resolve(id: string, body: object): Promise<TestResponse> {
    const { version = 1 } = (await this.get(id)).body;
    const headers = { 'Idempotency-Key': randomUUID(), 'If-Match': `"${version}"` };
    return this.#call(resolve, exceptions.resolveTransaction, { params: { id }, body, headers });
  }

  /** Asks for the money of a payment, as it is now. */
  async reverse(
    id: string,
    {
      version,
      reason = 'Paid twice.',
      key = randomUUID(),
    }: { version?: number; reason?: string; key?: string } = {},
  ): Promise<TestResponse> {
    const read = version ?? (await this.get(id)).body.version ?? 1;
    return this.#call(reverse, reversals.reverseTransaction, {
      params: { id },
      body: { reason },
      headers: { 'Idempotency-Key': key, 'If-Match': `"${read}"` },
    });
  }

  exceptions(query: Record<string, string> = {}): Promise<TestResponse> {
    return this.#call(listExceptions, exceptions.listExceptions, { query });
  }

  /** Proposes an account; it waits for a second person. */
  proposeAccount(shareholder: string, account: object = {}): Promise<TestResponse> {
    return this.#call(addAccount, accountRoutes.createShareholderBankAccount, {
      params: { id: shareholder },
      body: { ...ACCOUNT, ...account },
    });
  }

  /** Answers an account that COMPLIANCE has approved and that has cooled off, or what its proposal was refused with. */
  async addAccount(shareholder: string, account: object = {}): Promise<TestResponse> {
    const asked = await this.proposeAccount(shareholder, account);
    if (asked.status !== 202) return asked;
    await usable(this.#as.tenantId, asked);
    const { body } = await this.accounts(shareholder);
    const added = body.data.find(({ id }: { id: string }) => id === asked.body.subject.id);
    return { ...asked, body: added, text: JSON.stringify(added) };
  }

  accounts(shareholder: string): Promise<TestResponse> {
    return this.#call(listAccounts, accountRoutes.listShareholderBankAccounts, {
      params: { id: shareholder },
    });
  }

  disburseDividend(id: string, body?: object): Promise<TestResponse> {
    return this.#call(disburseDividend, runs.disburseDividend, {
      params: { id },
      ...(body === undefined ? {} : { body }),
      headers: { 'Idempotency-Key': randomUUID() },
    });
  }

  progress(id: string): Promise<TestResponse> {
    return this.#call(dividendProgress, runs.getDividendDisbursement, { params: { id } });
  }

  ofDividend(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return this.#call(dividendPayments, listed.listDividendPayments, { params: { id }, query });
  }

  blocked(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return this.#call(blocked, runs.listBlockedPayments, { params: { id }, query });
  }

  async setSettings(body: unknown): Promise<TestResponse> {
    const { version } = (await this.#call(getSettings, settings.getPaymentSettings, {})).body;
    return this.#call(setSettings, settings.setPaymentSettings, {
      body,
      headers: { 'If-Match': `"${version}"` },
    });
  }

  trialBalance(query: Record<string, string> = {}): Promise<TestResponse> {
    return this.#call(trialBalance, journal.getTrialBalance, { query });
  }

  /** Waits until the transaction has one of the states. The limit is for what never comes, not for a busy machine. */
  async until(id: string, ...statuses: string[]): Promise<TestResponse['body']> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const { body } = await this.get(id);
      if (statuses.includes(body.status)) return body;
      if (Date.now() > deadlineMs)
        throw new Error(`${id} is ${body.status} (${body.return_code}), not ${statuses.join(' or ')}`);
      await sleep(100);
    }
  }

  #call(handler: unknown, route: Parameters<typeof call>[1], request: TestRequest): Promise<TestResponse> {
    return persistently(() => call(handler, route, { as: this.#as, ...request }));
  }
}

/** Has the second person of a tenant approve an account, and lets it cool off. */
export async function usable(tenantId: string, asked: TestResponse): Promise<void> {
  const { tenant, admin } = testTenants.get(tenantId) ?? {};
  if (tenant === undefined || admin === undefined) throw new Error('not a tenant of a test');
  await approved(tenant, asked);
  await admin.query('update bank_accounts set usable_from = now() where id = $1', [asked.body.subject.id]);
}

/** A verified holder with an account, and the client's account id. */
export async function verifiedHolder(
  admin: pg.Pool,
  tenantId: string,
  client: Payments,
  accountNumber: string,
): Promise<{ id: string; accountId: string }> {
  const inserted = await admin.query(
    `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, $2, 'Ada Holder', 'VERIFIED') returning id`,
    [tenantId, randomUUID()],
  );
  const { id } = inserted.rows[0] as { id: string };
  const account = await client.addAccount(id, { account_number: accountNumber });
  if (account.status !== 202) throw new Error(account.text);
  return { id, accountId: account.body.id };
}
