import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface NotifyingAlarmProps {
  /** A description of the failure, with the runbook that says what to do. */
  readonly description: string;
  readonly metric: IMetric;
  /** Reached or passed, it is an alarm. */
  readonly threshold: number;
  /** Periods of the metric in a row. @default 1 */
  readonly periods?: number;
  /** Whether missing data raises the alarm. @default false */
  readonly alarmOnSilence?: boolean;
  readonly topic: ITopic;
}

/** An alarm that notifies the topic when it goes off, and when it ends. */
export class NotifyingAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: NotifyingAlarmProps) {
    super(scope, id, {
      alarmDescription: props.description,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods ?? 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData:
        props.alarmOnSilence === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const notify = new SnsAction(props.topic);
    this.addAlarmAction(notify);
    this.addOkAction(notify);
  }
}
