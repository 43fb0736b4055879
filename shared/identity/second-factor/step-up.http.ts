import { invalidField } from '#kernel/domain-error.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { refusedFor } from '#platform/http/refusal.ts';
import { type Verified, verifyCode } from './prove-factor.ts';
import { setFactorProved } from './second-factor.repository.ts';
import type * as routes from './second-factor.routes.ts';
import { wrongCode } from './wrong-code.http.ts';

type Request = HttpRequest<typeof routes.stepUp>;

/**
 * Notes that the person of a session has proved the second factor now.
 * @throws DomainError `validation-failed`, `too-many-requests`
 */
export async function stepUp(request: Request): Promise<undefined> {
  const { principal, tenantTx } = request;
  const verified = await verifiedOf(request);
  await tenantTx(
    async (tx) => {
      if (!(await verified.use(tx))) throw wrong(request);
      await setFactorProved(tx, principal.sessionId);
    },
    { resource: () => `sessions/${principal.sessionId}`, payload: {} },
  );
  return undefined;
}

async function verifiedOf(request: Request): Promise<Verified> {
  const { body, clientAddress, principal, tenantRead } = request;
  const { tenantId, actorId: userId, sessionId } = principal;
  const prover = { tenantId, userId, clientAddress, reading: tenantRead };
  if (body.passkey === undefined) {
    const verified = await verifyCode(prover, body.code ?? '');
    if (verified === undefined) throw wrongCode();
    return verified;
  }
  const { verifyForSession } = await import('./passkeys/step-up.ts');
  const verified = await verifyForSession(prover, sessionId, body.passkey);
  if (!('refused' in verified)) return verified;
  const { refusedPasskey } = await import('./passkeys/refused-passkey.ts');
  throw refusedFor(refusedPasskey('/passkey', verified.refused), { passkey: verified.refused });
}

function wrong({ body }: Request) {
  return body.passkey === undefined
    ? wrongCode()
    : refusedFor(invalidField('/passkey', 'wrong-challenge', 'was used meanwhile: begin anew'), {
        passkey: 'wrong-challenge',
      });
}
