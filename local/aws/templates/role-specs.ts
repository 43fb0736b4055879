import type { PolicyStatement, Role } from '#aws/endpoint/iam/policy.ts';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

const HONOURED = ['Policies'];
/** These properties don't matter to a role that is a function's. */
const INERT = ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Path', 'RoleName', 'Tags'];
const STATEMENT = ['Action', 'Effect', 'Resource', 'Sid'];

/** Reads the role of a function. Policies that are not written in it are refused. */
export function roleSpec(resource: Resource, values: JsonObject, arn: string): Role {
  const properties: Properties = new Properties(resource, values, [...HONOURED, ...INERT]);
  const statements = properties.objects('Policies').flatMap(({ PolicyDocument }) => {
    const { Statement } = isJsonObject(PolicyDocument) ? PolicyDocument : {};
    return listOf(Statement).map((statement) => statementOf(properties, statement));
  });
  return { arn, statements };
}

function statementOf(properties: Properties, statement: unknown): PolicyStatement {
  if (!isJsonObject(statement)) properties.fail('a statement of its policies must be an object');
  const unknown = Object.keys(statement).find((name) => !STATEMENT.includes(name));
  if (unknown !== undefined) properties.fail(`${unknown} of a statement is not implemented`);
  return {
    effect: statement.Effect === 'Allow' ? 'Allow' : 'Deny',
    actions: listOf(statement.Action).map(String),
    resources: listOf(statement.Resource).map(String),
  };
}

/** Policies write one thing as itself, and several as a list. */
function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
