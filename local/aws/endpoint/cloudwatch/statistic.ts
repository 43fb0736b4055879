import type { Distribution } from './metric-store.ts';

const TRIMMED_COUNT = /^TC\(:(\d+(?:\.\d+)?)\)$/;

const SIMPLE: Readonly<Record<string, (values: Distribution) => number>> = {
  SampleCount: samples,
  Sum: sum,
  Average: (values) => sum(values) / samples(values),
  Minimum: (values) => Math.min(...values.keys()),
  Maximum: (values) => Math.max(...values.keys()),
};

/** A statistic by its name in CloudWatch; undefined for one that isn't implemented. */
export function statistic(name: string): ((values: Distribution) => number) | undefined {
  if (Object.hasOwn(SIMPLE, name)) return SIMPLE[name];
  const bound = TRIMMED_COUNT.exec(name)?.[1];
  if (bound === undefined) return undefined;
  return (values) => samples(new Map([...values].filter(([value]) => value <= Number(bound))));
}

function samples(values: Distribution): number {
  return values.values().reduce((total, times) => total + times, 0);
}

function sum(values: Distribution): number {
  return values.entries().reduce((total, [value, times]) => total + value * times, 0);
}
