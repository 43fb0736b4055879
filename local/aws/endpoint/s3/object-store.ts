import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { PolicyStatement } from '../iam/policy.ts';
import type { CorsRule } from './cors.ts';
import { writeHashed } from './hashed-file.ts';
import { jsonFiles, readJson, writeJson } from './json-files.ts';
import { keyPath } from './key-path.ts';
import { ObjectIndex } from './object-index.ts';
import { assertUnlocked, type ObjectDraft, type ObjectMetadata } from './object-metadata.ts';
import { storageClassOf, type TransitionRule } from './storage-class.ts';

export interface BucketSpec {
  readonly name: string;
  readonly versioned: boolean;
  /** @default no page of another origin may use it */
  readonly cors?: readonly CorsRule[];
  /** @default every object stays as it is */
  readonly transitions?: readonly TransitionRule[];
  readonly notifications: readonly BucketNotification[];
  /** The statements of its policy that deny. @default none */
  readonly policy?: readonly PolicyStatement[];
}

export interface BucketNotification {
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` or one of its kinds. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

export type CreationKind = 'Put' | 'Copy' | 'CompleteMultipartUpload';

/** A commit under way: written before the rename that decides, removed after the notification is on its queue. */
interface PendingCommit {
  readonly temporary: string;
  readonly kind: CreationKind;
  readonly metadata: ObjectMetadata;
}

export interface ObjectStoreOptions {
  readonly directory: string;
  readonly buckets: readonly BucketSpec[];
  /** The clock by which objects grow old. @default the machine's */
  readonly now?: () => Date;
  /** Must be durable when it returns; called again after a kill if it may not have happened. */
  notify(metadata: ObjectMetadata, kind: CreationKind): void;
}

export interface OpenedObject {
  readonly metadata: ObjectMetadata;
  readonly fd: number;
}

const DAY_MS = 86_400_000;

/**
 * Objects as plain files: `<bucket>/…` (see `keyPath`), sidecars in `.meta`, older versions in `.versions`, files being
 * received in `.incoming`. An object exists once its temporary file has been renamed; commits run synchronously, so
 * within the process they are atomic, and `.pending` lets the next start finish one that a kill cut.
 */
export class ObjectStore {
  #directory: string;
  #indexes = new Map<string, ObjectIndex>();
  #notify: ObjectStoreOptions['notify'];
  #now: () => Date;
  #transitions: ReadonlyMap<string, readonly TransitionRule[]>;
  #lastSequence = 0;

  constructor(options: ObjectStoreOptions) {
    this.#directory = options.directory;
    this.#notify = options.notify;
    this.#now = options.now ?? (() => new Date());
    this.#transitions = new Map(options.buckets.map(({ name, transitions = [] }) => [name, transitions]));
    for (const { name, versioned } of options.buckets) this.#load(new ObjectIndex(name, versioned));
    this.#recover();
    for (const index of this.#indexes.values()) this.#loadVersions(index);
    rmSync(this.#path('.incoming'), { recursive: true, force: true });
    mkdirSync(this.#path('.incoming'), { recursive: true });
  }

  bucketNames(): string[] {
    return [...this.#indexes.keys()].sort();
  }

  /** Throws `NoSuchBucket`. */
  bucket(name: string): ObjectIndex {
    const index = this.#indexes.get(name);
    if (index) return index;
    throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: name });
  }

  /** Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`. */
  get(bucket: string, key: string, versionId?: string): ObjectMetadata {
    const index = this.bucket(bucket);
    const metadata = versionId === undefined ? index.get(key) : index.version(key, versionId);
    if (metadata) return metadata;
    if (versionId === undefined)
      throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
    throw new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', {
      Key: key,
      VersionId: versionId,
    });
  }

  /** Metadata and an open file that belong together even if the object is overwritten meanwhile; close the file. */
  open(bucket: string, key: string, versionId?: string): OpenedObject {
    const metadata = this.get(bucket, key, versionId);
    try {
      return { metadata, fd: openSync(this.#dataPath(metadata), 'r') };
    } catch (error) {
      // Removing the file by hand removes the object.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
    }
  }

  /** The storage class that the rules of its bucket have given an object by now. */
  storageClass(metadata: ObjectMetadata): string {
    return storageClassOf(metadata, this.#transitions.get(metadata.bucket) ?? [], this.#now());
  }

  temporaryPath(): string {
    return this.#path('.incoming', randomUUID());
  }

  /** Directory of multipart uploads. */
  get uploadsDirectory(): string {
    return this.#path('.uploads');
  }

  /**
   * Makes the temporary file the object, then notifies. `precondition` sees the current object and may throw.
   * Throws `AccessDenied` when it would destroy a locked object.
   */
  commit(
    draft: ObjectDraft,
    temporary: string,
    kind: CreationKind,
    precondition?: (current: ObjectMetadata | undefined) => void,
  ): ObjectMetadata {
    const index = this.bucket(draft.bucket);
    const current = index.get(draft.key);
    precondition?.(current);
    if (current && !index.versioned) assertUnlocked(current, false);
    const lastModified = new Date();
    const now = this.#now();
    const metadata: ObjectMetadata = {
      ...draft,
      lastModified: lastModified.toISOString(),
      ...(now.getTime() - lastModified.getTime() < DAY_MS ? {} : { storedAt: now.toISOString() }),
      sequencer: this.#nextSequencer(),
      ...(index.versioned ? { versionId: randomBytes(16).toString('hex') } : {}),
    };
    const pending: PendingCommit = { temporary, kind, metadata };
    const pendingPath = this.#path('.pending', `${metadata.sequencer}.json`);
    writeJson(pendingPath, pending);
    try {
      if (current && index.versioned) this.#keepVersion(index, current);
      const path = this.#dataPath(metadata, true);
      mkdirSync(dirname(path), { recursive: true });
      renameSync(temporary, path);
    } catch (error) {
      // This happens before the caller removes the temporary file, whose absence would look like a finished commit.
      rmSync(pendingPath, { force: true });
      throw error;
    }
    this.#publish(index, pending, pendingPath);
    return metadata;
  }

  /** Writes an object from this process; the same path as PutObject, notifications included. */
  async put(
    bucket: string,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ObjectMetadata> {
    const temporary = this.temporaryPath();
    try {
      const { size, md5 } = await writeHashed(body instanceof Uint8Array ? [body] : body, temporary);
      return this.commit({ bucket, key, size, etag: md5.toString('hex'), headers }, temporary, 'Put');
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /**
   * Removes the current object if no version is given (in a versioned bucket it stays readable by its version); otherwise
   * destroys that version, and the next older one becomes current. This is stricter than S3: a locked object can't be hidden
   * either.
   */
  remove(
    bucket: string,
    key: string,
    versionId?: string,
    bypassGovernance = false,
  ): ObjectMetadata | undefined {
    const index = this.bucket(bucket);
    const current = index.get(key);
    const metadata = versionId === undefined ? current : index.version(key, versionId);
    if (metadata === undefined) return undefined;
    assertUnlocked(metadata, bypassGovernance);
    if (metadata !== current) {
      this.#destroyVersion(index, metadata);
      return metadata;
    }
    if (index.versioned && versionId === undefined) this.#keepVersion(index, metadata);
    index.delete(key);
    this.#removeWithEmptyParents(this.#metaPath(metadata));
    this.#removeWithEmptyParents(this.#dataPath(metadata, true));
    const older = index.older.get(key)?.at(-1);
    if (versionId !== undefined && older !== undefined) this.#restoreVersion(index, older);
    return metadata;
  }

  #path(...names: string[]): string {
    return join(this.#directory, ...names);
  }

  #metaPath({ bucket, key }: ObjectMetadata): string {
    return this.#path('.meta', bucket, `${keyPath(key)}.json`);
  }

  #versionPath({ bucket, versionId = '' }: ObjectMetadata): string {
    return this.#path('.versions', bucket, versionId);
  }

  #dataPath(
    metadata: ObjectMetadata,
    asCurrent = this.bucket(metadata.bucket).get(metadata.key) === metadata,
  ): string {
    return asCurrent ? this.#path(metadata.bucket, keyPath(metadata.key)) : this.#versionPath(metadata);
  }

  #nextSequencer(): string {
    this.#lastSequence = Math.max(this.#lastSequence + 1, Date.now() * 1000);
    return this.#lastSequence.toString(16).toUpperCase().padStart(18, '0');
  }

  #publish(index: ObjectIndex, { metadata, kind }: PendingCommit, pendingPath: string): void {
    writeJson(this.#metaPath(metadata), metadata);
    index.set(metadata);
    this.#notify(metadata, kind);
    rmSync(pendingPath, { force: true });
  }

  /** A hard link, so that the key never goes missing while its successor is renamed over it. */
  #keepVersion(index: ObjectIndex, metadata: ObjectMetadata): void {
    const path = this.#versionPath(metadata);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) linkSync(this.#dataPath(metadata, true), path);
    writeJson(`${path}.json`, metadata);
    index.keepOlder(metadata);
  }

  #restoreVersion(index: ObjectIndex, metadata: ObjectMetadata): void {
    const path = this.#dataPath(metadata, true);
    mkdirSync(dirname(path), { recursive: true });
    linkSync(this.#versionPath(metadata), path);
    writeJson(this.#metaPath(metadata), metadata);
    index.set(metadata);
    this.#destroyVersion(index, metadata);
  }

  #destroyVersion(index: ObjectIndex, metadata: ObjectMetadata): void {
    rmSync(`${this.#versionPath(metadata)}.json`, { force: true });
    rmSync(this.#versionPath(metadata), { force: true });
    index.dropOlder(metadata);
  }

  #removeWithEmptyParents(path: string): void {
    rmSync(path, { force: true });
    const roots = [this.#path('.meta'), this.#directory];
    for (let parent = dirname(path); !roots.includes(dirname(parent)); parent = dirname(parent)) {
      try {
        rmdirSync(parent);
      } catch {
        return; // It holds other objects.
      }
    }
  }

  #load(index: ObjectIndex): void {
    this.#indexes.set(index.name, index);
    mkdirSync(this.#path(index.name), { recursive: true });
    for (const path of jsonFiles(this.#path('.meta', index.name))) {
      const metadata = readJson<ObjectMetadata>(path);
      index.set(metadata);
      this.#lastSequence = Math.max(this.#lastSequence, Number.parseInt(metadata.sequencer, 16));
    }
  }

  /** Versions are loaded after recovery, which may turn an object into an older version if a kill left only its link. */
  #loadVersions(index: ObjectIndex): void {
    const older = jsonFiles(this.#path('.versions', index.name)).map((path) =>
      readJson<ObjectMetadata>(path),
    );
    for (const metadata of older.sort((a, b) => (a.sequencer < b.sequencer ? -1 : 1))) {
      // A kill may leave the link of a version that never ceased to be current.
      if (index.get(metadata.key)?.versionId !== metadata.versionId) index.keepOlder(metadata);
    }
  }

  /** Finishes what a kill cut: a commit whose rename happened is published and notified, any other is undone. */
  #recover(): void {
    for (const path of jsonFiles(this.#path('.pending')).sort()) {
      const pending = readJson<PendingCommit>(path);
      const { metadata, temporary, kind } = pending;
      const index = this.#indexes.get(metadata.bucket);
      const data = this.#path(metadata.bucket, keyPath(metadata.key));
      const renamed = !existsSync(temporary) && existsSync(data);
      const current = index?.get(metadata.key);
      this.#lastSequence = Math.max(this.#lastSequence, Number.parseInt(metadata.sequencer, 16));
      if (index && renamed && current && current.sequencer >= metadata.sequencer)
        this.#notify(metadata, kind);
      else if (index && renamed && statSync(data).size === metadata.size) this.#publish(index, pending, path);
      rmSync(path, { force: true });
    }
  }
}
