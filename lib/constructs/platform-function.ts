import { ArnFormat, Duration, Size, Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import type { Grant, Wildcard } from '#lib/grants.ts';
import type { FunctionCode } from './bundle.ts';
import { PlatformLogs } from './platform-logs.ts';
import type { Rollout } from './rollout.ts';
import { anyCluster, isAnyCluster, type TenantDatabase } from './tenant-database.ts';

/** The parts that every function of an environment is built from. */
export interface FunctionContext {
  readonly environment: Environment;
  /** The code of every function by its entry. */
  readonly bundle: ReadonlyMap<string, FunctionCode>;
  readonly vpc: IVpc;
  /** The security group of functions that reach the database. */
  readonly securityGroup: ISecurityGroup;
  readonly database: TenantDatabase;
}

export interface PlatformFunctionProps {
  readonly context: FunctionContext;
  /** The name without the environment's prefix: `api-create-tenant`. */
  readonly name: string;
  readonly description: string;
  /** Relative to the repository. */
  readonly entry: string;
  readonly timeoutSeconds: number;
  /** The permissions beyond logs, traces and the application's database role. */
  readonly grant: Grant;
  /** Whether it signs in to the database as the application, and so runs in the VPC. @default true */
  readonly database?: boolean | undefined;
  /** @default 512 */
  readonly memoryMb?: number | undefined;
  /** The old generation of V8, see `shared/platform/queue/job.ts`. @default V8's own */
  readonly heapMb?: number | undefined;
  /** Size of /tmp. @default 512 */
  readonly ephemeralStorageMb?: number | undefined;
  /** Security groups beside that of functions that reach the database. @default none */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** Shifts traffic to new versions step by step. @default at once */
  readonly rollout?: Rollout | undefined;
}

/** A small young generation: a file that streams through leaves few live objects, and memory grows with what V8 may use. */
export function nodeOptions(heapMb?: number): string {
  const old = heapMb === undefined ? '' : ` --max-old-space-size=${heapMb}`;
  return `--enable-source-maps --max-semi-space-size=8${old}`;
}
/** Lambda's Node.js trusts Amazon's own authorities, which sign the cluster's certificate, only through this file. */
export const AMAZON_AUTHORITIES = '/var/runtime/ca-cert.pem';
const DEFAULT_MEMORY_MB = 512;
const LAMBDA_NAME_LIMIT = 64;
const ALIAS = 'live';

/** A function with its own role, its own log group and its part of the bundle. */
export class PlatformFunction extends Construct {
  readonly name: string;
  /** The function that callers invoke: the alias `live` where versions are rolled out, and the function itself elsewhere. */
  readonly target: IFunction;
  /** The ARN of the target by its name, for other stacks: a reference would be an export, which can't be given up while it is used. */
  readonly targetArn: string;
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    super(scope, id);
    const { environment, bundle, vpc, securityGroup } = props.context;
    this.name = `vestry-${environment.name}-${props.name}`;
    if (this.name.length > LAMBDA_NAME_LIMIT) throw new Error(`the function name ${this.name} is too long`);
    const code = bundle.get(props.entry);
    if (code === undefined) throw new Error(`${props.entry} is not in the bundle`);
    const inVpc = props.database !== false;
    const logGroup = new PlatformLogs(this, 'Logs', { environment });
    const role = this.#role(props, logGroup, inVpc);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: this.name,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(code.directory, code.hash === undefined ? {} : { assetHash: code.hash }),
      memorySize: props.memoryMb ?? DEFAULT_MEMORY_MB,
      timeout: Duration.seconds(props.timeoutSeconds),
      ...(props.ephemeralStorageMb === undefined
        ? {}
        : { ephemeralStorageSize: Size.mebibytes(props.ephemeralStorageMb) }),
      // The role above has every permission; the CDK must not add others implicitly.
      role: role.withoutPolicyUpdates(),
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: this.#environment(props, inVpc),
      ...(inVpc
        ? {
            vpc,
            vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
            securityGroups: [securityGroup, ...(props.securityGroups ?? [])],
          }
        : {}),
    });
    this.target = props.rollout === undefined ? (this.lambda as IFunction) : this.#alias(props.rollout);
    this.targetArn = targetArn(Stack.of(this), this.name, props.rollout !== undefined);
  }

  #environment(
    { context, name, grant, heapMb }: PlatformFunctionProps,
    inVpc: boolean,
  ): Record<string, string> {
    const { database, environment } = context;
    return {
      VESTRY_ENVIRONMENT: environment.name,
      NODE_OPTIONS: nodeOptions(heapMb),
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: 'Vestry',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      ...(environment.otlpEndpoint === undefined
        ? {}
        : { OTEL_EXPORTER_OTLP_ENDPOINT: environment.otlpEndpoint }),
      ...(inVpc
        ? {
            DATABASE_HOST: database.host,
            DATABASE_PORT: String(database.port),
            DATABASE_NAME: database.databaseName,
            ...(environment.mockBank ? { TENANT_CLOCKS: 'on' } : {}),
            ...(database.isDirect ? { DATABASE_DIRECT: 'on', NODE_EXTRA_CA_CERTS: AMAZON_AUTHORITIES } : {}),
          }
        : {}),
      ...grant.environment,
    };
  }

  #role({ context, grant }: PlatformFunctionProps, logGroup: LogGroup, inVpc: boolean): Role {
    const statements = [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      ...(inVpc ? [context.database.connectStatement('vestry_app'), networkInterfaces()] : []),
      new PolicyStatement({
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
      }),
      ...grant.statements,
    ];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Function: new PolicyDocument({ statements }) },
    });
    const others = inVpc ? ', like those by which Lambda attaches a function to a VPC' : '';
    Validations.of(role).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: `The actions by which traces are sent to X-Ray take no resource${others}.`,
      },
      ...statements.flatMap(({ resources }) => resources.filter(isAnyCluster).map(anyCluster)),
      ...(grant.wildcards ?? []).map((wildcard) => ({
        id: `AwsSolutions-IAM5[Resource::${findingOf(this, wildcard)}]`,
        reason: wildcard.reason,
      })),
    );
    return role;
  }

  #alias(rollout: Rollout): IFunction {
    const version = this.lambda.currentVersion;
    const alias = new Alias(this, 'Alias', { aliasName: ALIAS, version: version as IVersion });
    rollout.shift({ name: this.name, version, alias });
    return alias as IFunction;
  }
}

/** Returns the ARN of what callers invoke, by the function's name. */
export function targetArn(stack: Stack, name: string, isRolledOut: boolean): string {
  return stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: isRolledOut ? `${name}:${ALIAS}` : name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Lambda itself, with the function's role, attaches the function to the VPC. */
function networkInterfaces(): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

/**
 * Returns cdk-nag's name of a wildcard over objects: the bucket's attribute, or its export if the bucket is in
 * another stack.
 */
function findingOf(scope: Construct, wildcard: Wildcard): string {
  if ('arn' in wildcard) return wildcard.arn;
  const { bucket, prefix } = wildcard;
  const owner = Stack.of(bucket);
  const arn =
    owner === Stack.of(scope)
      ? `<${(owner.resolve(bucket.bucketArn) as { 'Fn::GetAtt': string[] })['Fn::GetAtt'].join('.')}>`
      : (owner.resolve(owner.exportValue(bucket.bucketArn)) as { 'Fn::ImportValue': string })[
          'Fn::ImportValue'
        ];
  return `${arn}/${prefix}*`;
}
