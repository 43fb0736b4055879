import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * The time that scheduled jobs see: the machine's, until `advance` moves it ahead. From there it goes on at the usual
 * pace, across restarts, so that no job is ever told an earlier time than the one before.
 */
export class PlatformClock {
  #path: string;
  #offsetMs = 0;

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path))
      this.#offsetMs = (JSON.parse(readFileSync(path, 'utf8')) as { offsetMs: number }).offsetMs;
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Ignored when it lies in the past. */
  moveTo(date: Date): void {
    const offsetMs = date.getTime() - Date.now();
    if (offsetMs <= this.#offsetMs) return;
    this.#offsetMs = offsetMs;
    writeFileSync(this.#path, JSON.stringify({ offsetMs }));
  }
}
