import { ArnFormat } from 'aws-cdk-lib';
import {
  type CfnSubnet,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { calledFunctions } from '#lib/constructs/worker-function.ts';
import type { Environment } from '#lib/environment.ts';
import { VestryStack } from './vestry-stack.ts';

const HTTPS = Port.tcp(443);

/**
 * The services that functions which reach the database call from inside the VPC. Database tokens are signed without a
 * call, and S3, SQS and Secrets Manager use our key on their own side, so neither STS nor KMS is among them.
 */
const INTERFACE_ENDPOINTS: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  EventBridge: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  StepFunctions: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  CloudWatch: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Lambda: InterfaceVpcEndpointAwsService.LAMBDA,
};

/** A network without a way to the internet: the database, the functions beside it and endpoints for what they call. */
export class NetworkStack extends VestryStack {
  readonly vpc: IVpc;
  /** The security group of every function that reaches the database. */
  readonly functions: ISecurityGroup;

  constructor(scope: Construct, props: { readonly environment: Environment }) {
    super(scope, 'network', { ...props, description: 'Vestry: network' });
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: props.environment.zones.length,
      natGateways: 0,
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      // Nothing is placed in the default group; emptying it would take a Lambda with rights over security groups.
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        All: {
          trafficType: FlowLogTrafficType.ALL,
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLogs', { retention: props.environment.logRetentionDays }),
          ),
        },
      },
    }) as IVpc;
    this.vpc = vpc;
    for (const subnet of vpc.isolatedSubnets) inZone(subnet.node.defaultChild as CfnSubnet);
    this.functions = new SecurityGroup(this, 'FunctionSecurityGroup', {
      vpc,
      description: 'Functions that reach the database',
    });
    const subnets = vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
    this.keepExporting([vpc.vpcId, this.functions.securityGroupId, ...subnets]);
    const endpoints = new SecurityGroup(this, 'EndpointSecurityGroup', {
      vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(this.functions, HTTPS, 'Functions');
    for (const [id, service] of Object.entries(INTERFACE_ENDPOINTS)) {
      const endpoint = vpc.addInterfaceEndpoint(id, {
        ...{ service, securityGroups: [endpoints], open: false },
        // The functions of the other zone reach them through the first.
        ...(props.environment.small ? { subnets: { subnets: vpc.isolatedSubnets.slice(0, 1) } } : {}),
      });
      if (service === INTERFACE_ENDPOINTS.Lambda) endpoint.addToPolicy(this.#calls());
    }
  }

  /** Only functions that exist for that are called from the network: a function of somebody else's would be a way out. */
  #calls(): PolicyStatement {
    return new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['lambda:InvokeFunction'],
      resources: [
        this.formatArn({
          service: 'lambda',
          resource: 'function',
          resourceName: calledFunctions(this.config),
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    });
  }
}

/** The letters of zones differ between accounts, and not every zone has what we need: the environment gives ids. */
function inZone(subnet: CfnSubnet): void {
  subnet.availabilityZoneId = subnet.availabilityZone;
  subnet.availabilityZone = undefined;
}
