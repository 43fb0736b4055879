import type { TenantId, UploadId } from '#kernel/ids.ts';
import { logger } from '#platform/observability/logger.ts';
import { setProgress } from './upload.repository.ts';

const INTERVAL_MS = 500;

/** Stores twice a second how far a file has been read, on a connection of its own. */
export class UploadProgress {
  readonly #tenantId: TenantId;
  readonly #uploadId: UploadId;
  readonly #timer: NodeJS.Timeout;
  #done = { bytes: 0, rows: 0 };
  #stored = 0;
  #storing: Promise<void> | undefined;

  constructor(tenantId: TenantId, uploadId: UploadId) {
    this.#tenantId = tenantId;
    this.#uploadId = uploadId;
    this.#timer = setInterval(() => this.#store(), INTERVAL_MS);
  }

  #store(): void {
    if (this.#storing !== undefined || this.#done.bytes === this.#stored) return;
    const done = this.#done;
    this.#storing = setProgress(this.#tenantId, this.#uploadId, done)
      .catch((error: Error) => logger.warn('progress was not stored', { upload_id: this.#uploadId, error }))
      .finally(() => {
        this.#stored = done.bytes;
        this.#storing = undefined;
      });
  }

  readonly set = (done: { readonly bytes: number; readonly rows: number }): void => {
    this.#done = done;
  };

  /**
   * Stops before the upload's row is locked by the transaction that ends it, and stores the last it was told: a file that is read to its end is
   * compared and written from then on, which may take longer than to read it.
   */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#storing;
    this.#store();
    await this.#storing;
  }
}
