import { createHash } from 'node:crypto';
import { uuidV7OfMinute } from '#kernel/ids.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { type Actor, type AuditEntry, recordApart } from '#platform/db/tenant-tx.ts';

const MAX_REMEMBERED = 1_000;
/** The entries that this environment has written: the same one of the same minute doesn't ask the database. */
const written = new Set<string>();

/**
 * Writes the entry of a refusal, or of a read, unless there is one of the same caller, resource and network within the minute.
 * @throws DomainError `temporarily-unavailable`
 */
export async function enterOnceAMinute(actor: Actor, entry: AuditEntry): Promise<void> {
  const source = sourceNetwork(originOfRequest()?.sourceIp ?? '');
  const { tenantId, actorId } = actor;
  const id = idOfMinute(
    JSON.stringify([entry.problem ?? entry.action, entry.resource, tenantId, actorId, source]),
  );
  if (written.has(id)) return;
  await recordApart(actor, entry, id);
  if (written.size >= MAX_REMEMBERED) written.clear();
  written.add(id);
}

/** Returns the same id for the same entry in every environment, so that the database keeps one of them. */
function idOfMinute(entry: string): string {
  return uuidV7OfMinute(createHash('sha256').update(entry).digest());
}
