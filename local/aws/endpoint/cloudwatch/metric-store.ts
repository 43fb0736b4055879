import { isJsonObject, type JsonObject } from '../json-input.ts';

export type MetricDimensions = Readonly<Record<string, string>>;

export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: MetricDimensions;
}

/** A metric that a service of the platform computes whenever it is read. */
export interface LiveMetric extends MetricIdentity {
  readonly value: number;
}

/** The number of times that each value occurred. Functions round their values, so that a day of them stays small. */
export type Distribution = ReadonlyMap<number, number>;

interface Series extends MetricIdentity {
  /** The values by the minute's beginning, in milliseconds since 1970. */
  readonly minutes: Map<number, Map<number, number>>;
}

const MINUTE_MS = 60_000;
/** No query reads older values. */
const KEPT_MS = 25 * 60 * MINUTE_MS;

/** Metrics of the platform since it was started: those that functions print, and those that services know of themselves. */
export class MetricStore {
  readonly #series = new Map<string, Series>();
  readonly #live: () => readonly LiveMetric[];

  constructor(live: () => readonly LiveMetric[] = () => []) {
    this.#live = live;
  }

  /** Takes a line of a function's log in CloudWatch's embedded metric format. False when it is none. */
  collect(line: string): boolean {
    if (!line.startsWith('{"_aws"')) return false;
    const entry = parse(line);
    if (!isJsonObject(entry) || !isJsonObject(entry._aws)) return false;
    const { Timestamp, CloudWatchMetrics } = entry._aws;
    for (const directive of list(CloudWatchMetrics)) this.#take(entry, directive, Number(Timestamp));
    return true;
  }

  #take(entry: JsonObject, { Namespace, Dimensions, Metrics }: JsonObject, atMs: number): void {
    for (const names of Array.isArray(Dimensions) ? (Dimensions as string[][]) : []) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(entry[name])]));
      for (const { Name } of list(Metrics)) {
        const name = String(Name);
        for (const value of [entry[name]].flat())
          this.add({ namespace: String(Namespace), name, dimensions }, Number(value), atMs);
      }
    }
  }

  add(metric: MetricIdentity, value: number, atMs: number): void {
    const key = keyOf(metric);
    const series: Series = this.#series.get(key) ?? { ...metric, minutes: new Map() };
    this.#series.set(key, series);
    const minute = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const values = series.minutes.get(minute);
    if (values !== undefined) values.set(value, (values.get(value) ?? 0) + 1);
    else {
      series.minutes.set(minute, new Map([[value, 1]]));
      for (const old of series.minutes.keys()) if (old < atMs - KEPT_MS) series.minutes.delete(old);
    }
  }

  list(): MetricIdentity[] {
    return [...this.#series.values(), ...this.#live()].map(({ namespace, name, dimensions }) => ({
      namespace,
      name,
      dimensions,
    }));
  }

  /**
   * Returns the values of a metric from `startMs` to before `endMs`, by the beginning of the period that they are in, in order. Periods begin at their
   * multiples; those without values are left out, so that a long time costs no more than its values.
   */
  byPeriod(
    metric: MetricIdentity,
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
    periodMs: number,
  ): [startMs: number, values: Distribution][] {
    const begin = (atMs: number) => Math.floor(atMs / periodMs) * periodMs;
    const found = new Map<number, Map<number, number>>();
    for (const [minute, values] of this.#minutesOf(metric)) {
      const period = begin(minute);
      if (period < begin(startMs) || period >= endMs) continue;
      const all = found.get(period) ?? new Map<number, number>();
      found.set(period, all);
      for (const [value, times] of values) all.set(value, (all.get(value) ?? 0) + times);
    }
    return [...found].sort(([one], [other]) => one - other);
  }

  #minutesOf(metric: MetricIdentity): Iterable<readonly [atMs: number, values: Distribution]> {
    const key = keyOf(metric);
    const live = this.#live().find((candidate) => keyOf(candidate) === key);
    return live === undefined
      ? (this.#series.get(key)?.minutes ?? [])
      : [[Date.now(), new Map([[live.value, 1]])]];
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
