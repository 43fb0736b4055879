/** A class of a style sheet is named by its component, itself, two hashes and a line; a variable by itself and a hash. */
const LONG = /\bawsui_[\w-]+?_[a-z0-9]{5}_[a-z0-9]{5}_\d+(?![\w-])|--[a-z][\w-]*-[a-z0-9]{6}(?![\w-])/g;

/** Short names for all that these texts of the design system name at length, by their order. */
export function shortNames(texts: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const text of texts)
    for (const [long] of text.matchAll(LONG))
      if (!names.has(long)) {
        const short = `_${names.size.toString(36)}`;
        names.set(long, long.startsWith('--') ? `--${short}` : short);
      }
  return names;
}

/** A name that nobody has shortened stays as it is. */
export function shortened(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(LONG, (long) => names.get(long) ?? long);
}
