import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';

export interface Resource {
  readonly id: string;
  readonly type: string;
  /** Unresolved. */
  readonly properties: JsonObject;
  readonly condition: string | undefined;
  readonly stack: Stack;
  /** The position in the construct tree, for messages. */
  readonly path: string;
}

export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly conditions: JsonObject;
  readonly mappings: JsonObject;
  readonly outputs: Readonly<
    Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>
  >;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Directories of assets, by the object key that a template names. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly file?: string;
    readonly directoryName?: string;
    readonly stackName?: string;
  };
}

interface Template {
  readonly Parameters?: Stack['parameters'];
  readonly Conditions?: JsonObject;
  readonly Mappings?: JsonObject;
  readonly Outputs?: Stack['outputs'];
  readonly Resources?: Readonly<Record<string, RawResource>>;
}

interface RawResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly Metadata?: { readonly 'aws:cdk:path'?: string };
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source?: { readonly path?: string };
        readonly destinations?: Readonly<Record<string, { readonly objectKey?: string }>>;
      }
    >
  >;
}

/** Stands for an account that the synthesis left open. */
const LOCAL_ACCOUNT = '000000000000';
const LOCAL_REGION = 'us-east-1';

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new StartError(`cannot read ${path} (${(error as Error).message}): synthesise again`);
  }
}

/** Every stack of a cloud assembly, those of nested assemblies (stages) too. */
export function readAssembly(directory: string): Stack[] {
  const { artifacts = {} } = readJson<Manifest>(join(directory, 'manifest.json'));
  const stacks: Stack[] = [];
  for (const [id, artifact] of Object.entries(artifacts)) {
    const { templateFile, directoryName } = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly' && directoryName !== undefined)
      stacks.push(...readAssembly(join(directory, directoryName)));
    if (artifact.type === 'aws:cloudformation:stack' && templateFile !== undefined)
      stacks.push(readStack(directory, id, artifact, templateFile));
  }
  return stacks;
}

function readStack(directory: string, id: string, artifact: Artifact, templateFile: string): Stack {
  const template = readJson<Template>(join(directory, templateFile));
  const [account, region] = (artifact.environment ?? '').replace('aws://', '').split('/');
  const resources = new Map<string, Resource>();
  const stack: Stack = {
    name: artifact.properties?.stackName ?? id,
    accountId: account && /^\d{12}$/.test(account) ? account : LOCAL_ACCOUNT,
    region: region && region !== 'unknown-region' ? region : LOCAL_REGION,
    parameters: template.Parameters ?? {},
    conditions: template.Conditions ?? {},
    mappings: template.Mappings ?? {},
    outputs: template.Outputs ?? {},
    resources,
    assets: readAssets(directory, templateFile),
  };
  for (const [resourceId, raw] of Object.entries(template.Resources ?? {})) {
    resources.set(resourceId, {
      id: resourceId,
      type: raw.Type,
      properties: raw.Properties ?? {},
      condition: raw.Condition,
      stack,
      path: raw.Metadata?.['aws:cdk:path'] ?? `${stack.name}/${resourceId}`,
    });
  }
  return stack;
}

function readAssets(directory: string, templateFile: string): Map<string, string> {
  const manifest = join(directory, templateFile.replace(/\.template\.json$/, '.assets.json'));
  const assets = new Map<string, string>();
  if (!existsSync(manifest)) return assets;
  for (const { source, destinations } of Object.values(readJson<AssetManifest>(manifest).files ?? {})) {
    for (const { objectKey } of Object.values(destinations ?? {})) {
      if (source?.path !== undefined && objectKey !== undefined)
        assets.set(objectKey, resolve(dirname(manifest), source.path));
    }
  }
  return assets;
}
