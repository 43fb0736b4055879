import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { asRead } from '#platform/db/found.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import * as environment from '#platform/environment.ts';
import type { Sealer } from '#platform/sealing.ts';
import { issueDropKeys } from '#uploads/uploads.jobs.ts';
import {
  type DropCredentialRow,
  findFreeSlot,
  insertCredential,
  lockCredential,
  setEnded,
  setShown,
  toDropCredential,
} from './drop-credential.repository.ts';
import type { DropCredential, DropKey } from './drop-credentials.routes.ts';
import { keyMessage } from './drop-key-message.ts';
import { keyPlace } from './drop-key-place.ts';

/** @throws DomainError `too-many-drop-credentials` */
export async function addCredential(
  tx: TenantTx,
  { name, days }: { readonly name: string; readonly days: number },
  { owner_id, folder }: { readonly owner_id: string; readonly folder: string },
): Promise<z.input<typeof DropCredential>> {
  const slot = await findFreeSlot(tx);
  if (slot === undefined)
    throw new DomainError('too-many-drop-credentials', 'Two are live. Revoke one of them first.');
  const row = await insertCredential(tx, { id: uuidV7(), name, days, owner_id, folder, slot });
  command(tx, { type: 'message.send', queue: issueDropKeys.queue, message: keyMessage(row, 'KEY') });
  return toDropCredential(row);
}

/** @throws DomainError `not-found`, `precondition-failed`, `forbidden`, `conflict` */
export async function takeKey(
  tx: TenantTx,
  id: string,
  { actorId, expectedVersion }: { readonly actorId: string; readonly expectedVersion: number | undefined },
  sealer: Sealer,
): Promise<z.input<typeof DropKey>> {
  const row = asRead(await lockCredential(tx, id), expectedVersion);
  if (row.owner_id !== actorId)
    throw new DomainError(
      'forbidden',
      'Its owner alone sees the key of a credential. Create one of your own.',
    );
  const { access_key_id, secret_sealed } = row;
  if (access_key_id === null || secret_sealed === null) throw new DomainError('conflict', whyHidden(row));
  const { version } = await setShown(tx, id);
  return {
    id,
    access_key_id,
    secret_access_key: sealer.open(secret_sealed, keyPlace(id)),
    region: environment.region(),
    bucket: environment.uploadsBucket(),
    prefix: `drop/${row.folder}/`,
    expires_at: row.expires_at.toISOString(),
    version,
  };
}

function whyHidden({ state }: DropCredentialRow): string {
  if (state === 'ISSUING') return 'The key is being issued. Ask again in a few seconds.';
  if (state === 'ACTIVE') return 'The key was shown. Create another credential, and revoke this one.';
  return `The credential is ${state}.`;
}

/** @throws DomainError `not-found`, `precondition-failed`, `conflict` when it has ended */
export async function revokeCredential(
  tx: TenantTx,
  id: string,
  actorId: string,
  expectedVersion: number | undefined,
): Promise<void> {
  const { state } = asRead(await lockCredential(tx, id), expectedVersion);
  const ended = await setEnded(tx, id, 'REVOKED', actorId);
  if (ended === undefined) throw new DomainError('conflict', `The credential is ${state}.`);
  command(tx, { type: 'message.send', queue: issueDropKeys.queue, message: keyMessage(ended, 'NONE') });
}
