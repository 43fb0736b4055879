import { createHash } from 'node:crypto';
import type { ProblemSlug } from '#contracts/problems.ts';
import { uuidV7OfMinute } from '#kernel/ids.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { type Actor, type AuditEntry, recordRefusal } from '#platform/db/tenant-tx.ts';

const MAX_REMEMBERED = 1_000;
/** The entries that this environment has written: the next refusal of the same minute doesn't ask the database. */
const written = new Set<string>();

/**
 * Writes the entry of a refusal, unless it was refused to the same caller from the same network within the minute.
 * @throws DomainError `temporarily-unavailable`
 */
export async function enterOnceAMinute(
  actor: Actor,
  entry: AuditEntry & { readonly problem: ProblemSlug },
): Promise<void> {
  const source = sourceNetwork(originOfRequest()?.sourceIp ?? '');
  const { tenantId, actorId } = actor;
  const id = idOfMinute(JSON.stringify([entry.problem, entry.resource, tenantId, actorId, source]));
  if (written.has(id)) return;
  await recordRefusal(actor, entry, id);
  if (written.size >= MAX_REMEMBERED) written.clear();
  written.add(id);
}

/** Returns the same id for the same refusal in every environment, so that the database keeps one of them. */
function idOfMinute(refusal: string): string {
  return uuidV7OfMinute(createHash('sha256').update(refusal).digest());
}
