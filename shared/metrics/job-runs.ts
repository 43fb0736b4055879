import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import { ENVIRONMENT_DIMENSION, type MetricName } from '#contracts/metrics.ts';
import * as environment from '#platform/environment.ts';
import { askEach, listSeries } from './cloudwatch.ts';

const DURATION: MetricName = 'JobDuration';
const PERIOD_SECONDS = 300;

/** The runs of a job that ended in a span of time. */
export interface JobRuns {
  /** The beginning of the period of five minutes in which the last one ended. */
  readonly last_run_at: string | null;
  readonly runs: number;
  readonly failures: number;
}

/** Counts the runs of each scheduled job, by its name. A job without any is left out. */
export async function jobRuns({
  start,
  end,
}: {
  readonly start: Date;
  readonly end: Date;
}): Promise<ReadonlyMap<string, JobRuns>> {
  const series = (await listSeries(METRIC_NAMESPACE, { [ENVIRONMENT_DIMENSION]: environment.name() })).filter(
    ({ name, dimensions }) => name === DURATION && dimensions.kind === 'scheduled',
  );
  const answers = await askEach(
    series.map((one) => ({ series: one, stat: 'SampleCount' })),
    { start, end, periodSeconds: PERIOD_SECONDS },
  );
  const found = new Map<string, JobRuns>();
  for (const [index, { dimensions }] of series.entries()) {
    const points = answers[index] ?? [];
    const count = points.reduce((sum, { value }) => sum + value, 0);
    const newest = points[0]?.at ?? null;
    const { job = '', outcome } = dimensions;
    const { last_run_at = null, runs = 0, failures = 0 } = found.get(job) ?? {};
    if (count > 0)
      found.set(job, {
        last_run_at: newest === null || (last_run_at !== null && last_run_at > newest) ? last_run_at : newest,
        runs: runs + count,
        failures: failures + (outcome === 'failed' ? count : 0),
      });
  }
  return found;
}
