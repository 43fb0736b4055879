import type { TenantId, UploadId } from '#kernel/ids.ts';
import { logger } from '#platform/observability/logger.ts';
import { setProgress } from './upload.repository.ts';

const INTERVAL_MS = 1_000;

/** Stores about once a second how far a file has been read, on a connection of its own. */
export class UploadProgress {
  readonly #timer: NodeJS.Timeout;
  #done = { bytes: 0, rows: 0 };
  #stored = 0;
  #storing: Promise<void> | undefined;

  constructor(tenantId: TenantId, uploadId: UploadId) {
    this.#timer = setInterval(() => {
      if (this.#storing !== undefined || this.#done.bytes === this.#stored) return;
      const done = this.#done;
      this.#storing = setProgress(tenantId, uploadId, done)
        .catch((error: Error) => logger.warn('progress was not stored', { upload_id: uploadId, error }))
        .finally(() => {
          this.#stored = done.bytes;
          this.#storing = undefined;
        });
    }, INTERVAL_MS);
  }

  readonly set = (done: { readonly bytes: number; readonly rows: number }): void => {
    this.#done = done;
  };

  /** Stops before the upload's row is locked by the transaction that ends it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#storing;
  }
}
