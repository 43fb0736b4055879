/** The declaration of a metric, with its names in CloudWatch and Prometheus. A tenant or a user is never a dimension. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly unit: 'Count' | 'Seconds';
  /** The name of the Prometheus family: a counter's ends in `_total`, a duration's in `_seconds`. */
  readonly prometheus: string;
  readonly help: string;
  /** Dimensions with few values of our own: AWS charges for each combination as a metric. */
  readonly dimensions: readonly string[];
}

/** The metrics by their CloudWatch names. */
export const METRICS = {
  HttpRequestDuration: {
    type: 'histogram',
    unit: 'Seconds',
    prometheus: 'vestry_http_request_duration_seconds',
    help: 'Time in the function of a route, by class of status.',
    dimensions: ['route', 'method', 'status'],
  },
  UnexpectedErrors: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_unexpected_errors_total',
    help: 'Answers with status 500, by the version of the function: releases are rolled back by them.',
    dimensions: ['function', 'version'],
  },
  JobDuration: {
    type: 'summary',
    unit: 'Seconds',
    prometheus: 'vestry_job_duration_seconds',
    help: 'Time of one message, one scheduled run or one step, by outcome.',
    dimensions: ['job', 'kind', 'outcome'],
  },
  EventsPublished: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_events_published_total',
    help: 'Outbox rows that were published or carried out, by type.',
    dimensions: ['type'],
  },
  OutboxLag: {
    type: 'gauge',
    unit: 'Seconds',
    prometheus: 'vestry_outbox_lag_seconds',
    help: 'Age of the oldest unpublished row of the outbox, when it was last swept.',
    dimensions: [],
  },
  PaymentsStuck: {
    type: 'gauge',
    unit: 'Count',
    prometheus: 'vestry_payments_stuck',
    help: 'Payments without a word for longer than their bank may take, when they were last reconciled.',
    dimensions: [],
  },
  RetentionPurged: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_retention_purged_total',
    help: 'Records that the retention policy has purged, by kind.',
    dimensions: ['entity'],
  },
  AuditChainFailures: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_audit_chain_failures_total',
    help: 'Broken links that a verification of the audit trail has found.',
    dimensions: [],
  },
  SecurityEvents: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_security_events_total',
    help: 'Failed sign-ins, refused requests and decided changes that two persons must agree on, by kind.',
    dimensions: ['kind'],
  },
  WebhookDeliveries: {
    type: 'counter',
    unit: 'Count',
    prometheus: 'vestry_webhook_deliveries_total',
    help: 'Deliveries to webhooks of tenants, by outcome.',
    dimensions: ['outcome'],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;

/** The dimension that names the environment. */
export const ENVIRONMENT_DIMENSION = 'service';

type OfType<T extends MetricSpec['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type DurationName = OfType<'histogram' | 'summary'>;
export type Dimensions<N extends MetricName> = Readonly<
  Record<(typeof METRICS)[N]['dimensions'][number], string>
>;

/** Upper bounds of the histogram's buckets, in seconds. */
export const DURATION_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
