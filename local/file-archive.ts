import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyPath } from 'template-runner/objects';
import type { AuditArchive } from '#audit/archive/audit-archive.ts';

/** The part of a version’s description, beside its bytes, that is read here. */
interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  /** Grows with every write to the bucket. */
  readonly sequencer: string;
}

/** The objects of a bucket as the files that they are in a data directory, whether the platform runs on it or not. */
export function fileArchive(dataDir: string, bucket: string): AuditArchive {
  const root = join(dataDir, 'objects', bucket);
  const versions = join(dataDir, 'objects', '.versions', bucket);
  return {
    async *list(prefix) {
      const first = firstVersions(versions, prefix);
      const current = new Set(currentKeys(join(root, prefix), prefix));
      for (const key of [...new Set([...current, ...first.keys()])].sort()) {
        const replaced = first.get(key);
        yield {
          key,
          firstVersionId: replaced?.versionId ?? null,
          isReplaced: replaced !== undefined,
        };
      }
    },
    async read(key, versionId) {
      const older = join(versions, versionId ?? '');
      const path = versionId != null && existsSync(older) ? older : join(root, keyPath(key));
      return existsSync(path) ? createReadStream(path) : undefined;
    },
  };
}

/** Keys of digests need no escapes: the name of a file is `@` and the last part of its key. */
function currentKeys(directory: string, prefix: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith('@'))
    .map((name) => `${prefix}${name.slice(1)}`);
}

/** The oldest version of each key that has older ones than the current. */
function firstVersions(directory: string, prefix: string): Map<string, StoredVersion> {
  const first = new Map<string, StoredVersion>();
  if (!existsSync(directory)) return first;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith('.json')) continue;
    const version = JSON.parse(readFileSync(join(directory, name), 'utf8')) as StoredVersion;
    const known = first.get(version.key);
    if (version.key.startsWith(prefix) && (known === undefined || version.sequencer < known.sequencer))
      first.set(version.key, version);
  }
  return first;
}
