import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnOIDCProvider,
  PolicyDocument,
  PolicyStatement,
  Role,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EDGE_REGION } from '#lib/edge.ts';
import type { Environment } from '#lib/environment.ts';
import { VestryStack } from './vestry-stack.ts';

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';
/** A release of every function, one canary after another, takes longer than the hour that a session has otherwise. */
const SESSION = Duration.hours(3);
/** The roles of `cdk bootstrap` by which the CDK deploys: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const BOOTSTRAP_ROLES = ['deploy', 'file-publishing', 'image-publishing', 'lookup'];
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

export interface DeliveryStackProps {
  readonly environment: Environment;
  readonly delivery: NonNullable<Environment['delivery']>;
}

/**
 * The role that the workflow *Deploy* takes, without a key that could be lost: only a job of this repository, in the
 * environment of GitHub that has the same name, is given it. The role can do no more than hand over to the CDK's own roles.
 */
export class DeliveryStack extends VestryStack {
  constructor(scope: Construct, { environment, delivery }: DeliveryStackProps) {
    super(scope, 'delivery', { environment, description: 'Vestry: the role of releases' });
    const { account, partition } = this;
    const regions = new Set([this.region, ...(environment.edge === undefined ? [] : [EDGE_REGION])]);
    const principal = new WebIdentityPrincipal(`arn:${partition}:iam::${account}:oidc-provider/${ISSUER}`, {
      StringEquals: {
        [`${ISSUER}:aud`]: AUDIENCE,
        [`${ISSUER}:sub`]: `repo:${delivery.repository}:environment:${environment.name}`,
      },
    });
    const role = new Role(this, 'Role', {
      description: `Releases of ${environment.name} from ${delivery.repository}`,
      assumedBy: principal,
      maxSessionDuration: SESSION,
      inlinePolicies: {
        Deploy: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['sts:AssumeRole'],
              resources: [...regions].flatMap((region) =>
                BOOTSTRAP_ROLES.map(
                  (name) =>
                    `arn:${partition}:iam::${account}:role/cdk-${BOOTSTRAP_QUALIFIER}-${name}-role-${account}-${region}`,
                ),
              ),
            }),
          ],
        }),
      },
    });
    if (delivery.oidcProvider === 'create') {
      const provider = new CfnOIDCProvider(this, 'GitHub', {
        url: `https://${ISSUER}`,
        clientIdList: [AUDIENCE],
      });
      // Other environments of the account use it.
      provider.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
      role.node.addDependency(provider);
    }
    new CfnOutput(this, 'RoleArn', { value: role.roleArn });
  }
}
