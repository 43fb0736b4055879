import { join } from 'node:path';
import { ArnFormat, type CfnResource, Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Alias,
  Architecture,
  type CfnVersion,
  Code,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import { PlatformLogs } from './platform-logs.ts';
import { PlatformMetrics } from './platform-metrics.ts';

/** Policy that AWS keeps for CodeDeploy: it shifts aliases, reads alarms, and calls functions whose names begin with `CodeDeployHook_`. */
const CODE_DEPLOY_POLICY = 'service-role/AWSCodeDeployRoleForLambdaLimited';
const HOOK = join(import.meta.dirname, '../canary-hook');
/** A canary may meet a cold start in the VPC, and a database that wakes up. */
const HOOK_SECONDS = 60;

/** The context key of `cdk deploy -c rollout=at-once`. */
const CONTEXT = 'rollout';
const AT_ONCE = 'at-once';

export interface RolloutProps {
  readonly environment: Environment;
  readonly alarmTopic: ITopic;
  /** Part of the name of the function that calls the canaries. */
  readonly part: string;
}

/** A function whose versions are rolled out. */
export interface Released {
  readonly name: string;
  readonly version: Version;
  readonly alias: Alias;
}

/**
 * Shifts traffic of aliases to a new version: after it has answered a canary, a tenth first, and back when that version fails. One a stack.
 *
 * CodeDeploy begins no deployment while one of its alarms is on. So each version has alarms of its own, which say nothing of the version before: a
 * release that mends a failing function isn't stopped by the failures that it mends. `-c rollout=at-once` leaves all of it out.
 */
export class Rollout extends Construct {
  readonly #props: RolloutProps;
  readonly #application: LambdaApplication;
  readonly #role: Role;
  readonly #hook: IFunction | undefined;

  /** @returns nothing in an environment whose functions are replaced at once */
  static of(scope: Construct, props: RolloutProps): Rollout | undefined {
    return props.environment.production ? new Rollout(scope, 'Rollout', props) : undefined;
  }

  private constructor(scope: Construct, id: string, props: RolloutProps) {
    super(scope, id);
    this.#props = props;
    this.#application = new LambdaApplication(this, 'Application');
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(CODE_DEPLOY_POLICY)],
    });
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${CODE_DEPLOY_POLICY}]`,
      reason:
        'The policy that AWS keeps for deployments of functions: it can change aliases, read alarms and call hooks, nothing else.',
    });
    this.#hook = isAtOnce(this) ? undefined : this.#canaryHook();
  }

  shift(released: Released): void {
    const { alias } = released;
    const atOnce = this.#hook === undefined;
    new LambdaDeploymentGroup(alias, 'Rollout', {
      application: this.#application,
      // The managed policy is enough; the CDK must not add others implicitly.
      role: this.#role.withoutPolicyUpdates(),
      alias,
      deploymentConfig: atOnce
        ? LambdaDeploymentConfig.ALL_AT_ONCE
        : LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: atOnce ? [] : [this.#errorsOf(released)],
      ...(this.#hook === undefined ? {} : { preHook: this.#hook }),
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: !atOnce },
    });
  }

  /** One unforeseen error of the new version, among the calls that come by the alias, is an alarm. */
  #errorsOf({ name, version, alias }: Released): Alarm {
    const { environment, alarmTopic } = this.#props;
    const minute = Duration.minutes(1);
    const alarm = new Alarm(alias, 'Errors', {
      alarmDescription: `The new version of ${name} fails; its release is rolled back: docs/runbooks/failing-functions.md`,
      metric: new MathExpression({
        expression: 'FILL(failed, 0) + FILL(answered, 0)',
        label: 'unforeseen errors',
        usingMetrics: {
          failed: new Metric({
            namespace: 'AWS/Lambda',
            metricName: 'Errors',
            // The alias by its name: a reference to it would make a release depend on itself.
            dimensionsMap: {
              FunctionName: name,
              Resource: `${name}:${alias.aliasName}`,
              ExecutedVersion: version.version,
            },
            statistic: 'Sum',
            period: minute,
          }),
          answered: new PlatformMetrics(environment.name, '').ours('UnexpectedErrors', 'Sum', minute, {
            ...{ function: name, version: version.version },
          }),
        },
        period: minute,
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(alarmTopic));
    renew(alarm, version);
    return alarm;
  }

  #canaryHook(): IFunction {
    const { environment, part } = this.#props;
    const stack = Stack.of(this);
    // CodeDeploy's policy allows only names that begin like this.
    const name = `CodeDeployHook_vestry-${environment.name}-${part}`;
    const logGroup = new PlatformLogs(this, 'HookLogs', { environment });
    const versions = stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `vestry-${environment.name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const groups = stack.formatArn({
      service: 'codedeploy',
      resource: 'deploymentgroup',
      resourceName: `${this.#application.applicationName}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = new Role(this, 'HookRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Hook: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [versions] }),
            new PolicyStatement({
              actions: ['codedeploy:GetDeployment', 'codedeploy:PutLifecycleEventHookExecutionStatus'],
              resources: [groups],
            }),
          ],
        }),
      },
    });
    const application = stack.getLogicalId(this.#application.node.defaultChild as CfnResource);
    Validations.of(role).acknowledge(
      {
        id: `AwsSolutions-IAM5[Resource::${versions}]`,
        reason: 'The functions of this environment by their names, in all of their versions.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::${groups.replace(this.#application.applicationName, `<${application}>`)}]`,
        reason: 'The deployments of the functions of this stack, whose groups CloudFormation names.',
      },
    );
    return new LambdaFunction(this, 'Hook', {
      functionName: name,
      description: 'Calls a new version of a function before a release sends it traffic',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'canary.handler',
      code: Code.fromAsset(HOOK),
      timeout: Duration.seconds(HOOK_SECONDS),
      role: role.withoutPolicyUpdates(),
      logGroup,
    }) as IFunction;
  }
}

/**
 * Gives an alarm the id of the version that it is about, so that a release makes a new one: an alarm that only got another metric would stay on
 * until it is evaluated again, and stop the deployment that follows at once.
 */
function renew(alarm: Alarm, version: Version): void {
  const cfnVersion = version.node.defaultChild as CfnVersion;
  (alarm.node.defaultChild as CfnAlarm).overrideLogicalId(
    Lazy.uncachedString({ produce: ({ resolve }) => `${resolve(cfnVersion.logicalId)}Errors` }),
  );
}

function isAtOnce(scope: Construct): boolean {
  const said: unknown = scope.node.tryGetContext(CONTEXT);
  if (said === undefined || said === AT_ONCE) return said !== undefined;
  throw new Error(`-c ${CONTEXT}=${String(said)}: write -c ${CONTEXT}=${AT_ONCE}, or leave it out`);
}
