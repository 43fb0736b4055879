import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import * as environment from './environment.ts';
import { forgetSecret, secretText } from './secret.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALING = 'vestry field v1';
const SIGNING = 'vestry signature v1';
/** The id of the key that the environment was created with. */
const FIRST_KEY = 'v1';

/** Seals single values, each for one place: what was sealed for another place, or changed, doesn't open. */
export interface Sealer {
  /** The id of the key that seals, and the first part of every value that it has sealed. */
  readonly keyId: string;
  /** @param place the row and field, such as `bank_accounts/<tenant>/<id>`; authenticated, not stored */
  seal(text: string, place: string): string;
  /** @throws when the value was sealed for another place, by a key that we don't have, or was changed */
  open(sealed: string, place: string): string;
  /** Signs a text that may be read: the same signature whenever the key is the same. */
  sign(text: string, place: string): string;
  /** Tells whether we have signed this text for this place, by any of our keys. */
  isSigned(signature: string, text: string, place: string): boolean;
}

/** A key of the environment. None is ever taken away: backups hold what the old ones have sealed. */
export interface FieldKey {
  readonly id: string;
  readonly secret: string;
  /** Milliseconds since 1970. Before, it only opens: until everybody has it. */
  readonly sealsFromMs: number;
}

/** Reads the environment's secret: the text that it was created with or, after a rotation, all keys. */
export function fieldKeysOf(secret: string): FieldKey[] {
  if (!secret.startsWith('{')) return [{ id: FIRST_KEY, secret, sealsFromMs: 0 }];
  return (JSON.parse(secret) as { keys: FieldKey[] }).keys;
}

/**
 * Returns the sealer. The secret is read once, before any transaction, so get the sealer first. A value whose key is
 * newer than the remembered secret doesn't open, but the next attempt reads the secret again.
 */
export async function fieldSealer(): Promise<Sealer> {
  const arn = environment.fieldKeySecretArn();
  return sealerOf(await secretText(arn), Date.now(), () => forgetSecret(arn));
}

/** The place of fingerprints of requests. */
const REQUEST = 'request';

/** Recognises a request with a secret in its body, by a key that the database doesn't hold. After a rotation it is another. */
export async function secretFingerprint(payload: string): Promise<string> {
  return (await fieldSealer()).sign(payload, REQUEST);
}

/**
 * `<key>.<nonce>.<cipher text and tag>`, base64url, under the newest key whose time to seal has come. For tests and for
 * {@link fieldSealer}: by the text of the secret.
 */
export function sealerOf(
  secret: string,
  nowMs = Date.now(),
  onUnknownKey: () => void = () => undefined,
): Sealer {
  const keys = fieldKeysOf(secret);
  const current = keys.findLast(({ sealsFromMs }) => sealsFromMs <= nowMs) ?? keys[0];
  if (current === undefined) throw new Error('there is no field key');
  const macBy = (key: FieldKey, text: string, place: string): string =>
    createHmac('sha256', derivedKey(key.secret, SIGNING))
      .update(JSON.stringify([place, text]))
      .digest('base64url');
  return {
    keyId: current.id,
    sign: (text, place) => `${current.id}.${macBy(current, text, place)}`,
    isSigned: (signature, text, place) => {
      const key = keys.find(({ id }) => signature.startsWith(`${id}.`));
      if (key === undefined) {
        onUnknownKey();
        return false;
      }
      const [given, ours] = [Buffer.from(signature), Buffer.from(`${key.id}.${macBy(key, text, place)}`)];
      return given.length === ours.length && timingSafeEqual(given, ours);
    },
    seal: (text, place) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, derivedKey(current.secret, SEALING), nonce).setAAD(
        Buffer.from(place),
      );
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [current.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open: (sealed, place) => {
      const [id, nonce = '', content = ''] = sealed.split('.');
      const bytes = Buffer.from(content, 'base64url');
      const key = keys.find((known) => known.id === id);
      if (key === undefined) onUnknownKey();
      // Base64 has other texts of the same bytes: in the last character's spare bits, or with signs that it skips.
      const written = [
        id,
        Buffer.from(nonce, 'base64url').toString('base64url'),
        bytes.toString('base64url'),
      ];
      const isOurs = bytes.length >= TAG_BYTES && written.join('.') === sealed;
      if (key === undefined || !isOurs) throw new Error('the value was not sealed by us');
      const opener = createDecipheriv(
        CIPHER,
        derivedKey(key.secret, SEALING),
        Buffer.from(nonce, 'base64url'),
        {
          authTagLength: TAG_BYTES,
        },
      )
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([opener.update(bytes.subarray(0, -TAG_BYTES)), opener.final()]).toString('utf8');
    },
  };
}

/** The few keys of the environment, by purpose and secret. Prepared ones cost a cipher a quarter of what bytes cost it. */
const derivedKeys = new Map<string, KeyObject>();

function derivedKey(secret: string, purpose: string): KeyObject {
  const name = `${purpose} ${secret}`;
  const key =
    derivedKeys.get(name) ?? createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));
  derivedKeys.set(name, key);
  return key;
}
