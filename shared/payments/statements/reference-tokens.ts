/** These may name something of ours in the texts of an entry. */
export interface Tokens {
  /** Ids of payments or files, in lower case with hyphens. */
  readonly ids: readonly string[];
  /** Trace numbers of entries of files. */
  readonly traces: readonly string[];
  /** References of payments, as stand in entries of files. */
  readonly references: readonly string[];
  /** All of it, in upper case, among which the name of a file may be. */
  readonly text: string;
}

const ID =
  /(?<![0-9a-f])([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})(?![0-9a-f])/gi;
const TRACE = /(?<![0-9A-Z])\d{15}(?![0-9A-Z])/g;
const REFERENCE = /(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{15}(?![0-9A-Z])/g;

const MAX_TEXTS = 200;

/** Finds what may name something of ours. Nothing that is found is believed before an amount confirms it. */
export function tokensIn(texts: readonly string[]): Tokens {
  const ids = new Set<string>();
  const traces = new Set<string>();
  const references = new Set<string>();
  const written = texts.slice(0, MAX_TEXTS).map((text) => text.toUpperCase());
  for (const text of written) {
    for (const [, ...parts] of text.matchAll(ID)) ids.add(parts.join('-').toLowerCase());
    for (const [trace] of text.matchAll(TRACE)) traces.add(trace);
    for (const [reference] of text.matchAll(REFERENCE)) references.add(reference);
  }
  return { ids: [...ids], traces: [...traces], references: [...references], text: written.join('\n') };
}
