import type { TenantTx } from '#platform/db/tenant-tx.ts';
import * as environment from '#platform/environment.ts';
import { insertSecret } from './api-key.repository.ts';
import { hashOfSecret, newKeySecret } from './key-secret.ts';

/** Makes a secret of a key, and keeps its hash and who was shown it. */
export async function issueSecret(tx: TenantTx, keyId: string, issuedTo: string): Promise<string> {
  const secret = newKeySecret(environment.name(), keyId);
  await insertSecret(tx, { api_key_id: keyId, secret_sha256: hashOfSecret(secret), issued_to: issuedTo });
  return secret;
}
