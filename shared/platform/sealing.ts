import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { environment } from './environment.ts';
import { secretText } from './secret.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of the form below; another one would say how its key is derived. */
const VERSION = 'v1';

/** Seals single values, each for one place: what was sealed for another place, or changed, doesn't open. */
export interface Sealer {
  /** @param place the row and field, such as `bank_accounts/<tenant>/<id>`; authenticated, not stored */
  seal(text: string, place: string): string;
  /** @throws when the value was sealed for another place, by another key, or was changed */
  open(sealed: string, place: string): string;
}

/**
 * `v1.<nonce>.<cipher text and tag>`, base64url, under a key derived from the environment's secret. The secret is read once,
 * before any transaction: get the sealer first.
 */
export async function fieldSealer(): Promise<Sealer> {
  return sealerOf(await secretText(environment.fieldKeySecretArn()));
}

/** For tests and for {@link fieldSealer}: a sealer by the text that the key is derived from. */
export function sealerOf(secret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `vestry field ${VERSION}`, KEY_BYTES));
  return {
    seal: (text, place) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open: (sealed, place) => {
      const [version, nonce = '', content = ''] = sealed.split('.');
      const bytes = Buffer.from(content, 'base64url');
      if (version !== VERSION || bytes.length < TAG_BYTES) throw new Error('the value was not sealed by us');
      const opener = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([opener.update(bytes.subarray(0, -TAG_BYTES)), opener.final()]).toString('utf8');
    },
  };
}
