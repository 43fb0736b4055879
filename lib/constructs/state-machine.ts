import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import type { VestryStack } from '#lib/stacks/vestry-stack.ts';
import { PlatformLogs } from './platform-logs.ts';

const DEFINITIONS = join(import.meta.dirname, '../../state-machines');

export interface PlatformStateMachineProps {
  readonly environment: Environment;
  /** The name without the environment's prefix. The definition is the file `<name>.asl.json`. */
  readonly name: string;
  /** The functions by the names that the definition uses: `${SendPayment}`. Pass aliases where versions are rolled out. */
  readonly functions: Readonly<Record<string, IFunction>>;
  /** Encrypts definition, executions and their data. @default a key of Step Functions' own */
  readonly key?: IKey;
  /** The directory of the definition. @default `state-machines` of the repository */
  readonly directory?: string;
}

/** A STANDARD state machine from its file, which may call exactly the functions that the file names. */
export class PlatformStateMachine extends Construct {
  readonly name: string;
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: PlatformStateMachineProps) {
    super(scope, id);
    const { environment, functions, key, directory = DEFINITIONS } = props;
    this.name = `vestry-${environment.name}-${props.name}`;
    const definition = readDefinition(join(directory, `${props.name}.asl.json`), functions);
    const logGroup = new PlatformLogs(this, 'Logs', {
      environment,
      // The prefix keeps deliveries of logs within the limit of CloudWatch's resource policy.
      logGroupName: `/aws/vendedlogs/states/${this.name}`,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: this.name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(functions).map(([name, { functionArn }]) => [name, functionArn]),
      ),
      // The role has every permission; the CDK must not add others implicitly.
      role: this.#role(functions, key).withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: { destination: logGroup, level: LogLevel.ERROR, includeExecutionData: false },
      ...(key === undefined
        ? {}
        : { encryptionConfiguration: new CustomerManagedEncryptionConfiguration(key) }),
    });
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason:
        'Only failures are logged, without data: every event stands in the history of its execution, for those who may read bank details.',
    });
  }

  #role(functions: PlatformStateMachineProps['functions'], key: IKey | undefined): Role {
    const stack = Stack.of(this);
    const arn = machineArn(stack, this.name);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnEquals: { 'aws:SourceArn': arn },
        },
      }),
      inlinePolicies: {
        StateMachine: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: Object.values(functions).map(({ functionArn }) => functionArn),
            }),
            logDelivery(),
            traces(),
            ...(key === undefined ? [] : encryption(key, arn, stack)),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions by which traces are sent to X-Ray and deliveries of logs are set up take no resource.',
    });
    return role;
  }
}

function machineArn(stack: Stack, name: string): string {
  return stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Returns the ARN of a state machine of the same environment from its name, because its stack may be created later. */
export function stateMachineArn(stack: VestryStack, name: string): string {
  return machineArn(stack, `vestry-${stack.config.name}-${name}`);
}

/** Throws when the definition names a function that it isn't given, or is given one that it doesn't name. */
function readDefinition(file: string, functions: PlatformStateMachineProps['functions']): string {
  const text = readFileSync(file, 'utf8');
  const named = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name));
  const missing = [...named].filter((name) => !Object.hasOwn(functions, name));
  const idle = Object.keys(functions).filter((name) => !named.has(name));
  if (missing.length > 0) throw new Error(`${file} names ${missing.join(', ')}, which it isn't given`);
  if (idle.length > 0) throw new Error(`${file} is given ${idle.join(', ')}, which it doesn't name`);
  return JSON.stringify(JSON.parse(text));
}

/** Returns the permissions that Step Functions demands: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
function logDelivery(): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    resources: ['*'],
  });
}

function traces(): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ],
    resources: ['*'],
  });
}

/** Returns the permissions to encrypt the executions' data, and logs on their way to CloudWatch. */
function encryption(key: IKey, stateMachineArn: string, stack: Stack): PolicyStatement[] {
  const logs = stack.formatArn({
    service: 'logs',
    resource: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn } },
    }),
    new PolicyStatement({
      actions: ['kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logs } },
    }),
  ];
}
