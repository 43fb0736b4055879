import { type Condition, holds } from './conditions.ts';
import { type Context, matches, withVariables } from './patterns.ts';

/** A statement of a policy. Conditions that can't be judged here are refused when it is read. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** `s3:GetObject`, with `*` and `?` as wildcards. */
  readonly actions: readonly string[];
  /** ARNs, with the same wildcards and with variables. */
  readonly resources: readonly string[];
  /** All of them hold where it applies. @default none */
  readonly conditions?: readonly Condition[];
}

/** A role of the templates, which a function takes. */
export interface Role {
  readonly arn: string;
  readonly statements: readonly PolicyStatement[];
}

/** A policy of its own in the templates, which users get. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly statements: readonly PolicyStatement[];
}

/** One request, as its policies see it. */
export interface Asked {
  readonly action: string;
  /** Its ARN, or `*` for an action that takes none. */
  readonly resource: string;
  readonly context: Context;
}

/**
 * Returns whether statements let something be done to a resource: some statement allows it, and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(statements: readonly PolicyStatement[], asked: Asked): boolean {
  const about = statements.filter((statement) => isAbout(statement, asked));
  return about.length > 0 && about.every(({ effect }) => effect === 'Allow');
}

/** Returns whether a statement forbids it. */
export function isDenied(statements: readonly PolicyStatement[], asked: Asked): boolean {
  return statements.some((statement) => statement.effect === 'Deny' && isAbout(statement, asked));
}

function isAbout(
  { actions, resources, conditions = [] }: PolicyStatement,
  { action, resource, context }: Asked,
): boolean {
  return (
    // Actions are the same in any case, resources are not.
    actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    resources.some((pattern) => {
      const text = withVariables(pattern, context);
      return text !== undefined && matches(text, resource);
    }) &&
    conditions.every((condition) => holds(condition, context))
  );
}
