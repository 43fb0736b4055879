import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import type { PlatformFunction } from './platform-function.ts';

/** Returns the provider that calls a function for a custom resource, and answers CloudFormation for it. */
export function resourceProvider(
  scope: Construct,
  environment: Environment,
  { lambda }: PlatformFunction,
): Provider {
  const logGroup = new LogGroup(scope, 'ProviderLogs', {
    retention: environment.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'ProviderRole', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      Provider: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
          new PolicyStatement({
            actions: ['lambda:InvokeFunction', 'lambda:GetFunction'],
            resources: [lambda.functionArn],
          }),
        ],
      }),
    },
  });
  return new Provider(scope, 'Provider', {
    onEventHandler: lambda,
    frameworkOnEventRole: role.withoutPolicyUpdates(),
    logGroup,
  });
}
