import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * The time that scheduled jobs see, and functions that ask how far it is ahead: the machine's, until `advance` moves it ahead. From there it continues at the
 * usual pace, across restarts, so that no job ever gets an earlier time than the one before.
 */
export class PlatformClock {
  #path: string;
  #offsetMs = 0;
  #listeners: (() => void)[] = [];

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path))
      this.#offsetMs = (JSON.parse(readFileSync(path, 'utf8')) as { offsetMs: number }).offsetMs;
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Milliseconds by which it is ahead of the machine's clock. */
  get aheadMs(): number {
    return this.#offsetMs;
  }

  /** Called after each `moveTo`, even one that the clock had reached by itself. */
  onMove(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The time doesn't change if the date is in the past. */
  moveTo(date: Date): void {
    const offsetMs = date.getTime() - Date.now();
    if (offsetMs > this.#offsetMs) {
      this.#offsetMs = offsetMs;
      writeFileSync(this.#path, JSON.stringify({ offsetMs }));
    }
    for (const listener of this.#listeners) listener();
  }
}
