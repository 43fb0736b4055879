import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { setParticipant } from '#plans/participants/participants.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { dropCredentialOf } from '#tests/support/drop-credentials.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { randomOf, shuffledCopies } from '#tests/support/random.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { storeFile } from '#tests/support/uploads.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

/** One birth date is missing, and the others have each catch-up of 2026. */
const BIRTHS = [undefined, '1980-05-01', '1970-01-01', '1964-12-31'];
const EMPLOYEES = BIRTHS.map((_, index) => `e-${index}`);

interface Sponsor {
  readonly tenant: TestTenant;
  readonly plans: ReadonlyMap<string, string>;
}

async function newSponsor(): Promise<Sponsor> {
  const tenant = await insertTestTenant(database.admin, 'SPONSOR');
  const plans = new Map<string, string>();
  for (const [index, employee_id] of EMPLOYEES.entries()) {
    const enrolment = { employee_id, plan_type: '401K', enrolled_on: '2025-01-01' };
    const { body } = await enroll(tenant, { ...enrolment, date_of_birth: BIRTHS[index] });
    // Two of them earned so much that their catch-up must be Roth.
    const wages = [{ year: 2025, amount: index > 1 ? '150000.01' : '150000' }];
    const details = { date_of_birth: BIRTHS[index] ?? null, wages };
    const as = { as: tenant.as('OPS'), params: { employee: employee_id }, body: details };
    expect((await call(setParticipantHandler, setParticipant, as)).status).toBe(200);
    plans.set(employee_id, body.id);
  }
  return { tenant, plans };
}

interface Row {
  readonly employee: string;
  readonly amount: string;
  readonly day: string;
  readonly source: string;
}

const fileOf = (rows: readonly Row[]) =>
  `employee_id,plan_type,amount,period,source\n${rows.map(({ employee, amount, day, source }) => `${employee},401K,${amount},${day},${source}\n`).join('')}`;

const DEFERRALS = ['EMPLOYEE', 'EMPLOYEE', 'ROTH'];
const OTHERS = CONTRIBUTION_SOURCES.filter((source) => !DEFERRALS.includes(source));

/** Amounts of a size at which the limits are met about half way. */
function payroll(count: number, random: () => number): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const isDeferred = random() < 0.6;
    const sources = isDeferred ? DEFERRALS : OTHERS;
    const source = sources[Math.floor(random() * sources.length)] ?? '';
    const cents = Math.ceil(random() * (isDeferred ? 700_000 : 1_500_000));
    return {
      employee: EMPLOYEES[Math.floor(random() * EMPLOYEES.length)] ?? '',
      amount: (cents / 100).toFixed(2),
      day: `2026-0${1 + Math.floor(index / 28)}-${String(1 + (index % 28)).padStart(2, '0')}`,
      source,
    };
  });
}

/** All that is known of a sponsor's contributions, but for ids and instants. */
async function ledger({ tenant }: Sponsor): Promise<unknown> {
  const { rows } = await database.admin.query(
    `select p.employee_id, c.source, c.amount, c.currency, c.effective_date, t.type, t.status, t.amount as paid,
       j.debit_account, j.credit_account, j.amount as posted, j.reason
     from contributions c join plans p on p.tenant_id = c.tenant_id and p.id = c.plan_id
       left join transactions t on t.tenant_id = c.tenant_id and t.id = c.id
       left join journal j on j.tenant_id = c.tenant_id and j.transaction_id = c.id
     where c.tenant_id = $1 order by 1, 5, 2`,
    [tenant.id],
  );
  const { rows: plans } = await database.admin.query(
    `select employee_id, employee_contributed, employer_contributed, balance, vested_money from plans where tenant_id = $1 order by 1`,
    [tenant.id],
  );
  const { rows: years } = await database.admin.query(
    `select employee_id, year, employee_amount, roth_amount, employer_amount from contribution_years where tenant_id = $1 order by 1, 2`,
    [tenant.id],
  );
  return { rows, plans, years };
}

/** The balances that each plan went through. */
async function steps({ tenant }: Sponsor): Promise<unknown[]> {
  const { rows } = await database.admin.query(
    `select p.employee_id, c.balance_after from contributions c join plans p on p.tenant_id = c.tenant_id and p.id = c.plan_id
     where c.tenant_id = $1 order by 1, c.id`,
    [tenant.id],
  );
  return rows;
}

const seeds = [1, 20_260_731, 4_294_967_291];

test.each(seeds)(
  'a payroll file accepts and refuses what single contributions would, in their order (seed %d)',
  async (seed) => {
    const rows = payroll(56, randomOf(seed));
    const [byFile, byPosts] = [await newSponsor(), await newSponsor()];
    const credential = await dropCredentialOf(database.admin, byFile.tenant);
    const key = `drop/${byFile.tenant.slug}/contributions/p.csv`;
    const stored = await storeFile(aws, key, fileOf(rows), credential);
    await processUpload(stored, { requestId: 'worker', isFinal: () => false });
    const { rows: uploads } = await database.admin.query(
      'select state, accepted, errors from uploads where tenant_id = $1',
      [byFile.tenant.id],
    );
    const refused: number[] = [];
    for (const [index, { employee, amount, day, source }] of rows.entries()) {
      const order = { amount, source, effective_date: day };
      const { status } = await contribute(byPosts.tenant, byPosts.plans.get(employee) ?? '', order);
      if (status !== 201) refused.push(index + 2);
    }
    expect(refused.length).toBeGreaterThan(0);
    expect(uploads).toMatchObject([{ state: 'COMPLETED', accepted: rows.length - refused.length }]);
    expect(uploads[0].errors.map(({ line }: { line: number }) => line)).toEqual(refused);
    expect(await ledger(byFile)).toEqual(await ledger(byPosts));
    expect(await steps(byFile)).toEqual(await steps(byPosts));
  },
);

test.each(seeds)(
  'files that come one to five times each, in any order, leave the books of once in order (seed %d)',
  async (seed) => {
    const random = randomOf(seed);
    const rows = payroll(24, random).map((row) => ({ ...row, amount: '100.00' }));
    // The last repeats rows of the others, as a file does that is sent whole again after a part of it.
    const files = [rows.slice(0, 8), rows.slice(8, 16), rows.slice(16), rows.slice(4, 20)].map(fileOf);
    const take = async ({ tenant }: Sponsor, order: readonly number[]) => {
      const credential = await dropCredentialOf(database.admin, tenant);
      const stored = await Promise.all(
        files.map((content, index) =>
          storeFile(aws, `drop/${tenant.slug}/contributions/p-${index}.csv`, content, credential),
        ),
      );
      for (const index of order)
        await processUpload(stored[index] as (typeof stored)[0], {
          requestId: 'worker',
          isFinal: () => false,
        });
    };
    const [once, often] = [await newSponsor(), await newSponsor()];
    await take(once, [0, 1, 2, 3]);
    await take(often, shuffledCopies([0, 1, 2, 3], 5, random));
    expect(await ledger(often)).toEqual(await ledger(once));
    const { rows: events } = await database.admin.query(
      `select o.tenant_id, count(*) as told from outbox o, json_array_elements(o.payload -> 'transactions')
       where o.tenant_id = any($1) and o.type = 'transaction.created' group by 1`,
      [[once.tenant.id, often.tenant.id]],
    );
    expect(events.map(({ told }) => told)).toEqual([24n, 24n]);
    const { rows: uploads } = await database.admin.query(
      'select state, accepted, rejected from uploads where tenant_id = $1',
      [often.tenant.id],
    );
    expect(uploads).toHaveLength(4);
    for (const upload of uploads) expect(upload).toMatchObject({ state: 'COMPLETED', rejected: 0 });
  },
);
