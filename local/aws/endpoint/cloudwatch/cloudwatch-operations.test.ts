import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json-input.ts';
import { CLOUDWATCH_OPERATIONS } from './cloudwatch-operations.ts';
import { MetricStore } from './metric-store.ts';

const MINUTE_MS = 60_000;
const metric = { namespace: 'Test', name: 'Calls', dimensions: {} };
const query = (Id: string, Period: number) => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Test', MetricName: 'Calls' }, Period, Stat: 'Sum' },
});

function ask(store: MetricStore, input: JsonObject): JsonObject {
  return CLOUDWATCH_OPERATIONS.GetMetricData?.(store, input) ?? {};
}

describe('GetMetricData', () => {
  const nowMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const store = new MetricStore(() => [{ ...metric, name: 'Waiting', value: 7 }]);
  for (const minute of [0, 1, 3]) store.add(metric, minute + 1, nowMs + minute * MINUTE_MS);

  test('answers a time since 1970 at once: what it takes depends on the values, not on the time', () => {
    const startedMs = performance.now();
    const { MetricDataResults } = ask(store, {
      MetricDataQueries: [query('a', 60)],
      StartTime: 0,
      EndTime: nowMs / 1_000 + 3_600,
      ScanBy: 'TimestampAscending',
    });
    expect(MetricDataResults).toMatchObject([{ Values: [1, 2, 4] }]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test('begins periods at their multiples, and completes those that have begun', () => {
    const { MetricDataResults } = ask(store, {
      MetricDataQueries: [query('two', 120), query('one', 60)],
      StartTime: nowMs / 1_000 + 70,
      EndTime: nowMs / 1_000 + 180,
    });
    expect(MetricDataResults).toMatchObject([
      { Timestamps: [nowMs / 1_000 + 120, nowMs / 1_000], Values: [4, 3] },
      { Timestamps: [nowMs / 1_000 + 60], Values: [2] },
    ]);
  });

  test('reads what a service knows of itself now', () => {
    const live = {
      Id: 'a',
      MetricStat: { Metric: { Namespace: 'Test', MetricName: 'Waiting' }, Stat: 'Maximum' },
    };
    const around = { StartTime: Date.now() / 1_000 - 60, EndTime: Date.now() / 1_000 + 60 };
    const before = { StartTime: around.StartTime - 600, EndTime: around.StartTime - 300 };
    expect(ask(store, { MetricDataQueries: [live], ...around })).toMatchObject({
      MetricDataResults: [{ Values: [7] }],
    });
    expect(ask(store, { MetricDataQueries: [live], ...before })).toMatchObject({
      MetricDataResults: [{ Values: [] }],
    });
  });

  test('refuses more points than CloudWatch answers, rather than some of them', () => {
    const full = new MetricStore();
    for (let minute = 0; minute < 300; minute += 1) full.add(metric, 1, nowMs + minute * MINUTE_MS);
    const window = { StartTime: nowMs / 1_000, EndTime: nowMs / 1_000 + 300 * 60 };
    const queries = (count: number) => Array.from({ length: count }, (_, index) => query(`q${index}`, 60));
    expect(ask(full, { MetricDataQueries: queries(336), ...window }).MetricDataResults).toHaveLength(336);
    expect(() => ask(full, { MetricDataQueries: queries(337), ...window })).toThrow('100800 points');
  });
});
