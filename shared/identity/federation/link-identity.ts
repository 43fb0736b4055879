import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { sha256 } from './browser-binding.ts';
import { insertIdentity, lockSignIn, setRedeemed } from './federation.repository.ts';
import { invalidCode, whyUnusable } from './sign-in-code.ts';

interface Linked {
  readonly issuer: string;
  readonly subject: string;
  readonly user_id: string;
}

/**
 * Adds an identity to the user who brings the code of its sign-in, and so has proved both.
 * @throws DomainError `validation-failed`, `conflict`
 */
export async function linkIdentity(
  tx: TenantTx,
  actorId: string,
  { code, code_verifier }: { readonly code: string; readonly code_verifier?: string | undefined },
): Promise<Linked> {
  const signIn = await lockSignIn(tx, sha256(code));
  if (signIn === undefined || signIn.redeemed_at !== null) throw invalidCode();
  const refusal = whyUnusable(signIn, 'LINK', code_verifier);
  if (refusal !== undefined) throw invalidCode(refusal);
  const { id, issuer, subject } = signIn;
  await insertIdentity(tx, { issuer, subject }, actorId);
  await setRedeemed(tx, id, null);
  return { issuer, subject, user_id: actorId };
}
