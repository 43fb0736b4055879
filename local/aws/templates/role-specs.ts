import { type Condition, unknownCondition } from '#aws/endpoint/iam/conditions.ts';
import type { ManagedPolicy, PolicyStatement, Role } from '#aws/endpoint/iam/policy.ts';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

const HONOURED = ['Policies'];
/** These properties don't matter to a role that is a function's. */
const INERT = ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Path', 'RoleName', 'Tags'];
const STATEMENT = ['Action', 'Condition', 'Effect', 'Resource', 'Sid'];

/** Reads the role of a function. Policies that are not written in it are refused. */
export function roleSpec(resource: Resource, values: JsonObject, arn: string): Role {
  const properties: Properties = new Properties(resource, values, [...HONOURED, ...INERT]);
  const statements = properties.objects('Policies').flatMap(({ PolicyDocument }) => {
    const { Statement } = isJsonObject(PolicyDocument) ? PolicyDocument : {};
    return listOf(Statement).map((statement) => statementOf(properties, statement));
  });
  return { arn, statements };
}

/** Reads a policy that users are given. */
export function managedPolicySpec(resource: Resource, values: JsonObject, arn: string): ManagedPolicy {
  const inert = ['Description', 'ManagedPolicyName', 'Path'];
  const properties: Properties = new Properties(resource, values, ['PolicyDocument', ...inert]);
  const { Statement } = properties.object('PolicyDocument');
  return { arn, statements: listOf(Statement).map((statement) => statementOf(properties, statement)) };
}

/** A statement by which a bucket lets other accounts in. Nobody of them has a key of this endpoint. */
export interface Granted {
  readonly accounts: readonly string[];
  readonly statement: PolicyStatement;
}

interface BucketPolicy {
  readonly bucket: string;
  readonly statements: readonly PolicyStatement[];
  readonly granted: readonly Granted[];
}

/**
 * Reads what the policy of a bucket denies to everybody, and what it allows to other accounts. Services that it allows don't call here.
 */
export function bucketPolicySpec(resource: Resource, values: JsonObject, accountId: string): BucketPolicy {
  const granted: Granted[] = [];
  const properties: Properties = new Properties(resource, values, ['Bucket', 'PolicyDocument']);
  const { Statement } = properties.object('PolicyDocument');
  const statements = listOf(Statement).flatMap((statement): PolicyStatement[] => {
    const { Principal, ...rest } = isJsonObject(statement) ? statement : {};
    if (rest.Effect === 'Allow') {
      if (isJsonObject(Principal) && Object.keys(Principal).every((kind) => kind === 'Service')) return [];
      const accounts = otherAccounts(Principal, accountId);
      if (accounts === undefined)
        properties.fail(
          'a policy of a bucket that allows anybody but services and other accounts is not implemented',
        );
      granted.push({ accounts, statement: statementOf(properties, rest) });
      return [];
    }
    const everybody = Principal === '*' || (isJsonObject(Principal) && Principal.AWS === '*');
    if (!everybody) properties.fail('a policy of a bucket that denies only some is not implemented');
    return [statementOf(properties, rest)];
  });
  return { bucket: properties.text('Bucket'), statements, granted };
}

/** Returns the accounts that a principal names as wholes, if it names nothing else and not our own. */
function otherAccounts(principal: unknown, accountId: string): string[] | undefined {
  if (!isJsonObject(principal) || Object.keys(principal).some((kind) => kind !== 'AWS')) return undefined;
  const accounts = listOf(principal.AWS).map(
    (value) => /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(String(value))?.[1],
  );
  const known = accounts.filter((account) => account !== undefined && account !== accountId);
  return known.length === accounts.length && known.length > 0 ? (known as string[]) : undefined;
}

function statementOf(properties: Properties, statement: unknown): PolicyStatement {
  if (!isJsonObject(statement)) properties.fail('a statement of its policies must be an object');
  const unknown = Object.keys(statement).find((name) => !STATEMENT.includes(name));
  if (unknown !== undefined) properties.fail(`${unknown} of a statement is not implemented`);
  const conditions = conditionsOf(statement.Condition);
  const refused = conditions.map(unknownCondition).find((reason) => reason !== undefined);
  if (refused !== undefined) properties.fail(`${refused} is not implemented`);
  return {
    effect: statement.Effect === 'Allow' ? 'Allow' : 'Deny',
    actions: listOf(statement.Action).map(String),
    resources: listOf(statement.Resource).map(String),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function conditionsOf(condition: unknown): Condition[] {
  return Object.entries(isJsonObject(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isJsonObject(keys) ? keys : {}).map(([key, values]) => ({
      ...{ operator, key },
      values: listOf(values).map(String),
    })),
  );
}

/** Policies write one thing as itself, and several as a list. */
function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
