import { afterAll, beforeAll, expect, test } from 'vitest';
import { standForEnvironments } from '#platform/db/pool.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const POSTS = 2_500;
const CLIENTS = 32;
const TIMEOUT_MS = 5 * 60_000;

let database: TestDatabase;
let globex: TestTenant;

beforeAll(async () => {
  standForEnvironments(CLIENTS);
  database = await testDatabase();
  globex = await insertTestTenant(database.admin, 'SPONSOR');
});

afterAll(() => database.close());

interface Posted {
  readonly planId: string;
  readonly amount: bigint;
  readonly balanceAfter: bigint;
}

const cents = (text: string) => BigInt(text.replace('.', ''));

/** Posts of `CLIENTS` clients, each on a plan by chance; a client repeats nothing. What is refused ends them all. */
async function post(plans: readonly string[]): Promise<Posted[]> {
  const posted: Posted[] = [];
  const refused: TestResponse[] = [];
  let left = POSTS;
  const client = async (): Promise<void> => {
    while (left > 0 && refused.length === 0) {
      left -= 1;
      const planId = plans[Math.floor(Math.random() * plans.length)] ?? '';
      const amount = 1n + BigInt(Math.floor(Math.random() * 100_000));
      const text = `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
      const source = Math.random() < 0.5 ? 'EMPLOYEE' : 'EMPLOYER';
      const answer = await contribute(globex, planId, { amount: text, source });
      if (answer.status === 201)
        posted.push({ planId, amount, balanceAfter: cents(answer.body.balance_after) });
      else refused.push(answer);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  expect(refused).toEqual([]);
  return posted;
}

test.each([1, 100])(
  `${POSTS} posts of ${CLIENTS} clients on %d plans: none is lost, none is doubled, none is refused`,
  async (count) => {
    const plans: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const { body } = await enroll(globex, {
        employee_id: `load-${count}-${index}`,
        plan_type: 'ESPP',
        currency: 'EUR',
      });
      plans.push(body.id);
    }
    // The statistics of a table this small make reading all of it the cheapest plan.
    await database.admin.query('analyze');
    const posted = await post(plans);
    expect(posted).toHaveLength(POSTS);
    for (const [planId, ofPlan] of Map.groupBy(posted, (entry) => entry.planId)) {
      const { rows } = await database.admin.query(
        `select p.balance, count(c.*) as entries, sum(c.amount)::bigint as total, p.version,
           (select sum(amount)::bigint from transactions t where t.tenant_id = p.tenant_id and t.plan_id = p.id) as paid,
           (select sum(employee_amount + employer_amount)::bigint from contribution_years y
             where y.tenant_id = p.tenant_id and y.employee_id = p.employee_id) as years
         from plans p join contributions c on c.tenant_id = p.tenant_id and c.plan_id = p.id
         where p.id = $1 group by p.tenant_id, p.id`,
        [planId],
      );
      const total = ofPlan.reduce((sum, { amount }) => sum + amount, 0n);
      expect(rows).toEqual([
        {
          balance: total,
          entries: BigInt(ofPlan.length),
          total,
          version: ofPlan.length + 1,
          paid: total,
          years: total,
        },
      ]);
      // Each saw the one before it: the balances follow one another without a gap.
      let balance = 0n;
      for (const { amount, balanceAfter } of ofPlan.toSorted((a, b) =>
        a.balanceAfter < b.balanceAfter ? -1 : 1,
      )) {
        balance += amount;
        expect(balanceAfter).toBe(balance);
      }
    }
  },
  TIMEOUT_MS,
);
