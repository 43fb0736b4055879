import { type KeyObject, sign, verify } from 'node:crypto';

/** ES256 as JOSE writes it: the two numbers of the signature side by side. */
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const;
const SIGNATURE_BYTES = 64;

export interface SignedText {
  /** The bytes that the signature is of. */
  readonly text: Buffer;
  readonly kid: string;
  readonly signature: Buffer;
}

/** A line of JSON, and a line that signs the bytes of the first. */
export function signText(
  text: string,
  key: { readonly kid: string; readonly privateKey: KeyObject },
): Buffer {
  const signature = sign('sha256', Buffer.from(text), { key: key.privateKey, ...ENCODING });
  return Buffer.from(`${text}\n${signatureLine(key.kid, signature)}\n`);
}

function signatureLine(kid: string, signature: Buffer): string {
  return JSON.stringify({ alg: 'ES256', kid, signature: signature.toString('base64url') });
}

/** Takes apart what {@link signText} wrote; undefined when a byte of its frame is another. */
export function readSignedText(bytes: Buffer): SignedText | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0) return undefined;
  const second = bytes.toString('utf8', end + 1);
  let line: { kid?: unknown; signature?: unknown };
  try {
    line = JSON.parse(second) as typeof line;
  } catch {
    return undefined;
  }
  const { kid, signature: encoded } = line;
  if (typeof kid !== 'string' || typeof encoded !== 'string') return undefined;
  const signature = Buffer.from(encoded, 'base64url');
  // Base64 and JSON can write the same in several ways; only ours is accepted, so that no byte can change unnoticed.
  if (signature.length !== SIGNATURE_BYTES || second !== `${signatureLine(kid, signature)}\n`)
    return undefined;
  return { text: bytes.subarray(0, end), kid, signature };
}

export function isSignedBy({ text, signature }: SignedText, publicKey: KeyObject): boolean {
  return verify('sha256', text, { key: publicKey, ...ENCODING }, signature);
}
