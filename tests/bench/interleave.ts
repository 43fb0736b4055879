/** One way of doing the work that is measured. */
export interface Contestant {
  readonly name: string;
  /** Puts back what the last run has changed; isn't measured. */
  prepare?(): Promise<void>;
  /** Does the work once and answers how much was done. */
  run(): Promise<number>;
}

export interface Goal {
  /** The name of the measurement, for the table. */
  readonly title: string;
  readonly unit: string;
  readonly ours: Contestant;
  readonly limit: Contestant;
  /** The least that ours ÷ limit should be. */
  readonly atLeast: number;
  /** @default 3 */
  readonly rounds?: number;
}

/** The result of {@link interleave}: median rates, and the median of the rounds' ratios. */
export interface Outcome {
  readonly ours: number;
  readonly limit: number;
  readonly ratio: number;
  readonly met: boolean;
}

/**
 * Measures both in turn, so that whatever else the machine does meets both, and prints the medians. Only the ratio can be
 * compared between machines.
 */
export async function interleave(goal: Goal): Promise<Outcome> {
  const { title, unit, ours, limit, atLeast, rounds = 3 } = goal;
  const rates: { ours: number; limit: number }[] = [];
  await rateOf(ours);
  await rateOf(limit);
  for (let round = 0; round < rounds; round += 1) {
    // The order alternates, because each leaves its traces for the other.
    const oursFirst = round % 2 === 0;
    const first = await rateOf(oursFirst ? ours : limit);
    const second = await rateOf(oursFirst ? limit : ours);
    rates.push(oursFirst ? { ours: first, limit: second } : { ours: second, limit: first });
  }
  const outcome = {
    ours: median(rates.map((rate) => rate.ours)),
    limit: median(rates.map((rate) => rate.limit)),
    ratio: median(rates.map((rate) => rate.ours / rate.limit)),
  };
  const met = outcome.ratio >= atLeast;
  console.log(`\n${title} (${unit}, median of ${rounds})`);
  console.table({
    [ours.name]: { rate: Math.round(outcome.ours) },
    [limit.name]: { rate: Math.round(outcome.limit) },
  });
  console.log(
    `ratio ${outcome.ratio.toFixed(2)} of ${rates.map((rate) => (rate.ours / rate.limit).toFixed(2)).join(', ')}; goal ${atLeast}: ${met ? 'met' : 'MISSED'}`,
  );
  return { ...outcome, met };
}

export interface Comparison extends Pick<Goal, 'title' | 'unit' | 'limit' | 'rounds'> {
  readonly others: readonly Contestant[];
}

/** Measures ways of doing the same work in turn, and prints the median of each, and of its ratio to the limit. */
export async function compare({ title, unit, limit, others, rounds = 3 }: Comparison): Promise<void> {
  const all = [limit, ...others];
  const rates = all.map((): number[] => []);
  for (const contestant of all) await rateOf(contestant);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, contestant] of all.entries()) rates[index]?.push(await rateOf(contestant));
  const ratios = (index: number) =>
    (rates[index] ?? []).map((rate, round) => rate / (rates[0]?.[round] ?? Number.NaN));
  console.log(`\n${title} (${unit}, median of ${rounds})`);
  console.table(
    Object.fromEntries(
      all.map(({ name }, index) => [
        name,
        { rate: Math.round(median(rates[index] ?? [])), ratio: Number(median(ratios(index)).toFixed(2)) },
      ]),
    ),
  );
}

async function rateOf(contestant: Contestant): Promise<number> {
  await contestant.prepare?.();
  const startedMs = performance.now();
  const done = await contestant.run();
  return done / ((performance.now() - startedMs) / 1000);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
