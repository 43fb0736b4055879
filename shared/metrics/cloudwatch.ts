import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { callForEach } from '#platform/at-once.ts';
import { awsClient } from '#platform/aws/client.ts';

export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A question about a series. Its answer is one number, the newest of its window. */
export interface Question {
  readonly series: MetricSeries;
  /** A statistic by CloudWatch's name: `Sum`, `TC(:0.1)`. */
  readonly stat: string;
}

/** A span of time, cut into periods that each give one number. */
export interface Window {
  readonly start: Date;
  readonly end: Date;
  readonly periodSeconds: number;
}

/** GetMetricData takes five hundred queries a call. */
const QUERIES_PER_CALL = 500;
/** ListMetrics returns five hundred metrics per page. We never have more pages than this. */
const MAX_PAGES = 40;

async function cloudWatch() {
  const sdk = await import('@aws-sdk/client-cloudwatch');
  return { sdk, client: awsClient(sdk.CloudWatchClient) };
}

/** The series of a namespace that have had values in the last two weeks. */
export async function listSeries(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
): Promise<MetricSeries[]> {
  const { sdk, client } = await cloudWatch();
  const series: MetricSeries[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await client.send(
      new sdk.ListMetricsCommand({
        Namespace: namespace,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    for (const { MetricName = '', Dimensions = [] } of answer.Metrics ?? [])
      series.push({
        namespace,
        name: MetricName,
        dimensions: Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value])),
      });
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return series;
}

/** The newest number of each question, in their order; undefined where there is none in the window. */
export async function ask(questions: readonly Question[], window: Window): Promise<(number | undefined)[]> {
  return (await askEach(questions, window)).map(([newest]) => newest?.value);
}

/** The number of a period. */
export interface Point {
  /** The period's beginning: ISO 8601, UTC. */
  readonly at: string;
  readonly value: number;
}

/** All numbers of each question in the window, in the order of the questions, the newest first. */
export async function askEach(questions: readonly Question[], window: Window): Promise<Point[][]> {
  if (questions.length === 0) return [];
  const { sdk, client } = await cloudWatch();
  const answers: Point[][] = questions.map(() => []);
  const askSome = async (start: number): Promise<void> => {
    const some = questions.slice(start, start + QUERIES_PER_CALL);
    let NextToken: string | undefined;
    do {
      const answer = await client.send(
        new sdk.GetMetricDataCommand({
          MetricDataQueries: some.map((question, index) => queryOf(question, start + index, window)),
          StartTime: window.start,
          EndTime: window.end,
          ScanBy: 'TimestampDescending',
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      );
      // A page may hold the rest of a series that an earlier one began.
      for (const { Id = '', Values = [], Timestamps = [] } of answer.MetricDataResults ?? [])
        for (const [index, value] of Values.entries())
          answers[Number(Id.slice(1))]?.push({ at: Timestamps[index]?.toISOString() ?? '', value });
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
  };
  const starts = questions.keys().filter((index) => index % QUERIES_PER_CALL === 0);
  await callForEach(starts, askSome);
  return answers;
}

function queryOf({ series, stat }: Question, index: number, { periodSeconds }: Window): MetricDataQuery {
  const { namespace, name, dimensions } = series;
  return {
    // An id begins with a small letter.
    Id: `q${index}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: stat,
    },
  };
}
