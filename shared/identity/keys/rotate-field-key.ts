import { randomBytes } from 'node:crypto';
import * as environment from '#platform/environment.ts';
import { type FieldKey, fieldKeysOf } from '#platform/sealing.ts';
import { currentSecretText, putSecretKeys } from '#platform/secret.ts';

/** Twice as long as functions remember the secret: none meets a value whose key it doesn't have. */
const KNOWN_BEFORE_SEALING_MS = 10 * 60_000;
const SECRET_BYTES = 32;
const ID_BYTES = 6;

/** Adds a key. Run again for the same instant it changes nothing. */
export async function rotateFieldKey(at: Date): Promise<{ key: string; keys: number }> {
  const before = fieldKeysOf(await currentSecretText(environment.fieldKeySecretArn()));
  const newest = before.at(-1);
  if (newest !== undefined && newest.sealsFromMs >= at.getTime())
    return { key: newest.id, keys: before.length };
  const added: FieldKey = {
    id: `k${randomBytes(ID_BYTES).toString('hex')}`,
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
    sealsFromMs: at.getTime() + KNOWN_BEFORE_SEALING_MS,
  };
  await putSecretKeys(environment.fieldKeySecretArn(), [...before, added]);
  return { key: added.id, keys: before.length + 1 };
}
