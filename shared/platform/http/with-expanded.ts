/** Returns an object with what its request asks for beside it, read one after the other on the connection that the request has. */
export async function withExpanded<T extends object, Name extends string>(
  answer: T,
  asked: ReadonlySet<Name> | undefined,
  part: (name: Name) => Promise<unknown>,
): Promise<T> {
  if (asked === undefined) return answer;
  const expanded: Record<string, unknown> = {};
  for (const name of asked) expanded[name] = await part(name);
  return { ...answer, expanded };
}
