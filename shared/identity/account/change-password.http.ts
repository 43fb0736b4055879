import { setLinksRevoked } from '#identity/links/link.repository.ts';
import { hashPassword, verifyPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { getOwnPassword, setOwnPassword, setSessionsRevoked } from '#identity/users/user.repository.ts';
import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { refusedFor } from '#platform/http/refusal.ts';
import type { changePassword } from './account.routes.ts';

type Request = Pick<
  HttpRequest<typeof changePassword>,
  'body' | 'clientAddress' | 'principal' | 'tenantRead' | 'tenantTx'
>;

/**
 * Gives the caller another password, for the one that they prove to know. A stolen token alone changes none.
 * @throws DomainError `validation-failed`, `too-many-requests`
 */
export async function changeOwnPassword({
  body: { current_password, password },
  clientAddress,
  principal: { actorId, tenantId, sessionId },
  tenantRead,
  tenantTx,
}: Request): Promise<void> {
  const own = await tenantRead(async (read) => ({
    ...(await getOwnPassword(read, actorId)),
    tenant: await getNames(read, tenantId),
  }));
  const attempt = attemptOf(tenantId, actorId, clientAddress);
  await takeAttempt(attempt);
  if (!(await verifyPassword(current_password, own.password_hash))) {
    await countFailure(attempt);
    throw wrongPassword();
  }
  await clearAttempts(attempt);
  if (password === current_password)
    throw invalidField('/password', 'unchanged', 'must be another one than now');
  await refuseGuessable(password, own);
  const to = await hashPassword(password);
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { postNotice } = await import('#identity/notices/post-notice.ts');
  await tenantTx(
    async (tx) => {
      if (!(await setOwnPassword(tx, actorId, { from: own.password_hash, to }))) throw wrongPassword();
      await setLinksRevoked(tx, actorId);
      await setSessionsRevoked(tx, actorId, sessionId);
      postNotice(tx, tenantId, actorId, 'password-changed');
    },
    { resource: () => `users/${actorId}`, payload: {} },
  );
}

function wrongPassword(): DomainError {
  return refusedFor(invalidField('/current_password', 'wrong-password', 'is not your password'), {
    wrong: 'password',
  });
}
