import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { identityEnvironment } from '#identity/identity-environment.ts';
import { ACCESS_TOKEN_SECONDS, type SigningKey } from '#identity/sign-in/access-token.ts';
import { awsClient } from '#platform/aws/client.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { putSecretKeys } from '#platform/secret.ts';

/**
 * Private keys live in one secret that sign-in and rotation read; public keys in the database, where the authorizer and
 * the published key set find them. A new key is published before it signs, and an old one outlives its last token.
 */

/** The time for which verifiers may keep the public keys. A new key waits at least this long before it signs. */
const PUBLIC_KEYS_KEPT_MS = 5 * 60_000;
const PUBLISHED_BEFORE_SIGNING_MS = 2 * PUBLIC_KEYS_KEPT_MS;
/** Our own verifiers look more often, so that a key that was retired by hand is soon forgotten. */
const LOOKED_UP_EVERY_MS = 60_000;
const UNKNOWN_KID_REFRESH_MS = 5_000;
const SECRET_KEPT_MS = 60_000;

interface SecretKey extends SigningKey {
  /** Milliseconds since 1970. */
  readonly signsFromMs: number;
}

export interface PublishedKey {
  readonly kid: string;
  readonly publicJwk: JsonWebKey;
}

async function readPublished(): Promise<PublishedKey[]> {
  try {
    const { rows } = await appPool().query<{ kid: string; public_jwk: JsonWebKey }>(
      'select kid, public_jwk from signing_keys where retires_at is null or retires_at > now() order by signs_from, kid',
    );
    return rows.map((row) => ({ kid: row.kid, publicJwk: row.public_jwk }));
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

/** The key set of `/.well-known/jwks.json` (RFC 7517). */
export async function publishedKeySet(): Promise<{ keys: JsonWebKey[] }> {
  const keys = await readPublished();
  return { keys: keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'ES256' })) };
}

let cached: { readonly keys: Map<string, KeyObject>; readonly readAtMs: number } | undefined;

/** A published key, from a cache of a minute. An unknown kid looks again, but not more often than every five seconds. */
export async function findPublicKey(kid: string): Promise<KeyObject | undefined> {
  const ageMs = cached === undefined ? Number.POSITIVE_INFINITY : Date.now() - cached.readAtMs;
  const stale = ageMs > LOOKED_UP_EVERY_MS || (!cached?.keys.has(kid) && ageMs > UNKNOWN_KID_REFRESH_MS);
  if (stale) {
    const keys = (await readPublished()).map(
      (key) => [key.kid, createPublicKey({ key: key.publicJwk, format: 'jwk' })] as const,
    );
    cached = { keys: new Map(keys), readAtMs: Date.now() };
  }
  return cached?.keys.get(kid);
}

let secret: { readonly keys: readonly SecretKey[]; readonly readAtMs: number } | undefined;

async function readSecret(): Promise<readonly SecretKey[]> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const answer = await awsClient(SecretsManagerClient).send(
    new GetSecretValueCommand({ SecretId: identityEnvironment.signingKeysSecretArn() }),
  );
  const value = JSON.parse(answer.SecretString ?? '{}') as { keys?: SecretKey[] };
  return value.keys ?? [];
}

/**
 * The newest key whose time to sign has come, of those that are not retired; without one, the next whose time will come. So a key that
 * was retired by hand signs nothing from that moment on, and the one that follows it signs at once.
 */
export async function currentSigningKey(): Promise<SigningKey> {
  const published = await publishedKids();
  const find = (keys: readonly SecretKey[]) => {
    const usable = keys.filter(({ kid }) => published.has(kid));
    return signingNow(usable) ?? signingNext(usable);
  };
  const key = find(await rememberedKeys()) ?? find(await rememberedKeys(0));
  if (key === undefined) throw new Error('there is no signing key: run the rotate-signing-keys job once');
  return key;
}

async function publishedKids(): Promise<ReadonlySet<string>> {
  return new Set((await readPublished()).map(({ kid }) => kid));
}

/** Returns the keys of the secret as they stood at most so long ago. */
async function rememberedKeys(keptMs: number = SECRET_KEPT_MS): Promise<readonly SecretKey[]> {
  if (secret === undefined || Date.now() - secret.readAtMs >= keptMs)
    secret = { keys: await readSecret(), readAtMs: Date.now() };
  return secret.keys;
}

function signingNow(keys: readonly SecretKey[]): SecretKey | undefined {
  return byTime(keys.filter((key) => key.signsFromMs <= Date.now())).at(-1);
}

function signingNext(keys: readonly SecretKey[]): SecretKey | undefined {
  return byTime(keys.filter((key) => key.signsFromMs > Date.now()))[0];
}

function byTime(keys: readonly SecretKey[]): SecretKey[] {
  return keys.toSorted((a, b) => a.signsFromMs - b.signsFromMs);
}

/**
 * Returns the key that signs and those that will. Sign-in goes by the clock, so a rotation that is simulated months
 * ahead must not remove the key in use.
 */
function stillNeeded(keys: readonly SecretKey[]): SecretKey[] {
  const sinceMs = signingNow(keys)?.signsFromMs ?? 0;
  return keys.filter((key) => key.signsFromMs >= sinceMs);
}

/**
 * Adds a key that signs after verifiers have had time to fetch it (at once if it is the first), and retires keys that
 * no longer sign once their last token has expired. A second run for the same instant changes nothing. The order
 * matters: a key is published before it can sign, and an old one retired only after the new one is in the secret.
 */
export async function rotateSigningKeys(at: Date): Promise<{ kid: string; retired: number }> {
  const published = await publishedKids();
  // One that was retired by hand is forgotten.
  const before = (await readSecret()).filter(({ kid }) => published.has(kid));
  const again = before.find((key) => key.signsFromMs >= at.getTime());
  if (again !== undefined) return { kid: again.kid, retired: 0 };
  const signsFromMs = before.length === 0 ? at.getTime() : at.getTime() + PUBLISHED_BEFORE_SIGNING_MS;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const added: SecretKey = {
    kid: randomUUID(),
    privateJwk: privateKey.export({ format: 'jwk' }),
    signsFromMs,
  };
  await systemTx(REASON, (tx) =>
    tx
      .insertInto('signing_keys')
      .values({
        kid: added.kid,
        public_jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
        signs_from: new Date(signsFromMs),
      })
      .execute(),
  );
  await writeSecret([...stillNeeded(before), added]);
  // Environments keep the secret for a minute, so an old key may sign that much longer.
  const retiresAt = new Date(
    signsFromMs + SECRET_KEPT_MS + ACCESS_TOKEN_SECONDS * 1000 + PUBLIC_KEYS_KEPT_MS,
  );
  const retired = await systemTx(REASON, (tx) =>
    tx
      .updateTable('signing_keys')
      .set({ retires_at: retiresAt })
      .where('retires_at', 'is', null)
      .where('kid', '<>', added.kid)
      .executeTakeFirst(),
  );
  return { kid: added.kid, retired: Number(retired.numUpdatedRows) };
}

const REASON = 'signing keys belong to no tenant';

async function writeSecret(keys: readonly SecretKey[]): Promise<void> {
  await putSecretKeys(identityEnvironment.signingKeysSecretArn(), keys);
  secret = undefined;
}
