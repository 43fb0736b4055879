import { randomUUID } from 'node:crypto';
import { behaviourOf } from '#payments/mock-bank/behaviour.ts';
import { queueName } from './aws-services.ts';
import { ADAPTERS, type Adapter, type BothBanks } from './both-banks.ts';
import { magic } from './payment-client.ts';
import { orderDividend } from './payment-load.ts';
import type { PaymentsWorld } from './payments.ts';
import { randomOf } from './random.ts';
import type { TestTenant } from './tenants.ts';

/** Makes a number of each kind; the weight says how often it is of that kind. */
const NUMBERS: readonly (readonly [weight: number, of: (random: () => number) => string])[] = [
  [30, () => '0000'],
  [18, (random) => `01${two(1 + random() * 85)}`],
  [14, (random) => `02${two(1 + random() * 85)}`],
  [8, (random) => `03${two(1 + random() * 4)}`],
  [8, (random) => `04${two(1 + random() * 6)}`],
  [2, (random) => `050${random() < 0.5 ? 1 : 3}`],
  [5, () => '0504'],
  [1, () => '0505'],
  [1, () => '0506'],
  [1, () => '0507'],
  [4, (random) => `06${two(random() * 4)}`],
  [8, (random) => `09${two(random() * 29)}`],
];
const MOST_PAYMENTS = 6;
/** The odds of a day or a payment to have something to it. */
const [OFTEN_SAID_AGAIN, OFTEN_SAID_WRONGLY, OFTEN_SILENT] = [0.2, 0.1, 0.2];

const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');

function numberOf(random: () => number): string {
  let left = random() * NUMBERS.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, of] of NUMBERS) {
    left -= weight;
    if (left < 0) return of(random);
  }
  return '0000';
}

/** A payment of a seed, and what its bank has said of it that isn't true. */
export interface RandomPayment {
  readonly seed: number;
  readonly adapter: Adapter;
  readonly tenant: TestTenant;
  readonly id: string;
  readonly last4: string;
  saidWrongly: boolean;
}

/** Orders the payments of a seed, the same ones of a tenant of each adapter. */
export async function orderSeed(
  world: PaymentsWorld,
  banks: BothBanks,
  seed: number,
): Promise<RandomPayment[]> {
  const random = randomOf(seed);
  const last4s = Array.from({ length: 1 + Math.floor(random() * MOST_PAYMENTS) }, () => numberOf(random));
  const paid: RandomPayment[] = [];
  for (const adapter of ADAPTERS) {
    const tenant = await banks.tenant(adapter);
    const ids = await orderDividend(world.database.admin, tenant, last4s.length, last4s);
    paid.push(
      ...ids.map((id, index) => ({
        ...{ seed, adapter, tenant, id },
        ...{ last4: last4s[index] as string, saidWrongly: false },
      })),
    );
  }
  return paid;
}

/**
 * Lets days pass on which banks are silent at times, say things again, and now and then something that isn't true. The seed
 * decides when.
 */
export async function randomDays(
  world: PaymentsWorld,
  banks: BothBanks,
  paid: readonly RandomPayment[],
  {
    seed,
    days,
    silentWithin,
  }: { readonly seed: number; readonly days: number; readonly silentWithin: number },
): Promise<void> {
  const random = randomOf(seed);
  const wrong = new Map(
    paid
      .filter(() => random() < OFTEN_SAID_WRONGLY)
      .map((payment) => [payment, Math.floor(random() * silentWithin)] as const),
  );
  for (let day = 0; day < days; day++) {
    banks.silence(day < silentWithin && random() < OFTEN_SILENT);
    for (const [payment, on] of wrong) if (on === day) await sayWrongly(world, banks, payment);
    if (random() < OFTEN_SAID_AGAIN) await banks.sayAgain(random);
    await banks.day();
  }
  banks.silence(false);
}

/** Says that a payment which comes back was settled, or the other way round; of a file, that it was rejected. */
async function sayWrongly(world: PaymentsWorld, banks: BothBanks, payment: RandomPayment): Promise<void> {
  const { adapter, tenant, id, last4 } = payment;
  if (adapter === 'by file') {
    payment.saidWrongly = await banks.rejectFileOf(tenant, id);
    return;
  }
  const { rows } = await world.database.admin.query(
    `select from transactions where id = $1 and status <> 'PENDING'`,
    [id],
  );
  // Nobody says anything of what it doesn't have.
  if (rows.length === 0) return;
  payment.saidWrongly = true;
  const kind = behaviourOf(magic(last4)).returns === undefined ? 'REJECTED' : 'SETTLED';
  const event = { event_id: randomUUID(), client_id: tenant.id, reference: id, kind };
  world.aws.endpoint.queues.send(queueName('mock-bank-callbacks'), {
    body: JSON.stringify({
      ...{ client_id: tenant.id, signature: 'good' },
      body: JSON.stringify(kind === 'REJECTED' ? { ...event, code: 'R17' } : event),
    }),
  });
}
