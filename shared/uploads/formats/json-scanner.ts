const LF = 10;
const CR = 13;
const QUOTE = 34;
const BACKSLASH = 92;

/** Whitespace of JSON (RFC 8259). */
export function isJsonSpace(code: number): boolean {
  return code === 32 || code === LF || code === CR || code === 9;
}

/** Finds where a JSON value ends without reading it; iterative, so that depth costs no stack. */
export class JsonScanner {
  /** The deepest nesting of the value that was last scanned, and the number of keys that its objects write. */
  depth = 0;
  keys = 0;

  /** The index after the value that begins at `from`; -1 when it isn't complete at `to`. Brackets count, their kind doesn't. */
  endOfValue(text: string, from: number, to: number): number {
    this.depth = 0;
    this.keys = 0;
    let open = 0;
    for (let at = from; at < to; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        at = endOfString(text, at, to);
        if (at < 0) return -1;
        if (open === 0) return at + 1;
      } else if (code === 123 || code === 91) {
        open += 1;
        if (open > this.depth) this.depth = open;
      } else if (code === 125 || code === 93) {
        open -= 1;
        // A closing bracket at depth 0 ends a scalar and belongs to what is around it.
        if (open <= 0) return open < 0 ? at : at + 1;
      } else if (code === 58) this.keys += 1;
      else if (open === 0 && (code === 44 || isJsonSpace(code))) return at;
    }
    return -1;
  }
}

/** The index of the closing quote; -1 when there is none before `to`. */
function endOfString(text: string, from: number, to: number): number {
  let close = text.indexOf('"', from + 1);
  while (close >= 0 && close < to && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close < to ? close : -1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
