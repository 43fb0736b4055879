import { DomainError } from '#kernel/domain-error.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  type ApiKeyRow,
  lockApiKey,
  setRevoked,
  setRotated,
  setSecretsEnding,
} from './api-key.repository.ts';
import { issueSecret } from './issue-secret.ts';

/**
 * Makes a new secret, and lets the one before go on for some hours.
 * @throws DomainError `not-found`, `precondition-failed`, `api-key-not-active`
 */
export async function rotateKey(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  { overlapHours, actorId }: { readonly overlapHours: number; readonly actorId: string },
): Promise<{ key: ApiKeyRow; secret: string }> {
  const { status, expires_at } = asRead(await lockApiKey(tx, id), expectedVersion);
  if (status !== 'ACTIVE' || expires_at <= new Date())
    throw new DomainError('api-key-not-active', 'Only a key that lets in gets another secret.');
  await setSecretsEnding(tx, id, overlapHours);
  const secret = await issueSecret(tx, id, actorId);
  return { key: await setRotated(tx, id), secret };
}

/** @throws DomainError `not-found`, `precondition-failed` */
export async function revokeKey(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<void> {
  asRead(await lockApiKey(tx, id), expectedVersion);
  await setRevoked(tx, id);
}
