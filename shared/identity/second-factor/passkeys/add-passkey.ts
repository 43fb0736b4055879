import { randomBytes } from 'node:crypto';
import { postNotice } from '#identity/notices/post-notice.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { getOwnPassword, lockUser } from '#identity/users/user.repository.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { renewRecoveryCodes } from '../enrol-factor.ts';
import { requireOwnFactor, requirePerson } from '../require-own-factor.ts';
import { hasFactor, setFactorProved } from '../second-factor.repository.ts';
import type { CreatedCredential } from './passkey.fields.ts';
import {
  findStoredChallenge,
  insertPasskey,
  listPasskeys,
  putChallenge,
  type StoredChallenge,
  useStoredChallenge,
} from './passkey.repository.ts';
import { CHALLENGE_SECONDS, MAX_PASSKEYS } from './passkey-limits.ts';
import { creationOptions } from './passkey-options.ts';
import { refusedPasskey } from './refused-passkey.ts';
import { toPasskey } from './shown-passkey.ts';
import { type Created, verifyCreated } from './verify-passkey.ts';

const CHALLENGE_BYTES = 32;

interface Caller {
  readonly tenantId: TenantId;
  readonly actorId: string;
  readonly sessionId: string;
}

export function newChallenge(): string {
  return randomBytes(CHALLENGE_BYTES).toString('base64url');
}

/**
 * Says what a new passkey has to sign.
 * @throws DomainError `second-factor-required`, `fresh-sign-in-required`, `too-many-passkeys`
 */
export async function beginPasskey(tx: TenantTx, caller: Caller) {
  await requirePerson(tx, caller);
  const known = await listPasskeys(tx, caller.actorId);
  if (known.length >= MAX_PASSKEYS) throw tooMany();
  const challenge = newChallenge();
  await putChallenge(tx, { session_id: caller.sessionId, purpose: 'ADD', challenge }, CHALLENGE_SECONDS);
  const { email } = await getOwnPassword(tx, caller.actorId);
  const tenant = (await getNames(tx, caller.tenantId))[1];
  return { options: creationOptions(challenge, { id: caller.actorId, email, tenant }, known) };
}

/** A passkey that was verified, and what it has signed. */
interface Made {
  readonly created: Created;
  readonly challenge: StoredChallenge;
}

/**
 * Verifies a new passkey, outside any transaction.
 * @throws DomainError `validation-failed`
 */
export async function verifyNew(
  reading: <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>,
  { sessionId }: Caller,
  credential: CreatedCredential,
): Promise<Made> {
  const challenge = await reading((read) => findStoredChallenge(read, sessionId, 'ADD'));
  const created = verifyCreated(credential, challenge?.challenge);
  if ('refused' in created) throw refusedPasskey('/credential', created.refused);
  if (challenge === undefined) throw refusedPasskey('/credential', 'wrong-challenge');
  return { created, challenge };
}

/**
 * Adds a verified passkey. It proves itself, and comes with recovery codes where it is the first factor.
 * @throws DomainError `second-factor-required`, `too-many-passkeys`, `passkey-exists`, `validation-failed`
 */
export async function addPasskey(tx: TenantTx, caller: Caller, name: string, { created, challenge }: Made) {
  const { tenantId, actorId, sessionId } = caller;
  await lockUser(tx, actorId);
  await requireOwnFactor(tx, caller);
  if (!(await useStoredChallenge(tx, challenge))) throw refusedPasskey('/credential', 'wrong-challenge');
  const isFirst = !(await hasFactor(tx, actorId));
  if ((await listPasskeys(tx, actorId)).length >= MAX_PASSKEYS) throw tooMany();
  const passkey = await insertPasskey(tx, { user_id: actorId, name, ...created });
  await setFactorProved(tx, sessionId);
  postNotice(tx, tenantId, actorId, 'second-factor-changed');
  const shown = toPasskey(passkey);
  return isFirst ? { ...shown, recovery_codes: [...(await renewRecoveryCodes(tx, actorId))] } : shown;
}

function tooMany(): DomainError {
  return new DomainError(
    'too-many-passkeys',
    `You have ${MAX_PASSKEYS} passkeys: remove one that you don’t use.`,
  );
}
