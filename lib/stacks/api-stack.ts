import { CfnOutput, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiDefinition,
  CfnAccount,
  DomainName,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  SecurityPolicy,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { apiDefinition } from '#lib/api/api-definition.ts';
import { type FunctionContext, PlatformFunction } from '#lib/constructs/platform-function.ts';
import { PlatformLogs } from '#lib/constructs/platform-logs.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import { corsGrant } from '#lib/constructs/route-function.ts';
import { ServerErrors } from '#lib/constructs/server-errors.ts';
import { WebFirewall } from '#lib/constructs/web-firewall.ts';
import { EDGE_REGION, type Edge, edgeKeyName, originName } from '#lib/edge.ts';
import type { RouteEntry } from '../../shared/routes.ts';
import { apiEndpointExport, VestryStack } from './vestry-stack.ts';

const AUTHORIZER_ENTRY = 'functions/identity/authorizer.ts';
const NOT_FOUND_ENTRY = 'functions/meta/not-found.ts';
/** The functions that the API needs beside its routes. */
export const API_ENTRIES = [AUTHORIZER_ENTRY, NOT_FOUND_ENTRY];

export interface ApiStackProps {
  readonly context: FunctionContext;
  readonly alarmTopic: ITopic;
  /** The ARN of the function that answers each route, in the order of the table. */
  readonly targets: ReadonlyMap<RouteEntry, string>;
}

export const STAGE = 'live';
/** All requests of the environment. The quotas of one tenant are about a quarter of it, so that none uses it up alone. */
const REQUESTS_PER_SECOND = 2_000;
const BURST = 4_000;
/** Each character is one of 62, so it is as hard to guess as a key of 256 bits. */
const EDGE_KEY_CHARACTERS = 64;
const API_GATEWAY_LOG_POLICY = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';
/** A policy has at most 6,144 characters; a role takes ten policies. */
const FUNCTIONS_PER_POLICY = 50;
const NO_GRANT = { statements: [], environment: {} };

/** Templates of paths, never paths: these may hold tokens of links. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  traceId: '$context.xrayTraceId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  status: '$context.status',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  functionError: '$context.integrationErrorMessage',
  refusal: '$context.error.responseType',
  tenant: '$context.authorizer.tid',
  actor: '$context.authorizer.sub',
};

/** The API before the functions of its routes: an authorizer before those that need a token, and a firewall before all. */
export class ApiStack extends VestryStack {
  readonly #name: string;

  constructor(scope: Construct, props: ApiStackProps) {
    const { context } = props;
    super(scope, 'api', { environment: context.environment, description: 'Vestry: API' });
    this.#name = `vestry-${this.config.name}`;
    const { alarmTopic } = props;
    new ServerErrors(this, 'ServerErrors', { api: this.#name, stage: STAGE, topic: alarmTopic });
    const rollout = Rollout.of(this, { environment: this.config, alarmTopic, part: 'api' });
    const authorizer = new PlatformFunction(this, 'authorizer', {
      ...{ rollout, context },
      name: 'api-authorizer',
      description: 'Verifies access tokens',
      entry: AUTHORIZER_ENTRY,
      timeoutSeconds: 10,
      grant: NO_GRANT,
    }).targetArn;
    const notFound = new PlatformFunction(this, 'not-found', {
      ...{ rollout, context },
      name: 'api-not-found',
      description: 'Answers preflights, and paths and methods that do not exist',
      entry: NOT_FOUND_ENTRY,
      timeoutSeconds: 5,
      database: false,
      grant: corsGrant(this.config),
    }).targetArn;
    const { targets } = props;
    const invokeRole = this.#invokeRole([...targets.values(), authorizer, notFound]);
    const api = this.#api(
      apiDefinition({
        title: this.#name,
        region: this.region,
        routes: [...targets.keys()],
        corsOrigins: this.config.corsOrigins,
        functionArn: (route) => targets.get(route) ?? '',
        authorizerArn: authorizer,
        notFoundArn: notFound,
        invokeRoleArn: invokeRole.roleArn,
      }),
    );
    const { edge } = this.config;
    new WebFirewall(this, 'Firewall', {
      name: this.#name,
      place: {
        stageArn: api.deploymentStage.stageArn,
        edgeKeys: edge?.keys.map((number) => this.#edgeKey(number)),
      },
      environment: this.config,
    });
    if (edge !== undefined) this.#serveAt(originName(edge), edge, api);
    new CfnOutput(this, 'Url', { value: api.url });
  }

  /** Makes a key by which the API's firewall knows the edge, with a copy where the edge's stack is. */
  #edgeKey(number: number): string {
    const elsewhere = this.region === EDGE_REGION ? [] : [{ region: EDGE_REGION }];
    const secret = new Secret(this, `EdgeKey${number === 1 ? '' : number}`, {
      secretName: edgeKeyName(this.config, number),
      description: 'By which the firewall of the API knows the edge',
      generateSecretString: { passwordLength: EDGE_KEY_CHARACTERS, excludePunctuation: true },
      replicaRegions: elsewhere,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'CloudFront and the firewall take it when they are released: an environment rotates it by its file. Whoever learns it gets past the limits of addresses, and no further.',
    });
    return secret.secretValue.unsafeUnwrap();
  }

  /** Serves the API at a name of its own, without the stage in its paths, and closes the address that API Gateway gives it. */
  #serveAt(name: string, edge: Edge, api: SpecRestApi): void {
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: edge.hostedZoneId,
      zoneName: name,
    });
    const domain = new DomainName(this, 'Domain', {
      domainName: name,
      certificate: new Certificate(this, 'Certificate', {
        domainName: name,
        validation: CertificateValidation.fromDns(zone),
      }),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    domain.addBasePathMapping(api, { stage: api.deploymentStage });
    new ARecord(this, 'Address', { zone, target: RecordTarget.fromAlias(new ApiGatewayDomain(domain)) });
    // The address is closed by a deployment of the API.
    api.latestDeployment?.addToLogicalId({ disableExecuteApiEndpoint: true });
  }

  #api(definition: Record<string, unknown>): SpecRestApi {
    const accessLog = new PlatformLogs(this, 'AccessLog', { environment: this.config });
    const api = new SpecRestApi(this, 'Api', {
      restApiName: this.#name,
      apiDefinition: ApiDefinition.fromInline(definition),
      endpointTypes: [EndpointType.REGIONAL],
      ...(this.config.edge === undefined ? {} : { disableExecuteApiEndpoint: true }),
      failOnWarnings: true,
      cloudWatchRole: false,
      endpointExportName: apiEndpointExport(this.config),
      deployOptions: {
        stageName: STAGE,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
        tracingEnabled: true,
        metricsEnabled: true,
        // Errors only, and never bodies: they are personal data.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        throttlingRateLimit: REQUESTS_PER_SECOND,
        throttlingBurstLimit: BURST,
      },
    });
    api.deploymentStage.node.addDependency(this.#loggingAccount());
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG2',
      reason:
        'Functions check every part of a request against the schemas of the route table, and answer with problems.',
    });
    return api;
  }

  /** One role instead of a permission on each function. */
  #invokeRole(functionArns: readonly string[]): Role {
    const role = new Role(this, 'InvokeRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    });
    for (let start = 0; start < functionArns.length; start += FUNCTIONS_PER_POLICY) {
      const resources = functionArns.slice(start, start + FUNCTIONS_PER_POLICY);
      new ManagedPolicy(this, `Invoke${start}`, {
        roles: [role],
        statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources })],
      });
    }
    return role;
  }

  /** The right to write logs, which API Gateway takes from a setting of the account. */
  #loggingAccount(): CfnAccount {
    const role = new Role(this, 'LoggingRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(API_GATEWAY_LOG_POLICY)],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${API_GATEWAY_LOG_POLICY}]`,
      reason:
        'API Gateway accepts for the setting of the account only a role with the rights of this policy.',
    });
    const account = new CfnAccount(this, 'LoggingAccount', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return account;
  }
}
