import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allocatePool } from '#tests/oracles/allocate-pool.ts';
import { calculateDividend } from '#tests/oracles/calculate-dividend.ts';
import { snapshotHash } from '#tests/oracles/snapshot-hash.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, day, enterHolders, work } from '#tests/support/dividends.ts';
import { Register } from '#tests/support/register.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** The lines that a preview names. */
const LARGEST = 10;

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

interface Line {
  readonly shareholder_id: string;
  readonly holdings: string;
  readonly amount: string;
  readonly transaction_id: string | null;
}

async function linesOf(id: string): Promise<Line[]> {
  const { rows } = await database.admin.query<Line>(
    `select shareholder_id, trim_scale(holdings)::text as holdings, amount::text, transaction_id
     from dividend_lines where dividend_id = $1 order by shareholder_id`,
    [id],
  );
  return rows;
}

async function freshIssuer(
  holdings: readonly string[],
): Promise<{ dividends: Dividends; tenant: TestTenant }> {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  await enterHolders(database.admin, tenant.id, holdings);
  return { dividends: new Dividends(tenant.as('OPS')), tenant };
}

describe('the database computes what the pure functions do', () => {
  const decimal = (maxUnits: bigint) =>
    fc.tuple(fc.bigInt({ min: 1n, max: maxUnits }), fc.integer({ min: 0, max: 8 })).map(([units, scale]) => {
      const digits = units.toString().padStart(scale + 1, '0');
      return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    });
  const holdings = fc.array(decimal(10n ** 10n), { minLength: 1, maxLength: 40 });
  const currency = fc.constantFrom('JPY', 'USD', 'KWD');

  async function hashOf(id: string): Promise<string> {
    const { rows } = await database.admin.query('select snapshot_sha256 from dividends where id = $1', [id]);
    return rows[0].snapshot_sha256;
  }
  const pureHash = (lines: readonly Line[]) =>
    snapshotHash(
      lines.map(({ shareholder_id, holdings: held, amount }) => ({
        shareholderId: shareholder_id,
        holdings: held,
        amountMinor: BigInt(amount),
      })),
    );

  /** A preview has said what came: the sums, and the largest lines. */
  async function expectPreviewed({ body }: TestResponse, dividends: Dividends, id: string): Promise<void> {
    const { holders, total_amount, residual, reconciliation } = (await dividends.get(id)).body;
    const payable_holders = reconciliation.payable_lines;
    expect(body).toMatchObject({ holders, total_amount, residual, payable_holders, is_final: true });
    const lines = (await dividends.lines(id)).body.data as { shareholder_id: string; amount: string }[];
    const largest = lines
      .sort((a, b) => Number(b.amount) - Number(a.amount) || (a.shareholder_id < b.shareholder_id ? -1 : 1))
      .slice(0, LARGEST);
    expect(body.largest).toMatchObject(
      largest.map(({ shareholder_id, amount }) => ({ shareholder_id, amount })),
    );
  }

  test('a preview stores nothing, tells the banking day, and refuses what a declaration would', async () => {
    const { dividends } = await freshIssuer(['8', '0.01']);
    const friday = { declaration_date: '2026-01-02', record_date: '2026-01-05', payable_date: '2026-01-17' };
    expect(await dividends.preview({ ...friday, record_date: day(-1), payable_date: day(0) })).toMatchObject({
      status: 200,
      body: {
        holders: 2,
        payable_holders: 1,
        total_amount: '1.00',
        blocked_reasons: [],
        positions_as_of: day(-1),
        frozen_from: day(0),
      },
    });
    // A Saturday, before the Monday of Martin Luther King, Jr.
    expect((await dividends.preview(friday)).body).toMatchObject({
      holders: 0,
      first_banking_day: '2026-01-20',
    });
    expect((await dividends.preview({ record_date: day(7), payable_date: day(21) })).body).toMatchObject({
      ...{ is_final: false, positions_as_of: day(0), holders: 2, frozen_from: day(8) },
    });
    for (const currency of ['JPY', 'EUR', 'KWD'])
      expect((await dividends.preview({ currency })).body.blocked_reasons).toEqual(['CURRENCY_NOT_PAYABLE']);
    for (const wrong of [
      { security_class: 'PREFERED' },
      { declaration_date: day(1), record_date: day(2), payable_date: day(9) },
      { rate_per_share: '99999999999999999999' },
      { total_pool: '1' },
      { extra: true },
    ])
      expect((await dividends.preview(wrong)).status, JSON.stringify(wrong)).toBe(422);
    expect((await dividends.list()).body.data).toEqual([]);
  });

  test('at a rate', async () => {
    await fc.assert(
      fc.asyncProperty(holdings, decimal(10n ** 4n), currency, async (held, rate, code) => {
        const { dividends } = await freshIssuer(held);
        const terms = { currency: code, rate_per_share: rate };
        const previewed = await dividends.preview(terms);
        const id = await dividends.declare(terms);
        await work(aws);
        await expectPreviewed(previewed, dividends, id);
        const lines = await linesOf(id);
        expect(lines).toHaveLength(held.length);
        for (const line of lines) {
          expect(BigInt(line.amount)).toBe(calculateDividend(line.holdings, rate, code));
          expect(line.transaction_id === null).toBe(line.amount === '0');
        }
        expect(await hashOf(id)).toBe(pureHash(lines));
        expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  test('of a pool', async () => {
    const pool = fc.bigInt({ min: 1n, max: 10n ** 12n - 1n });
    await fc.assert(
      fc.asyncProperty(holdings, pool, async (held, yen) => {
        const { dividends } = await freshIssuer(held);
        const terms = { currency: 'JPY', rate_per_share: undefined, total_pool: String(yen) };
        const previewed = await dividends.preview(terms);
        const id = await dividends.declare(terms);
        await work(aws);
        await expectPreviewed(previewed, dividends, id);
        const lines = await linesOf(id);
        const allocated = allocatePool(
          yen,
          lines.map(({ shareholder_id, holdings: of }) => ({ shareholderId: shareholder_id, holdings: of })),
        );
        for (const { shareholder_id, amount } of lines)
          expect(BigInt(amount)).toBe(allocated.get(shareholder_id));
        expect(await hashOf(id)).toBe(pureHash(lines));
        expect((await dividends.get(id)).body).toMatchObject({ total_amount: String(yen), reconciled: true });
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  test('over more than one block and chunk; transactions are numbered in the order of holders', async () => {
    const { dividends } = await freshIssuer(Array.from({ length: 2_345 }, (_, index) => String(index + 1)));
    const id = await dividends.declare();
    await work(aws);
    const lines = await linesOf(id);
    expect(await hashOf(id)).toBe(pureHash(lines));
    const ids = lines.map(({ transaction_id }) => transaction_id as string);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(2_345);
    for (const transactionId of [ids[0], ids.at(-1)])
      expect(transactionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const chunks = await database.admin.query(
      'select holders from dividend_chunks where dividend_id = $1 order by first_shareholder_id',
      [id],
    );
    expect(chunks.rows.map(({ holders }) => holders)).toEqual([1000, 1000, 345]);
  });
});

describe('the register continues', () => {
  test('positions are those of the record date, corrections back-dated before the snapshot included', async () => {
    const { dividends, tenant } = await freshIssuer([]);
    const register = new Register(tenant.as('OPS'));
    const early = await register.holder('100', { effective_date: day(-20) });
    await register.holder('50', { effective_date: day(-1) });
    await register.update(early.id, { holdings: '160', effective_date: day(-6), reason: 'correction' });
    await register.update(early.id, { holdings: '10', effective_date: day(-2) });
    const id = await dividends.declare({
      declaration_date: day(-9),
      record_date: day(-5),
      payable_date: day(1),
    });
    await work(aws);
    // The seller of two days ago is still the holder of record; who came yesterday is not.
    expect(await linesOf(id)).toEqual([
      expect.objectContaining({ shareholder_id: early.id, holdings: '160', amount: '2000' }),
    ]);
    const before = await linesOf(id);
    await register.update(early.id, { holdings: '500', effective_date: day(-6) });
    await work(aws);
    expect(await linesOf(id)).toEqual(before);
  });

  test('and can’t tear the snapshot: it is the ledger of one instant', async () => {
    const { dividends, tenant } = await freshIssuer(Array(400).fill('100'));
    const register = new Register(tenant.as('OPS'));
    const { rows } = await database.admin.query<{ id: string }>(
      'select id from shareholders where tenant_id = $1 order by id',
      [tenant.id],
    );
    let stop = false;
    const trader = async (offset: number): Promise<number> => {
      let moved = 0;
      for (let turn = 0; !stop; turn += 1) {
        const from = rows[(turn * 7 + offset) % rows.length]?.id ?? '';
        const to = rows[(turn * 13 + offset + 200) % rows.length]?.id ?? '';
        if (from === to) continue;
        const answer = await register.transfer({
          from_shareholder_id: from,
          to_shareholder_id: to,
          quantity: '1',
          effective_date: day(-1),
        });
        if (answer.status >= 300) throw new Error(answer.text);
        moved += 1;
      }
      return moved;
    };
    const traders = [trader(0), trader(100)];
    const ids: string[] = [];
    try {
      for (let run = 0; run < 5; run += 1) {
        ids.push(await dividends.declare());
        await work(aws);
      }
    } finally {
      stop = true;
    }
    const moved = await Promise.all(traders);
    expect(Math.min(...moved)).toBeGreaterThan(0);
    for (const id of ids) {
      const { rows: sums } = await database.admin.query(
        `select (select sum(holdings)::text from dividend_lines where dividend_id = d.id) as held,
           (select count(*)::integer from (
              select shareholder_id, holdings from dividend_lines where dividend_id = d.id
              except
              select e.shareholder_id, sum(e.delta) from position_entries e
              where e.tenant_id = d.tenant_id and e.recorded_at <= d.positions_known_at group by 1) as torn) as torn
         from dividends d where d.id = $1`,
        [id],
      );
      // Transfers keep the sum; half a transfer would not.
      expect(sums[0]).toEqual({ held: '40000.00000000', torn: 0 });
      expect((await dividends.get(id)).body).toMatchObject({ state: 'PENDING', reconciled: true });
    }
  });
});
