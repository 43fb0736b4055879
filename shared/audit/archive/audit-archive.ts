/** The store of exported entries and digests: a bucket, or a directory that holds a copy of one. */
export interface AuditArchive {
  /** The keys under a prefix, in their order. */
  list(prefix: string): AsyncIterable<string>;
  /** Undefined when it isn't there. */
  read(key: string, versionId?: string | null): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A whole object of moderate size. */
export async function readWhole(archive: AuditArchive, key: string): Promise<Buffer | undefined> {
  const body = await archive.read(key);
  if (body === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
