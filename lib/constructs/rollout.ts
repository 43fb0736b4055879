import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** Policy that AWS keeps for CodeDeploy: it shifts aliases and reads alarms. */
const CODE_DEPLOY_POLICY = 'service-role/AWSCodeDeployRoleForLambdaLimited';

/** Shifts traffic of aliases to a new version, a tenth first, and back when an alarm goes off. One a stack. */
export class Rollout extends Construct {
  readonly #application: LambdaApplication;
  readonly #role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#application = new LambdaApplication(this, 'Application');
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(CODE_DEPLOY_POLICY)],
    });
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${CODE_DEPLOY_POLICY}]`,
      reason:
        'The policy that AWS keeps for deployments of functions: it can change aliases and read alarms, nothing else.',
    });
  }

  /** Alarms must not depend on the alias: name their metrics by plain names. */
  shift(alias: Alias, alarms: readonly IAlarm[]): void {
    new LambdaDeploymentGroup(alias, 'Rollout', {
      application: this.#application,
      role: this.#role,
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [...alarms],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: alarms.length > 0 },
    });
  }
}
