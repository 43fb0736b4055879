import type { ObjectMetadata } from './object-metadata.ts';

/** The objects of one bucket, in memory: current objects, their older versions, and the keys in S3's order. */
export class ObjectIndex {
  readonly name: string;
  readonly versioned: boolean;
  /** Older versions by key, oldest first. */
  readonly older = new Map<string, ObjectMetadata[]>();
  #current = new Map<string, ObjectMetadata>();
  #sortedKeys: string[] | undefined;

  constructor(name: string, versioned: boolean) {
    this.name = name;
    this.versioned = versioned;
  }

  get(key: string): ObjectMetadata | undefined {
    return this.#current.get(key);
  }

  version(key: string, versionId: string): ObjectMetadata | undefined {
    const current = this.#current.get(key);
    if (current?.versionId === versionId) return current;
    return this.older.get(key)?.find((metadata) => metadata.versionId === versionId);
  }

  set(metadata: ObjectMetadata): void {
    if (!this.#current.has(metadata.key)) this.#sortedKeys = undefined;
    this.#current.set(metadata.key, metadata);
  }

  delete(key: string): void {
    this.#current.delete(key);
    this.#sortedKeys = undefined;
  }

  keepOlder(metadata: ObjectMetadata): void {
    this.older.set(metadata.key, [...(this.older.get(metadata.key) ?? []), metadata]);
  }

  dropOlder(metadata: ObjectMetadata): void {
    const left = (this.older.get(metadata.key) ?? []).filter(
      ({ versionId }) => versionId !== metadata.versionId,
    );
    if (left.length === 0) this.older.delete(metadata.key);
    else this.older.set(metadata.key, left);
  }

  sortedKeys(): readonly string[] {
    this.#sortedKeys ??= sorted(this.#current.keys());
    return this.#sortedKeys;
  }

  /** The keys that have a version, those of removed objects too. */
  versionedKeys(): readonly string[] {
    return sorted(new Set([...this.#current.keys(), ...this.older.keys()]));
  }

  /** The versions of a key, the newest first. */
  versionsOf(key: string): readonly ObjectMetadata[] {
    const current = this.#current.get(key);
    return [...(current === undefined ? [] : [current]), ...(this.older.get(key) ?? []).toReversed()];
  }
}

/** S3 orders by UTF-8 bytes, JavaScript by UTF-16 units; they differ beyond the basic plane. */
function sorted(keys: Iterable<string>): string[] {
  return [...keys]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
}
