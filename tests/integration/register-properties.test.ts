import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import { declareClasses, insertTestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const HOLDERS = 4;
const UNITS = 10n ** 8n;

const holder = fc.nat({ max: HOLDERS - 1 });
const units = fc.bigInt({ min: 0n, max: 50n * UNITS });
const dated = {
  age: fc.constantFrom(0, 0, 1, 3, 10),
  security_class: fc.constantFrom('COMMON', 'COMMON', 'PREF'),
};
const operation = fc.oneof(
  fc.record({ kind: fc.constant('transfer' as const), from: holder, to: holder, units, ...dated }),
  fc.record({ kind: fc.constant('set' as const), at: holder, units, ...dated }),
  fc.record({ kind: fc.constant('close' as const), at: holder }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function decimal(value: bigint): string {
  return `${value / UNITS}.${String(value % UNITS).padStart(8, '0')}`;
}

async function run(register: Register, ids: readonly string[], step: Operation): Promise<number> {
  if (step.kind === 'close') return (await register.close(ids[step.at] as string)).status;
  const note = { effective_date: daysAgo(step.age), security_class: step.security_class };
  if (step.kind === 'set')
    return (await register.update(ids[step.at] as string, { holdings: decimal(step.units), ...note })).status;
  const order = {
    from_shareholder_id: ids[step.from],
    to_shareholder_id: ids[step.to],
    quantity: decimal(step.units),
  };
  return (await register.transfer({ ...order, ...note })).status;
}

test('whatever is done, holdings are the sum of the ledger and no class closes a day below zero', async () => {
  const issuer = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, issuer, 'PREF');
  const register = new Register(issuer.as('OPS'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 3, maxLength: 20 }),
      fc.boolean(),
      async (steps, atOnce) => {
        const holders = await Promise.all(
          Array.from({ length: HOLDERS }, (_, i) =>
            register.holder(`${i * 10}`, { effective_date: daysAgo(5) }),
          ),
        );
        const ids = holders.map(({ id }) => id);
        const statuses: number[] = [];
        if (atOnce) statuses.push(...(await Promise.all(steps.map((step) => run(register, ids, step)))));
        else for (const step of steps) statuses.push(await run(register, ids, step));
        for (const status of statuses) expect([200, 201, 204, 409, 412, 422]).toContain(status);
        expect(await brokenPositions(database.admin)).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
});
