import { type Actor, type TenantRead, tenantRead } from '#platform/db/tenant-tx.ts';
import type { Complete } from './http.ts';

/** Reads for whoever is answered. */
type Read = <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>;

/**
 * Adds to an answer what may not be stored with it, such as presigned URLs: to the first one after its commit, and to each
 * replay anew. The answer as it is stored has no links of ours.
 */
export function present<Stored>(
  add: (stored: Stored, read: Read, actor: Actor) => Promise<Readonly<Record<string, unknown>>>,
): Complete {
  return async (answered, actor: Actor) => {
    const read: Read = (work) => tenantRead(actor, work);
    const body = await add(JSON.parse(answered.body) as Stored, read, actor);
    return { ...answered, body: JSON.stringify(body) };
  };
}
