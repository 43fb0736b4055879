import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keyPath } from 'template-runner/objects';
import type { AuditArchive } from '#audit/archive/audit-archive.ts';

/** The objects of a bucket as the files that they are in a data directory, whether the platform runs on it or not. */
export function fileArchive(dataDir: string, bucket: string): AuditArchive {
  const root = join(dataDir, 'objects', bucket);
  return {
    async *list(prefix) {
      const directory = join(root, prefix);
      if (!existsSync(directory)) return;
      // Keys of digests need no escapes: the name of a file is `@` and the last part of its key.
      for (const name of readdirSync(directory).sort())
        if (name.startsWith('@')) yield `${prefix}${name.slice(1)}`;
    },
    async read(key) {
      const path = join(root, keyPath(key));
      return existsSync(path) ? createReadStream(path) : undefined;
    },
  };
}
