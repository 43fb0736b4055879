import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** An authenticator, or the page that asks it, does these things otherwise than it should. */
export interface Deviation {
  readonly origin?: string;
  readonly domain?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** The flags of the authenticator's data. @default user present and verified */
  readonly flags?: number;
  /** The count of signatures. @default one more each time */
  readonly count?: number;
  /** Signs something else than it says. */
  readonly forged?: boolean;
  /** The format of the attestation. @default none */
  readonly format?: string;
  /** The number of the signature's scheme that the key names. */
  readonly scheme?: number;
  /** Another name than the one that stands in the attestation. */
  readonly id?: string;
  /** The user whom it names, in base64url. @default the one for whom it was made */
  readonly userHandle?: string;
  /** Bytes that are missing at the end of the attestation. */
  readonly cutBytes?: number;
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

const PRESENT_AND_VERIFIED = 0b101;
const WITH_CREDENTIAL = 0b1000000;

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();

type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

/** Writes the values of which keys and attestations are made (RFC 8949). */
function cbor(value: Cbor): Buffer {
  const head = (major: number, size: number): Buffer => {
    if (size < 24) return Buffer.from([(major << 5) | size]);
    if (size < 0x100) return Buffer.from([(major << 5) | 24, size]);
    return Buffer.from([(major << 5) | 25, size >> 8, size & 0xff]);
  };
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, of]) => [cbor(key), cbor(of)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

function keysOf(algorithm: Algorithm) {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

/** Returns the parts of a public key in the form of COSE (RFC 9053). */
function coseOf(algorithm: Algorithm, { x = '', y = '', n = '', e = '' }: JsonWebKey): Map<number, Cbor> {
  const parts = (...values: Cbor[]) => new Map(values.map((value, index) => [LABELS[index] ?? 0, value]));
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  switch (algorithm) {
    case 'ES256':
      return parts(2, -7, 1, bytes(x), bytes(y));
    case 'EdDSA':
      return parts(1, -8, 6, bytes(x));
    case 'RS256':
      return parts(3, -257, bytes(n), bytes(e));
  }
}
/** Type, scheme, and what the type has besides. */
const LABELS = [1, 3, -1, -2, -3];

/** A passkey in software, with the page that asks for it. */
export class Authenticator {
  readonly credentialId: string = base64url(randomBytes(32));
  readonly #algorithm: Algorithm;
  readonly #origin: string;
  readonly #domain: string;
  readonly #privateKey: KeyObject;
  readonly #cose: Map<number, Cbor>;
  #count = 0;
  #userHandle: string | undefined;

  constructor(algorithm: Algorithm = 'ES256', origin = 'http://localhost:5173') {
    this.#algorithm = algorithm;
    this.#origin = origin;
    this.#domain = new URL(origin).hostname;
    const { publicKey, privateKey } = keysOf(algorithm);
    this.#privateKey = privateKey;
    this.#cose = coseOf(algorithm, publicKey.export({ format: 'jwk' }));
  }

  /** Answers `navigator.credentials.create`. */
  create(
    { challenge, user }: { readonly challenge: string; readonly user?: { readonly id: string } },
    deviation: Deviation = {},
  ) {
    this.#userHandle = user?.id;
    const id = Buffer.from(this.credentialId, 'base64url');
    const length = Buffer.from([id.length >> 8, id.length & 0xff]);
    const { flags = PRESENT_AND_VERIFIED } = deviation;
    const head = this.#authenticatorData({ ...deviation, flags: flags | WITH_CREDENTIAL });
    const cose = new Map(this.#cose).set(3, deviation.scheme ?? this.#cose.get(3) ?? 0);
    const authData = Buffer.concat([head, Buffer.alloc(16), length, id, cbor(cose)]);
    const attestation = new Map<string, Cbor>([
      ['fmt', deviation.format ?? 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    const bytes = cbor(attestation);
    const made = this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', challenge, deviation),
      attestationObject: base64url(bytes.subarray(0, bytes.length - (deviation.cutBytes ?? 0))),
      transports: ['internal'],
      // Browsers write these along, beside the attestation that has them too.
      authenticatorData: base64url(authData),
      publicKey: base64url(cbor(cose)),
      publicKeyAlgorithm: Number(cose.get(3)),
    });
    return { ...made, authenticatorAttachment: 'platform', id: deviation.id ?? made.id };
  }

  /** Answers `navigator.credentials.get`. */
  get({ challenge }: { readonly challenge: string }, deviation: Deviation = {}) {
    const authData = this.#authenticatorData(deviation);
    const clientDataJSON = this.#clientData('webauthn.get', challenge, deviation);
    const clientHash = sha256(Buffer.from(clientDataJSON, 'base64url'));
    const signed = Buffer.concat([authData, deviation.forged ? randomBytes(32) : clientHash]);
    const signature = sign(this.#algorithm === 'EdDSA' ? null : 'sha256', signed, this.#privateKey);
    return this.#credential({
      clientDataJSON,
      authenticatorData: base64url(authData),
      signature: base64url(signature),
      userHandle: deviation.userHandle ?? this.#userHandle,
    });
  }

  #credential<Response>(response: Response) {
    const { credentialId } = this;
    return {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      response,
      clientExtensionResults: {},
    };
  }

  #clientData(type: string, challenge: string, deviation: Deviation): string {
    const { origin = this.#origin, crossOrigin = false } = deviation;
    const data = {
      type: deviation.type ?? type,
      challenge: deviation.challenge ?? challenge,
      origin,
      crossOrigin,
    };
    return base64url(JSON.stringify(data));
  }

  #authenticatorData({ domain = this.#domain, flags = PRESENT_AND_VERIFIED, count }: Deviation): Buffer {
    this.#count = count ?? this.#count + 1;
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(this.#count);
    return Buffer.concat([sha256(domain), Buffer.from([flags]), counted]);
  }
}
