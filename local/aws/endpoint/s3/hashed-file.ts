import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes gathered before a write, so that hashing one batch overlaps with writing the one before. */
const BATCH_BYTES = 512 * 1024;

export interface HashedFile {
  readonly size: number;
  readonly md5: Buffer;
}

/** Streams `source` into a new file, hashing it on the way; `observe` sees every chunk. */
export async function writeHashed(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  path: string,
  observe?: (chunk: Uint8Array) => void,
): Promise<HashedFile> {
  const md5 = createHash('md5');
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const writeBatch = async (): Promise<void> => {
    await writing;
    if (batchBytes === 0) return;
    const expected = batchBytes;
    writing = file.writev(batch).then(({ bytesWritten }) => {
      if (bytesWritten !== expected) throw new Error(`wrote ${bytesWritten} of ${expected} bytes to ${path}`);
    });
    // Awaited before the next batch; without this a failure in between would count as unhandled.
    writing.catch(() => undefined);
    batch = [];
    batchBytes = 0;
  };
  try {
    for await (const chunk of source) {
      md5.update(chunk);
      observe?.(chunk);
      size += chunk.length;
      batch.push(chunk);
      batchBytes += chunk.length;
      if (batchBytes >= BATCH_BYTES) await writeBatch();
    }
    await writeBatch();
    await writing;
  } finally {
    await writing.catch(() => undefined);
    await file.close();
  }
  return { size, md5: md5.digest() };
}
