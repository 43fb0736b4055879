/** A key and its versions. The archive keeps every version: the first one is what the exporter wrote, which writes each key once. */
export interface ArchivedObject {
  readonly key: string;
  readonly firstVersionId: string | null;
  /** Whether another version or a deletion came after the first. */
  readonly isReplaced: boolean;
}

/** The store of exported entries and digests: a bucket, or a directory that holds a copy of one. */
export interface AuditArchive {
  /** The objects under a prefix, in the order of their keys. */
  list(prefix: string): AsyncIterable<ArchivedObject>;
  /** Undefined when it isn't there. */
  read(key: string, versionId?: string | null): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A whole object of moderate size. */
export async function readWhole(
  archive: AuditArchive,
  key: string,
  versionId: string | null = null,
): Promise<Buffer | undefined> {
  const body = await archive.read(key, versionId);
  if (body === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
