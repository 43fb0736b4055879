import type { Actor, AuditEntry } from '#platform/db/tenant-tx.ts';
import { presignGet } from '#platform/storage/presigned.ts';
import { enterOnceAMinute } from './once-a-minute.ts';

/**
 * Signs the URLs of files of people's data, as far as there are any, and enters that the reader is given them: once a minute for each
 * reader, network and resource, since clients ask again and again. A URL that can't be entered isn't handed out.
 * @param keys the files, by the fields of the answer
 * @throws DomainError `temporarily-unavailable`
 */
export async function handOut<Field extends string>(
  reader: Actor,
  keys: Readonly<Record<Field, string | null>>,
  of: Pick<AuditEntry, 'resource' | 'payload'>,
): Promise<Record<Field, string | null>> {
  const files = Object.entries<string | null>(keys);
  if (files.some(([, key]) => key !== null))
    await enterOnceAMinute(reader, { action: 'personal-data.read', ...of });
  const urls = files.map(async ([field, key]) => [field, key === null ? null : await presignGet(key)]);
  return Object.fromEntries(await Promise.all(urls)) as Record<Field, string | null>;
}
