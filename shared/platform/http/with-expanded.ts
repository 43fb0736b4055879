/**
 * Returns an object with what its request asks for beside it, read one after the other on the connection that the request has.
 * @param parts what there is, by name; nothing of it is read that nobody has asked for
 */
export async function withExpanded<T extends object, Name extends string>(
  answer: T,
  asked: ReadonlySet<Name> | undefined,
  parts: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<T> {
  if (asked === undefined) return answer;
  const expanded: Record<string, unknown> = {};
  for (const name of asked) expanded[name] = await parts[name]();
  return { ...answer, expanded };
}
