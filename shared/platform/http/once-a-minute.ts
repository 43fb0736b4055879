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
  const { tenantId, actorId } = actor;
  const parts = [entry.problem ?? entry.action, entry.resource, tenantId, actorId];
  await onceAMinute(parts, (id) => recordApart(actor, entry, id));
}

/**
 * Writes something of the network of this request, unless this environment has written it within the minute.
 * @param write is given the id that everybody gives it in this minute
 */
export async function onceAMinute(
  parts: readonly (string | null)[],
  write: (id: string) => Promise<void>,
): Promise<void> {
  const source = sourceNetwork(originOfRequest()?.sourceIp ?? '');
  const id = idOfMinute(JSON.stringify([...parts, source]));
  if (written.has(id)) return;
  await write(id);
  if (written.size >= MAX_REMEMBERED) written.clear();
  written.add(id);
}

/** Returns the same id for the same entry in every environment, so that the database keeps one of them. */
function idOfMinute(entry: string): string {
  return uuidV7OfMinute(createHash('sha256').update(entry).digest());
}
