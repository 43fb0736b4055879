import { AwsError } from '../aws-error.ts';
import {
  isJsonObject,
  type JsonObject,
  objectList,
  onlyParameters,
  optionalInteger,
  optionalText,
  requiredText,
} from '../json-input.ts';
import type { MetricDimensions, MetricIdentity, MetricStore } from './metric-store.ts';
import { statistic } from './statistic.ts';

/** The size of a page of ListMetrics, and the maximum of queries of a GetMetricData. */
const PAGE = 500;
const DAY_SECONDS = 86_400;
/** The points of one answer of CloudWatch. */
const MAX_DATAPOINTS = 100_800;

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}

function dimensionsOf(input: JsonObject): MetricDimensions {
  return Object.fromEntries(
    objectList(input, 'Dimensions').map((dimension) => {
      onlyParameters(dimension, ['Name', 'Value']);
      return [requiredText(dimension, 'Name'), requiredText(dimension, 'Value')];
    }),
  );
}

function listMetrics(store: MetricStore, input: JsonObject): JsonObject {
  onlyParameters(input, ['Namespace', 'MetricName', 'Dimensions', 'NextToken']);
  const namespace = optionalText(input, 'Namespace');
  const name = optionalText(input, 'MetricName');
  const wanted = Object.entries(dimensionsOf(input));
  const found = store
    .list()
    .filter(
      (metric) =>
        (namespace === undefined || metric.namespace === namespace) &&
        (name === undefined || metric.name === name) &&
        wanted.every(([dimension, value]) => metric.dimensions[dimension] === value),
    );
  const start = Number(optionalText(input, 'NextToken') ?? 0);
  if (!Number.isInteger(start)) throw invalid('NextToken is not one of ours.');
  const next = start + PAGE;
  return {
    Metrics: found.slice(start, next).map(({ namespace: Namespace, name: MetricName, dimensions }) => ({
      Namespace,
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(next < found.length ? { NextToken: String(next) } : {}),
  };
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

function getMetricData(store: MetricStore, input: JsonObject): JsonObject {
  onlyParameters(input, ['MetricDataQueries', 'StartTime', 'EndTime', 'ScanBy']);
  const queries = objectList(input, 'MetricDataQueries');
  if (queries.length < 1 || queries.length > PAGE)
    throw invalid(`Between 1 and ${PAGE} queries can be asked.`);
  const scanBy = optionalText(input, 'ScanBy') ?? 'TimestampDescending';
  const window = { startMs: instant(input, 'StartTime'), endMs: instant(input, 'EndTime') };
  if (window.startMs >= window.endMs) throw invalid('StartTime must be before EndTime.');
  const answers = queries.map((query) => answer(store, query, window));
  if (answers.flat().length > MAX_DATAPOINTS)
    throw invalid(
      `More than ${MAX_DATAPOINTS} points would be answered, and pages are not implemented: ask for less.`,
    );
  return {
    MetricDataResults: queries.map((query, index) => {
      const points = answers[index] ?? [];
      const ordered = scanBy === 'TimestampAscending' ? points : points.toReversed();
      return {
        Id: requiredText(query, 'Id'),
        Label: requiredText(query, 'Id'),
        Timestamps: ordered.map(({ atMs }) => atMs / 1_000),
        Values: ordered.map(({ value }) => value),
        StatusCode: 'Complete',
      };
    }),
    Messages: [],
  };
}

function instant(input: JsonObject, name: string): number {
  const value = input[name];
  if (typeof value !== 'number') throw invalid(`${name} must be seconds since 1970.`);
  return value * 1_000;
}

/** One point a period that has values, in order of time. Periods begin at their multiples. */
function answer(
  store: MetricStore,
  query: JsonObject,
  window: Window,
): { readonly atMs: number; readonly value: number }[] {
  onlyParameters(query, ['Id', 'MetricStat']);
  if (!isJsonObject(query.MetricStat)) throw invalid('Only queries by MetricStat are implemented.');
  onlyParameters(query.MetricStat, ['Metric', 'Period', 'Stat']);
  const compute = statistic(requiredText(query.MetricStat, 'Stat'));
  if (compute === undefined) throw invalid(`The statistic ${query.MetricStat.Stat} is not implemented.`);
  const metric = identityOf(query.MetricStat.Metric);
  const periodMs = (optionalInteger(query.MetricStat, 'Period', 60, DAY_SECONDS) ?? 60) * 1_000;
  return store.byPeriod(metric, window, periodMs).map(([atMs, values]) => ({ atMs, value: compute(values) }));
}

function identityOf(metric: unknown): MetricIdentity {
  if (!isJsonObject(metric)) throw invalid('MetricStat names no metric.');
  onlyParameters(metric, ['Namespace', 'MetricName', 'Dimensions']);
  return {
    namespace: requiredText(metric, 'Namespace'),
    name: requiredText(metric, 'MetricName'),
    dimensions: dimensionsOf(metric),
  };
}

export const CLOUDWATCH_OPERATIONS: Readonly<
  Record<string, (store: MetricStore, input: JsonObject) => JsonObject>
> = { ListMetrics: listMetrics, GetMetricData: getMetricData };
