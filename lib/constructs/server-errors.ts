import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** The server errors within a minute that somebody has to look at. */
const SERVER_ERRORS_PER_MINUTE = 5;

/**
 * The alarm on an API's server errors, whichever route answers them. It takes the API's name, as alarms on functions take theirs.
 */
export class ServerErrors extends Alarm {
  constructor(
    scope: Construct,
    id: string,
    { api, stage, topic }: { api: string; stage: string; topic: ITopic },
  ) {
    super(scope, id, {
      alarmDescription: `${api} answers with server errors: docs/runbooks/failing-functions.md`,
      metric: new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: '5XXError',
        dimensionsMap: { ApiName: api, Stage: stage },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: SERVER_ERRORS_PER_MINUTE,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.addAlarmAction(new SnsAction(topic));
  }
}
