import { Aws, Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import { ENVIRONMENT_DIMENSION, type MetricName } from '#contracts/metrics.ts';

/** The metrics of an environment, by plain names: a reference to what they are of would tie stacks together. */
export class PlatformMetrics {
  readonly #environment: string;
  readonly #stage: string;

  constructor(environment: string, stage: string) {
    this.#environment = environment;
    this.#stage = stage;
  }

  /** One that our functions print. */
  ours(
    name: MetricName,
    statistic: string,
    period: Duration,
    dimensions: Readonly<Record<string, string>> = {},
  ): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensionsMap: { [ENVIRONMENT_DIMENSION]: this.#environment, ...dimensions },
      ...{ statistic, period },
    });
  }

  /** Returns one of our metrics over all series, split by their dimensions; `where` narrows them as `SEARCH` does. */
  each(name: MetricName, dimensions: readonly string[], statistic: string, where = ''): IMetric {
    const schema = [METRIC_NAMESPACE, ENVIRONMENT_DIMENSION, ...dimensions].join(',');
    const terms = `MetricName="${name}" ${ENVIRONMENT_DIMENSION}="${this.#environment}" ${where}`.trim();
    return search(`SEARCH('{${schema}} ${terms}', '${statistic}', 300)`);
  }

  queues(metricName: string): IMetric {
    return search(
      `SEARCH('{AWS/SQS,QueueName} MetricName="${metricName}" "vestry-${this.#environment}-"', 'Maximum', 300)`,
    );
  }

  api(metricName: string, statistic: string, period: Duration = Duration.minutes(5)): Metric {
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiName: `vestry-${this.#environment}`, Stage: this.#stage },
      ...{ statistic, period },
    });
  }

  /** Requests that the firewall before the API has blocked. */
  blocked(period: Duration): Metric {
    return new Metric({
      namespace: 'AWS/WAFV2',
      metricName: 'BlockedRequests',
      dimensionsMap: { WebACL: `vestry-${this.#environment}`, Region: Aws.REGION, Rule: 'ALL' },
      ...{ statistic: 'Sum', period },
    });
  }

  /** Share of answers that are server errors; 0 while there are too few for a share to mean anything. */
  errorRate(): IMetric {
    return new MathExpression({
      expression: 'IF(requests >= 20, errors / requests, 0)',
      label: 'server errors ÷ requests',
      usingMetrics: { requests: this.api('Count', 'Sum'), errors: this.api('5XXError', 'Sum') },
      period: Duration.minutes(5),
    });
  }

  /** Returns the share of a day's sent payments that the bank has returned. */
  returnRate(): IMetric {
    const day = Duration.days(1);
    const published = (type: string) => this.ours('EventsPublished', 'Sum', day, { type });
    return new MathExpression({
      expression: 'IF(FILL(sent, 0) >= 20, FILL(returned, 0) / sent, 0)',
      label: 'returned ÷ sent',
      usingMetrics: { sent: published('transaction.sent'), returned: published('transaction.returned') },
      period: day,
    });
  }
}

function search(expression: string): IMetric {
  return new MathExpression({ expression, label: '', usingMetrics: {}, period: Duration.minutes(5) });
}
