/** Characters that no field and no parameter holds, since a database, a log or the next reader would change or refuse them. */
const HOSTILE = /[\0\ufffd]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Returns what is wrong with a text, as the message of a field, or `undefined`. */
export function hostileIn(text: string): string | undefined {
  const [found] = HOSTILE.exec(text) ?? [];
  if (found === undefined) return undefined;
  if (found === '\0') return 'must not contain the character U+0000';
  // A gateway that reads bytes which are no UTF-8 leaves this character in their place.
  if (found === '\ufffd') return 'must not contain the character U+FFFD: send valid UTF-8';
  return 'must not contain half of a surrogate pair';
}
