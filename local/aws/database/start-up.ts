/** The first packet of a connection, see "Message Formats" of Postgres's manual. */
export type StartUp =
  | { readonly kind: 'encryption' | 'cancel' }
  | { readonly kind: 'session'; readonly parameters: ReadonlyMap<string, string> };

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const VERSION_3 = 3;
const MIN_BYTES = 8;
/** Postgres takes no longer packet either. */
const MAX_BYTES = 10_000;

/** Returns the packet at the beginning of `bytes` with its length; undefined while it isn't complete. Throws `RangeError`. */
export function readStartUp(bytes: Buffer): { packet: StartUp; length: number } | undefined {
  if (bytes.length < MIN_BYTES) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length < MIN_BYTES || length > MAX_BYTES)
    throw new RangeError('the start-up packet has no valid length');
  if (bytes.length < length) return undefined;
  const code = bytes.readUInt32BE(4);
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { packet: { kind: 'encryption' }, length };
  if (code === CANCEL_REQUEST) return { packet: { kind: 'cancel' }, length };
  if (code >>> 16 !== VERSION_3) throw new RangeError('the protocol is not version 3');
  const words = bytes.toString('utf8', MIN_BYTES, length).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    parameters.set(words[at] as string, words[at + 1] as string);
  return { packet: { kind: 'session', parameters }, length };
}

/** Returns the message by which a server refuses a connection. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${sqlState}`, `M${message}`, ''].join('\0');
  const body = Buffer.from(`${fields}\0`);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** Returns the packet that asks a server whether it takes an encrypted connection. */
export function encryptionRequest(): Buffer {
  const packet = Buffer.alloc(MIN_BYTES);
  packet.writeUInt32BE(MIN_BYTES, 0);
  packet.writeUInt32BE(SSL_REQUEST, 4);
  return packet;
}
