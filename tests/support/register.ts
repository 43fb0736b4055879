import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { handler as closeHandler } from '#functions/register/close-shareholder.ts';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { handler as declareClassHandler } from '#functions/register/declare-security-class.ts';
import { handler as getActionHandler } from '#functions/register/get-corporate-action.ts';
import { handler as getSettingsHandler } from '#functions/register/get-register-settings.ts';
import { handler as getClassHandler } from '#functions/register/get-security-class.ts';
import { handler as getHandler } from '#functions/register/get-shareholder.ts';
import { handler as getTransferHandler } from '#functions/register/get-transfer.ts';
import { handler as listActionsHandler } from '#functions/register/list-corporate-actions.ts';
import { handler as listPositionsHandler } from '#functions/register/list-positions.ts';
import { handler as listClassesHandler } from '#functions/register/list-security-classes.ts';
import { handler as listHandler } from '#functions/register/list-shareholders.ts';
import { handler as listTransfersHandler } from '#functions/register/list-transfers.ts';
import { handler as proposeActionHandler } from '#functions/register/propose-corporate-action.ts';
import { handler as reopenHandler } from '#functions/register/reopen-shareholder.ts';
import { handler as reverseActionHandler } from '#functions/register/reverse-corporate-action.ts';
import { handler as reverseTransferHandler } from '#functions/register/reverse-transfer.ts';
import { handler as setSettingsHandler } from '#functions/register/set-register-settings.ts';
import { handler as kycHandler } from '#functions/register/set-shareholder-kyc.ts';
import { handler as transferHandler } from '#functions/register/transfer-shares.ts';
import { handler as updateClassHandler } from '#functions/register/update-security-class.ts';
import { handler as updateHandler } from '#functions/register/update-shareholder.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { Principal } from '#platform/http/authorize.ts';
import * as classes from '#register/classes/security-classes.routes.ts';
import * as settings from '#register/limits/register-settings.routes.ts';
import * as positions from '#register/positions.routes.ts';
import { reopenShareholder } from '#register/reopening.routes.ts';
import * as shareholders from '#register/shareholders.routes.ts';
import * as actions from '#register/splits/corporate-actions.routes.ts';
import * as transfers from '#register/transfers.routes.ts';
import { call, type TestRequest, type TestResponse } from './request.ts';

type Query = Record<string, string>;

/** The register's routes as one caller. */
export class Register {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  create(body: unknown): Promise<TestResponse> {
    return this.#call(createHandler, shareholders.createShareholder, { body });
  }

  /** A holder with a reference of its own. */
  async holder(
    holdings: string,
    more: object = {},
  ): Promise<{ id: string; external_ref: string; name: string }> {
    const created = await this.create({
      ...{
        external_ref: randomUUID(),
        name: 'Ada Holder',
        holdings,
        effective_date: addDays(dayOf(new Date()), -2),
      },
      ...more,
    });
    if (created.status !== 201) throw new Error(created.text);
    return created.body;
  }

  get(id: string): Promise<TestResponse> {
    return this.#call(getHandler, shareholders.getShareholder, { params: { id } });
  }

  list(query: Query = {}): Promise<TestResponse> {
    return this.#call(listHandler, shareholders.listShareholders, { query });
  }

  /** Sends the current version, unless one is named; null sends none. */
  async update(id: string, body: unknown, version?: number | null): Promise<TestResponse> {
    return this.#call(updateHandler, shareholders.updateShareholder, {
      params: { id },
      body,
      ...(await this.#match(id, version)),
    });
  }

  async setKyc(id: string, body: unknown, version?: number | null): Promise<TestResponse> {
    return this.#call(kycHandler, shareholders.setShareholderKyc, {
      params: { id },
      body,
      ...(await this.#match(id, version)),
    });
  }

  async close(id: string, version?: number | null): Promise<TestResponse> {
    return this.#call(closeHandler, shareholders.closeShareholder, {
      params: { id },
      ...(await this.#match(id, version)),
    });
  }

  async reopen(id: string, version?: number | null): Promise<TestResponse> {
    return this.#call(reopenHandler, reopenShareholder, {
      params: { id },
      ...(await this.#match(id, version)),
    });
  }

  transfer(body: unknown, key: string | null = randomUUID()): Promise<TestResponse> {
    const headers = key === null ? {} : { 'Idempotency-Key': key };
    return this.#call(transferHandler, positions.transferShares, { body, headers });
  }

  transfers(query: Query = {}): Promise<TestResponse> {
    return this.#call(listTransfersHandler, transfers.listTransfers, { query });
  }

  getTransfer(id: string): Promise<TestResponse> {
    return this.#call(getTransferHandler, transfers.getTransfer, { params: { id } });
  }

  reverse(id: string, body?: object, key: string | null = randomUUID()): Promise<TestResponse> {
    const headers = key === null ? {} : { 'Idempotency-Key': key };
    return this.#call(reverseTransferHandler, transfers.reverseTransfer, {
      params: { id },
      headers,
      ...(body === undefined ? {} : { body }),
    });
  }

  split(body: object, query: Query = {}): Promise<TestResponse> {
    return this.#call(proposeActionHandler, actions.proposeCorporateAction, {
      ...{ body, query, headers: { 'Idempotency-Key': randomUUID() } },
    });
  }

  action(id: string): Promise<TestResponse> {
    return this.#call(getActionHandler, actions.getCorporateAction, { params: { id } });
  }

  actions(query: Query = {}): Promise<TestResponse> {
    return this.#call(listActionsHandler, actions.listCorporateActions, { query });
  }

  /** Sends the current version. */
  async reverseAction(id: string): Promise<TestResponse> {
    const { version = 1 } = (await this.action(id)).body;
    return this.#call(reverseActionHandler, actions.reverseCorporateAction, {
      params: { id },
      headers: { 'Idempotency-Key': randomUUID(), 'If-Match': `"${version}"` },
    });
  }

  settings(): Promise<TestResponse> {
    return this.#call(getSettingsHandler, settings.getRegisterSettings, {});
  }

  /** Sends the current version, unless one is named. */
  async setSettings(body: unknown, version?: number): Promise<TestResponse> {
    const known = version ?? (await this.settings()).body.version;
    return this.#call(setSettingsHandler, settings.setRegisterSettings, {
      body,
      headers: { 'If-Match': `"${known}"` },
    });
  }

  declareClass(body: object): Promise<TestResponse> {
    return this.#call(declareClassHandler, classes.declareSecurityClass, { body });
  }

  classes(query: Query = {}): Promise<TestResponse> {
    return this.#call(listClassesHandler, classes.listSecurityClasses, { query });
  }

  class(code: string): Promise<TestResponse> {
    return this.#call(getClassHandler, classes.getSecurityClass, { params: { code } });
  }

  /** Sends the current version, unless one is named. */
  async updateClass(code: string, body: object, version?: number): Promise<TestResponse> {
    const known = version ?? (await this.class(code)).body.version ?? 1;
    return this.#call(updateClassHandler, classes.updateSecurityClass, {
      params: { code },
      body,
      headers: { 'If-Match': `"${known}"` },
    });
  }

  positions(id: string, query: Query = {}): Promise<TestResponse> {
    return this.#call(listPositionsHandler, positions.listPositions, { params: { id }, query });
  }

  async #match(id: string, version: number | null | undefined): Promise<Pick<TestRequest, 'headers'>> {
    if (version === null) return {};
    const known = version ?? ((await this.get(id)).body.version as number | undefined) ?? 1;
    return { headers: { 'If-Match': `"${known}"` } };
  }

  #call(handler: unknown, route: Parameters<typeof call>[1], request: TestRequest): Promise<TestResponse> {
    return call(handler, route, { as: this.#as, ...request });
  }
}

/** `n` days before today, UTC. */
export function daysAgo(n: number): string {
  return addDays(dayOf(new Date()), -n);
}

/** Holders whose holdings are not the sum of their entries, and classes that are below zero on any day: none, ever. */
export async function brokenPositions(admin: pg.Pool): Promise<unknown[]> {
  const { rows } = await admin.query(`
    select s.id, 'sum' as what from shareholders s
      left join position_entries e on e.tenant_id = s.tenant_id and e.shareholder_id = s.id
      group by s.tenant_id, s.id having s.holdings <> coalesce(sum(e.delta), 0)
    union all
    select shareholder_id, 'negative' from (
      select shareholder_id, sum(delta) over (partition by tenant_id, shareholder_id, security_class order by effective_date) as closing
      from position_entries) as days where closing < 0`);
  return rows;
}
