import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';

export interface PlatformLogsProps {
  readonly environment: Environment;
  /**
   * A group outlives in production what writes to it, so a fixed name would stop the next release that writes there again.
   *
   * @default a name that CloudFormation generates
   */
  readonly logGroupName?: string;
}

/** A log group with the environment's period. Production keeps it when its function is removed. */
export class PlatformLogs extends LogGroup {
  constructor(scope: Construct, id: string, { environment, ...props }: PlatformLogsProps) {
    super(scope, id, {
      ...props,
      retention: environment.logRetentionDays,
      removalPolicy: environment.production
        ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        : RemovalPolicy.DESTROY,
    });
  }
}
