import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { secretText } from '#platform/secret.ts';
import type { BankCallback } from './bank-callbacks.routes.ts';
import { isSignedByBank, SIGNATURE_HEADER } from './bank-signature.ts';

/**
 * Checks that the bank has sent a callback, and returns the actor who writes its event: the client that the signature's key belongs to.
 * @throws DomainError `invalid-signature`
 */
export async function authenticateCallback(
  callback: z.infer<typeof BankCallback>,
  body: Buffer,
  headers: ReadonlyMap<string, readonly string[]>,
  requestId: string,
): Promise<{ actor: Actor; sealer: Sealer }> {
  const [secret, sealer] = await Promise.all([secretText(bankEnvironment.bankSecretArn()), fieldSealer()]);
  const sent = headers.get(SIGNATURE_HEADER);
  const now = Math.floor(Date.now() / 1000);
  if (isSignedByBank(secret, callback.client_id, body.toString('utf8'), sent, now)) {
    // The bank has acted already, so its event counts even for a tenant who may not write.
    return {
      actor: systemActor(callback.client_id as TenantId, requestId, { suspended: 'goes-on' }),
      sealer,
    };
  }
  throw new DomainError('invalid-signature', 'The callback is not signed by the bank, or too old.');
}
