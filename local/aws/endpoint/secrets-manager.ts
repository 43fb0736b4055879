import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AwsError } from './aws-error.ts';
import { type JsonObject, onlyParameters, optionalText, requiredText, textList } from './json-input.ts';

export interface SecretSpec {
  readonly arn: string;
  readonly name: string;
  /** Stored as the first version when the secret has none yet. */
  readonly initialValue?: string;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  stages: string[];
  readonly text?: string;
  /** Base64. */
  readonly binary?: string;
}

type SecretValue = { readonly text: string } | { readonly binary: string };

/** Versions beyond those with a stage that are kept, as AWS keeps about a hundred deprecated ones for a day. */
const DEPRECATED_VERSIONS = 5;

/** Secrets with staged versions, in one JSON file that only the owner may read. */
export class SecretStore {
  #path: string;
  #specs: readonly SecretSpec[];
  #versions: Record<string, SecretVersion[]> = {};

  constructor(path: string, specs: readonly SecretSpec[]) {
    this.#path = path;
    this.#specs = specs;
    if (existsSync(path))
      this.#versions = JSON.parse(readFileSync(path, 'utf8')) as Record<string, SecretVersion[]>;
    for (const { name, initialValue } of specs) {
      if (initialValue !== undefined && this.versions(name).length === 0)
        this.put(name, { text: initialValue });
    }
  }

  /** Finds a secret by name or ARN. */
  spec(id: string): SecretSpec {
    const spec = this.#find(id);
    if (spec) return spec;
    throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
  }

  /** Returns the ARN of a secret by its name or ARN. */
  arnOf(id: string): string | undefined {
    return this.#find(id)?.arn;
  }

  #find(id: string): SecretSpec | undefined {
    return this.#specs.find(({ arn, name }) => id === arn || id === name);
  }

  versions(id: string): readonly SecretVersion[] {
    return this.#versions[this.spec(id).name] ?? [];
  }

  get(id: string, stage = 'AWSCURRENT', versionId?: string): SecretVersion {
    const version = this.versions(id).find(
      (candidate) =>
        candidate.stages.includes(stage) && (versionId === undefined || candidate.id === versionId),
    );
    if (version) return version;
    const message = `Secrets Manager can't find the specified secret value for staging label: ${stage}`;
    throw new AwsError('ResourceNotFoundException', 400, message);
  }

  /**
   * A stage belongs to one version; the version that loses `AWSCURRENT` becomes `AWSPREVIOUS`. Repeating a token is
   * harmless.
   */
  put(
    id: string,
    value: SecretValue,
    versionId: string = randomUUID(),
    stages: readonly string[] = ['AWSCURRENT'],
  ): SecretVersion {
    const { name } = this.spec(id);
    const versions = [...this.versions(name)];
    const repeated = versions.find((version) => version.id === versionId);
    if (repeated) {
      const same = 'text' in value ? repeated.text === value.text : repeated.binary === value.binary;
      if (same) return repeated;
      throw new AwsError(
        'ResourceExistsException',
        400,
        'A version with this token exists with another value.',
      );
    }
    const previous = versions.find((version) => version.stages.includes('AWSCURRENT'));
    const isFirst = versions.length === 0;
    const version: SecretVersion = {
      id: versionId,
      createdAt: Date.now(),
      stages: [...new Set([...stages, ...(isFirst ? ['AWSCURRENT'] : [])])],
      ...value,
    };
    const moved = [
      ...version.stages,
      ...(previous && version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : []),
    ];
    for (const other of versions) other.stages = other.stages.filter((stage) => !moved.includes(stage));
    if (previous && version.stages.includes('AWSCURRENT')) previous.stages.push('AWSPREVIOUS');
    const deprecated = versions.filter((other) => other.stages.length === 0).slice(0, -DEPRECATED_VERSIONS);
    this.#versions[name] = [...versions.filter((other) => !deprecated.includes(other)), version];
    this.#save();
    return version;
  }

  #save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.writing`;
    writeFileSync(temporary, JSON.stringify(this.#versions, null, 2), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}

function getSecretValue(store: SecretStore, input: JsonObject): JsonObject {
  onlyParameters(input, ['SecretId', 'VersionId', 'VersionStage']);
  const spec = store.spec(requiredText(input, 'SecretId'));
  const versionId = optionalText(input, 'VersionId');
  const stage = optionalText(input, 'VersionStage');
  const byId = stage === undefined ? store.versions(spec.name).find(({ id }) => id === versionId) : undefined;
  const version = byId ?? store.get(spec.name, stage, versionId);
  return {
    ARN: spec.arn,
    Name: spec.name,
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
    SecretString: version.text,
    SecretBinary: version.binary,
  };
}

function putSecretValue(store: SecretStore, input: JsonObject): JsonObject {
  onlyParameters(input, ['SecretId', 'SecretString', 'SecretBinary', 'ClientRequestToken', 'VersionStages']);
  const spec = store.spec(requiredText(input, 'SecretId'));
  const text = optionalText(input, 'SecretString');
  const binary = optionalText(input, 'SecretBinary');
  if ((text === undefined) === (binary === undefined)) {
    throw new AwsError(
      'InvalidParameterException',
      400,
      'You must provide either SecretString or SecretBinary.',
    );
  }
  const value = text === undefined ? { binary: binary ?? '' } : { text };
  const stages = textList(input, 'VersionStages');
  const token = optionalText(input, 'ClientRequestToken');
  const version = store.put(spec.name, value, token, stages.length === 0 ? undefined : stages);
  return { ARN: spec.arn, Name: spec.name, VersionId: version.id, VersionStages: version.stages };
}

function describeSecret(store: SecretStore, input: JsonObject): JsonObject {
  onlyParameters(input, ['SecretId']);
  const spec = store.spec(requiredText(input, 'SecretId'));
  const versions = store.versions(spec.name).filter(({ stages }) => stages.length > 0);
  const newest = store.versions(spec.name).at(-1);
  return {
    ARN: spec.arn,
    Name: spec.name,
    LastChangedDate: newest && newest.createdAt / 1000,
    VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
  };
}

export const SECRETS_OPERATIONS: Readonly<
  Record<string, (store: SecretStore, input: JsonObject) => JsonObject>
> = {
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
  DescribeSecret: describeSecret,
};
