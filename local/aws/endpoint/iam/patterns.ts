/** The facts about a request that conditions and variables look at, by condition key. A key that is absent has no value. */
export type Context = Readonly<Record<string, string | undefined>>;

/** Returns whether a value has the form of a pattern, in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, value: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's').test(value);
}

const VARIABLE = /\$\{([^}]+)\}/g;

/**
 * Puts the values of variables (`${aws:PrincipalTag/folder}`) into a pattern. Undefined where one has no value: then the statement says
 * nothing about the request. A wildcard in a value would be one in the pattern, so such a value counts as none.
 */
export function withVariables(pattern: string, context: Context): string | undefined {
  let missing = false;
  const text = pattern.replaceAll(VARIABLE, (_, name: string) => {
    const value = context[name];
    if (value === undefined || /[*?]/.test(value)) missing = true;
    return value ?? '';
  });
  return missing ? undefined : text;
}
