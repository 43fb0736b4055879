import type { TenantId, UploadId } from '#kernel/ids.ts';
import { logger } from '#platform/observability/logger.ts';
import { setProgress } from './upload.repository.ts';

const INTERVAL_MS = 1_000;

/** Tells about once a second how far a file has been read, on a connection of its own. */
export class UploadProgress {
  readonly #timer: NodeJS.Timeout;
  #done = { bytes: 0, rows: 0 };
  #told = 0;
  #telling: Promise<void> | undefined;

  constructor(tenantId: TenantId, uploadId: UploadId) {
    this.#timer = setInterval(() => {
      if (this.#telling !== undefined || this.#done.bytes === this.#told) return;
      const done = this.#done;
      this.#telling = setProgress(tenantId, uploadId, done)
        .catch((error: Error) => logger.warn('progress was not told', { upload_id: uploadId, error }))
        .finally(() => {
          this.#told = done.bytes;
          this.#telling = undefined;
        });
    }, INTERVAL_MS);
  }

  readonly set = (done: { readonly bytes: number; readonly rows: number }): void => {
    this.#done = done;
  };

  /** Stops before the upload's row is locked by the transaction that ends it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
  }
}
