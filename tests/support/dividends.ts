import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { adjustDividend } from '#dividends/adjustments.routes.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { listTaxRemittances, recordTaxRemittance } from '#dividends/tax-remittances.routes.ts';
import { handler as adjustHandler } from '#functions/dividends/adjust-dividend.ts';
import { handler as cancelHandler } from '#functions/dividends/cancel-dividend.ts';
import { handler as getHandler } from '#functions/dividends/get-dividend.ts';
import { handler as linesHandler } from '#functions/dividends/list-dividend-lines.ts';
import { handler as listHandler } from '#functions/dividends/list-dividends.ts';
import { handler as ofHolderHandler } from '#functions/dividends/list-shareholder-dividends.ts';
import { handler as remittancesHandler } from '#functions/dividends/list-tax-remittances.ts';
import { handler as previewHandler } from '#functions/dividends/preview-dividend.ts';
import { handler as remitHandler } from '#functions/dividends/record-tax-remittance.ts';
import { handler as scheduleHandler } from '#functions/dividends/schedule-dividend.ts';
import { handler as payWorker } from '#functions/workers/pay-dividend.ts';
import { handler as runWorker } from '#functions/workers/run-dividend.ts';
import { addDays, dayOf, isDay } from '#kernel/calendar.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import type { TestAws } from './aws-services.ts';
import { drain } from './queue-driver.ts';
import { call, type TestResponse } from './request.ts';

/** Returns the day that is so many days from today, in UTC. */
export function day(offset: number): string {
  return addDays(dayOf(new Date()), offset);
}

export const TERMS = {
  currency: 'USD',
  record_date: day(-1),
  // Tests declare what others have declared before them.
  repeats_terms: true,
  rate_per_share: '0.125',
};

/** Returns the days that fit a record date: it was declared by then, and is paid afterwards. */
function datesOf({ record_date = TERMS.record_date }: { record_date?: unknown }): object {
  if (typeof record_date !== 'string' || !isDay(record_date)) return {};
  return record_date < day(0)
    ? { declaration_date: record_date, payable_date: day(0) }
    : { payable_date: addDays(record_date, 14) };
}

/** The routes of dividends as one caller. */
export class Dividends {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  schedule(terms: object = {}, key: string | null = randomUUID()): Promise<TestResponse> {
    return call(scheduleHandler, routes.scheduleDividend, {
      as: this.#as,
      body: { ...datesOf(terms), ...TERMS, ...terms },
      headers: key === null ? {} : { 'Idempotency-Key': key },
    });
  }

  preview(terms: object = {}): Promise<TestResponse> {
    return call(previewHandler, routes.previewDividend, {
      as: this.#as,
      body: { ...datesOf(terms), ...TERMS, ...terms },
    });
  }

  /** Declares and answers the id. */
  async declare(terms: object = {}): Promise<string> {
    const declared = await this.schedule(terms);
    if (declared.status !== 201) throw new Error(declared.text);
    return declared.body.id;
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, routes.getDividend, { as: this.#as, params: { id } });
  }

  list(query: Record<string, string> = {}): Promise<TestResponse> {
    return call(listHandler, routes.listDividends, { as: this.#as, query });
  }

  lines(id: string, query: Record<string, string> = {}): Promise<TestResponse> {
    return call(linesHandler, routes.listDividendLines, { as: this.#as, params: { id }, query });
  }

  ofHolder(id: string): Promise<TestResponse> {
    return call(ofHolderHandler, routes.listShareholderDividends, { as: this.#as, params: { id } });
  }

  adjust(id: string, body: object, key: string | null = randomUUID()): Promise<TestResponse> {
    return call(adjustHandler, adjustDividend, {
      ...{ as: this.#as, params: { id }, body },
      headers: key === null ? {} : { 'Idempotency-Key': key },
    });
  }

  /** Records a payment of withheld tax, of backup withholding and yesterday's unless the body says otherwise. */
  remit(body: object, key = randomUUID()): Promise<TestResponse> {
    return call(remitHandler, recordTaxRemittance, {
      as: this.#as,
      body: { form: '945', currency: 'USD', paid_on: day(-1), reference: '270647512345678', ...body },
      headers: { 'Idempotency-Key': key },
    });
  }

  remittances(query: Record<string, string> = {}): Promise<TestResponse> {
    return call(remittancesHandler, listTaxRemittances, { as: this.#as, query });
  }

  cancel(id: string): Promise<TestResponse> {
    return call(cancelHandler, routes.cancelDividend, { as: this.#as, params: { id } });
  }
}

/** Runs the workers of dividends until their queues are empty. */
export async function work(aws: TestAws): Promise<void> {
  await drain(aws, 'dividend-runs', runWorker);
  await drain(aws, 'dividends', payWorker);
}

/** Enters holders with these positions, as an upload would; answers their ids in order. */
export async function enterHolders(
  admin: pg.Pool,
  tenantId: string,
  holdings: readonly string[],
  options: { securityClass?: string; effectiveDate?: string } = {},
): Promise<string[]> {
  const client = await admin.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    const change = await insertPositionChange(client, {
      security_class: options.securityClass ?? 'COMMON',
      effective_date: options.effectiveDate ?? day(-10),
    });
    const { rows } = await client.query<{ id: string }>(
      `insert into shareholders (tenant_id, external_ref, name, holdings, position_change_id)
       select $1, gen_random_uuid()::text, 'Holder', h::numeric, $3 from unnest($2::text[]) as h returning id`,
      [tenantId, holdings, change],
    );
    await client.query('commit');
    return rows.map(({ id }) => id);
  } finally {
    client.release();
  }
}
