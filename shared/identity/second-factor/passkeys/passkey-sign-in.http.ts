import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { startSession, type TokenPair } from '#identity/sign-in/session.ts';
import { ssoRequired } from '#identity/sign-in/sso-required.ts';
import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid } from '#kernel/ids.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import type { Claim } from '#platform/http/refusal.ts';
import type { SignedCredential } from './passkey.fields.ts';
import { setPasskeyUsed } from './passkey.repository.ts';
import {
  findPasskeyTenant,
  getHolder,
  insertUsedChallenge,
  type PasskeyHolder,
} from './passkey-sign-in.repository.ts';
import type * as routes from './passkey-sign-in.routes.ts';
import { challengeIn, REASONS, type Reason } from './read-answer.ts';
import { openSignInChallenge } from './sign-in-challenge.ts';
import { countOf, refuseSigned } from './verify-passkey.ts';

type Request = HttpRequest<typeof routes.signInByPasskey>;

type Refused = Reason | 'user-inactive';

/**
 * Begins the session of whoever a passkey names. It has verified its user, so that it is both factors.
 * @throws DomainError `invalid-credentials`, `sso-required`, `too-many-requests`
 */
export async function signInByPasskey({
  body: { passkey },
  clientAddress,
  requestId,
  claim,
  tenantTx,
}: Request): Promise<TokenPair> {
  const attempt = attemptOf('passkey', passkey.id, clientAddress);
  let holder: PasskeyHolder | undefined;
  claim(async () => claimOf(holder));
  const refusing = (reason: Refused): DomainError => {
    claim(async () => claimOf(holder, reason));
    return refusedSignIn(reason);
  };
  await takeAttempt(attempt);
  const challenge = await openSignInChallenge(challengeIn(passkey.response.clientDataJSON));
  holder = await findHolder(passkey);
  const refused = refuseSigned(holder?.passkey, passkey, challenge?.text) ?? refuseHolder(holder);
  if (holder === undefined || challenge === undefined || refused !== undefined) {
    await countFailure(attempt);
    const reason = refused ?? 'unknown-passkey';
    throw refusing(reason);
  }
  if (holder.sso_required) throw ssoRequired();
  const key = await currentSigningKey();
  await clearAttempts(attempt);
  const { tenant, user, passkey: known } = holder;
  const how = { method: 'PASSKEY', amr: ['pop', 'mfa'], secondFactor: { at: new Date() } } as const;
  return tenantTx(
    async (tx) => {
      if (!(await insertUsedChallenge(tx, challenge, user.id))) throw refusing('wrong-challenge');
      if (!(await setPasskeyUsed(tx, known.id, countOf(passkey)))) throw refusing('counter-back');
      return startSession(tx, tenant, user, key, how);
    },
    {
      actor: { tenantId: tenant.id, actorId: user.id, actorRole: user.role, requestId },
      resource: () => `users/${user.id}`,
      payload: { passkey_id: known.id },
    },
  );
}

/** Finds a passkey by its own name and by that of its user, which it keeps. */
async function findHolder({ id, response }: SignedCredential): Promise<PasskeyHolder | undefined> {
  const userId = Buffer.from(response.userHandle ?? '', 'base64url').toString('utf8');
  if (!isUuid(userId)) return undefined;
  const tenant = await findPasskeyTenant(id, userId);
  return tenant === undefined ? undefined : getHolder(tenant, userId, id);
}

function refuseHolder(holder: PasskeyHolder | undefined): Refused | undefined {
  return holder?.user.status === 'ACTIVE' ? undefined : 'user-inactive';
}

/** Returns whose trail a refusal belongs to. A passkey that nobody has belongs to nobody. */
function claimOf(holder: PasskeyHolder | undefined, passkey?: Refused): Claim {
  const payload = passkey === undefined ? {} : { passkey };
  if (holder === undefined) return { payload };
  return { tenantId: holder.tenant.id, payload: { ...payload, user: holder.user.id } };
}

/** Three reasons stand in the trail alone: the answer would tell whether a passkey, or its user, is known here. */
function refusedSignIn(reason: Refused): DomainError {
  const [code, message] =
    reason === 'unknown-passkey' || reason === 'wrong-signature' || reason === 'user-inactive'
      ? ['unknown-passkey', 'is not known here, or doesn’t let you in any more']
      : [reason, REASONS[reason]];
  return new DomainError('invalid-credentials', `The passkey ${message}.`, {
    errors: [{ pointer: '/passkey', code, message }],
  });
}
