/** A message of a client that says what is run, as far as a reader needs it. */
export type ClientMessage =
  | { readonly kind: 'query'; readonly text: string; readonly bytes: number }
  | { readonly kind: 'parse'; readonly name: string; readonly text: string; readonly bytes: number }
  | { readonly kind: 'bind'; readonly statement: string };

const HEADER_BYTES = 5;
/** Names are identifiers of at most 63 bytes; a bind begins with two of them. */
const MAX_NAMES_BYTES = 160;
const BIND = 'B'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);

/**
 * Reads the messages of Postgres's protocol that follow the start-up, from chunks that are cut anywhere. Of most messages only
 * the length is looked at, and of a text not more than `maxTextBytes`.
 */
export class ClientMessages {
  readonly #wanted: ReadonlyMap<number, number>;
  readonly #receive: (message: ClientMessage) => void;
  #rest: Buffer | undefined;
  #skip = 0;

  constructor(maxTextBytes: number, receive: (message: ClientMessage) => void) {
    this.#wanted = new Map([
      [QUERY, maxTextBytes],
      [PARSE, maxTextBytes + MAX_NAMES_BYTES],
      [BIND, MAX_NAMES_BYTES],
    ]);
    this.#receive = receive;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    while (at < bytes.length) {
      if (bytes.length - at < HEADER_BYTES) break;
      const type = bytes[at] as number;
      const bodyBytes = bytes.readUInt32BE(at + 1) - 4;
      const wanted = Math.min(bodyBytes, this.#wanted.get(type) ?? 0);
      const body = at + HEADER_BYTES;
      if (bytes.length - body < wanted) break;
      if (wanted > 0) this.#receive(parsed(type, bytes.subarray(body, body + wanted), bodyBytes));
      const end = body + bodyBytes;
      this.#skip = Math.max(0, end - bytes.length);
      at = end;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }
}

function parsed(type: number, body: Buffer, bodyBytes: number): ClientMessage {
  if (type === QUERY) return { kind: 'query', text: stringAt(body, 0), bytes: bodyBytes - 1 };
  const first = stringAt(body, 0);
  const second = stringAt(body, first.length + 1);
  // A bind names its portal first.
  if (type === BIND) return { kind: 'bind', statement: second };
  return { kind: 'parse', name: first, text: second, bytes: textBytes(body, first.length + 1, bodyBytes) };
}

/** Keywords and names of functions are ASCII: one byte is one character here, whatever the literals hold. */
function stringAt(body: Buffer, at: number): string {
  const end = body.indexOf(0, at);
  return body.toString('latin1', at, end === -1 ? body.length : end);
}

/** The types of the parameters follow the text; a text that was cut is longer than what was looked at. */
function textBytes(body: Buffer, at: number, bodyBytes: number): number {
  const end = body.indexOf(0, at);
  return (end === -1 ? bodyBytes : end) - at;
}
