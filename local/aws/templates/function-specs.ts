import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** The position in the construct tree. */
  readonly path: string;
  readonly directory: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  /** The role that it takes. */
  readonly roleArn: string;
  /** Whether it stands in a network, which leads nowhere but to what the caller names. */
  readonly isInNetwork: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

const HONOURED = [
  'Code',
  'Environment',
  'FunctionName',
  'Handler',
  'MemorySize',
  'ReservedConcurrentExecutions',
  'Role',
  'Runtime',
  'Timeout',
  'VpcConfig',
];

/** Encryption and observation: no effect on one machine. /tmp is the machine's. */
const INERT = [
  'Architectures',
  'Description',
  'EphemeralStorage',
  'KmsKeyArn',
  'LoggingConfig',
  'RecursiveLoop',
  'RuntimeManagementConfig',
  'Tags',
  'TracingConfig',
];

/** Lambda's own default. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

export function functionSpec(
  resource: Resource,
  values: Readonly<Record<string, unknown>>,
  identity: { readonly name: string; readonly arn: string },
): FunctionSpec {
  const properties: Properties = new Properties(resource, values, [...HONOURED, ...INERT]);
  const runtime = properties.optionalText('Runtime') ?? '';
  if (!runtime.startsWith('nodejs'))
    properties.fail(`the runtime ${runtime || 'of an image'} is not implemented`);
  const key = properties.object('Code').S3Key;
  const directory = typeof key === 'string' ? resource.stack.assets.get(key) : undefined;
  if (directory === undefined) properties.fail('its code is not an asset of this assembly');
  const handler = properties.text('Handler');
  const module = join(directory, `${handler.slice(0, handler.lastIndexOf('.'))}.mjs`);
  if (!existsSync(module)) properties.fail(`its module ${module} does not exist: synthesise again`);
  const variables = properties.object('Environment').Variables ?? {};
  const reserved = properties.value('ReservedConcurrentExecutions');
  return {
    ...identity,
    path: resource.path,
    directory,
    handler,
    timeoutSeconds: properties.number('Timeout', DEFAULT_TIMEOUT_SECONDS),
    memoryMb: properties.number('MemorySize', DEFAULT_MEMORY_MB),
    roleArn: properties.text('Role'),
    isInNetwork: properties.value('VpcConfig') !== undefined,
    reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
  };
}
