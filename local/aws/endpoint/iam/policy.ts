/** A statement of a policy. Conditions are not implemented: a statement that has one is refused when it is read. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** `s3:GetObject`, with `*` and `?` as wildcards. */
  readonly actions: readonly string[];
  /** ARNs, with the same wildcards. */
  readonly resources: readonly string[];
}

/** A role of the templates, which a function takes. */
export interface Role {
  readonly arn: string;
  readonly statements: readonly PolicyStatement[];
}

/**
 * Returns whether a role may do something to a resource: some statement allows it, and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param resource its ARN, or `*` for an action that takes none
 */
export function isAllowed({ statements }: Role, action: string, resource: string): boolean {
  const about = statements.filter(
    ({ actions, resources }) =>
      // Actions are the same in any case, resources are not.
      actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => matches(pattern, resource)),
  );
  return about.length > 0 && about.every(({ effect }) => effect === 'Allow');
}

function matches(pattern: string, value: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's').test(value);
}
