import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { ChecksumAlgorithm } from '../checksums.ts';
import { readJson, writeJson } from './json-files.ts';
import type { ChecksumType, ObjectLock, Payload } from './object-metadata.ts';

export interface MultipartUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly lock?: ObjectLock;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };
}

export interface UploadedPart extends Payload {
  readonly number: number;
  /** File name inside the upload's directory. */
  readonly file: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

interface OpenUpload {
  readonly upload: MultipartUpload;
  readonly parts: Map<number, UploadedPart>;
}

/** Multipart uploads under way: a directory each, a file and a JSON description per part, so they survive a restart. */
export class MultipartStore {
  #directory: string;
  #open = new Map<string, OpenUpload>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const id of readdirSync(directory)) this.#load(id);
  }

  create(draft: Omit<MultipartUpload, 'id'>): MultipartUpload {
    const upload: MultipartUpload = { id: randomBytes(24).toString('hex'), ...draft };
    mkdirSync(join(this.#directory, upload.id));
    writeJson(join(this.#directory, upload.id, 'upload.json'), upload);
    this.#open.set(upload.id, { upload, parts: new Map() });
    return upload;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Throws `NoSuchUpload`, also when the upload belongs to another key. */
  get(id: string, bucket: string, key: string): MultipartUpload {
    const upload = this.#open.get(id)?.upload;
    if (upload && upload.bucket === bucket && upload.key === key) return upload;
    throw new AwsError(
      'NoSuchUpload',
      404,
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { UploadId: id },
    );
  }

  /** Ascending by number. */
  parts(id: string): UploadedPart[] {
    return [...(this.#open.get(id)?.parts.values() ?? [])].sort((a, b) => a.number - b.number);
  }

  partPath(id: string, part: UploadedPart): string {
    return join(this.#directory, id, part.file);
  }

  /** The description's rename decides; a part sent again replaces the earlier one. */
  addPart(upload: MultipartUpload, number: number, temporary: string, payload: Payload): UploadedPart {
    const open = this.#open.get(upload.id);
    this.get(upload.id, upload.bucket, upload.key);
    const file = `${number}-${randomBytes(6).toString('hex')}`;
    const part: UploadedPart = { ...payload, number, file, lastModified: new Date().toISOString() };
    const replaced = open?.parts.get(number);
    renameSync(temporary, this.partPath(upload.id, part));
    writeJson(join(this.#directory, upload.id, `${number}.json`), part);
    open?.parts.set(number, part);
    if (replaced) rmSync(this.partPath(upload.id, replaced), { force: true });
    return part;
  }

  remove(id: string): void {
    this.#open.delete(id);
    rmSync(join(this.#directory, id), { recursive: true, force: true });
  }

  #load(id: string): void {
    const directory = join(this.#directory, id);
    const description = join(directory, 'upload.json');
    if (!existsSync(description)) {
      rmSync(directory, { recursive: true, force: true }); // Cut between creating and describing it.
      return;
    }
    const names = readdirSync(directory).filter((name) => /^\d+\.json$/.test(name));
    const parts = names.map((name) => readJson<UploadedPart>(join(directory, name)));
    this.#open.set(id, {
      upload: readJson(description),
      parts: new Map(parts.map((part) => [part.number, part])),
    });
  }
}
