import { logger } from '#platform/observability/logger.ts';
import type { Job } from './job.ts';
import { isParked } from './system-actor.ts';

/**
 * Keeps the trouble of one tenant, or of one item, from the others of a job: each is attempted by itself, and the job fails in the
 * end. What belongs to a suspended tenant is no failure where the job parks it.
 */
export class Failures {
  readonly #job: Pick<Job, 'name' | 'suspended'>;
  readonly #errors: unknown[] = [];

  constructor(job: Pick<Job, 'name' | 'suspended'>) {
    this.#job = job;
  }

  get count(): number {
    return this.#errors.length;
  }

  /** Attempts one of many, and returns whether it succeeded. @param seen names it in the log */
  async attempt(seen: Readonly<Record<string, unknown>>, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (isParked(this.#job, error)) return false;
      this.#errors.push(error);
      logger.error('one of many failed', { job: this.#job.name, ...seen, error: error as Error });
      return false;
    }
  }

  /** @throws AggregateError when anything has failed; it is an outage if any of the errors is */
  rethrow(): void {
    if (this.#errors.length > 0)
      throw new AggregateError(this.#errors, `${this.#errors.length} of many failed; the log names each`);
  }
}
