import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { isDiskFull } from '#aws/endpoint/full-disk.ts';

/**
 * Append-only file of JSON lines. No fsync: it survives the process, not the power supply. A line that a kill cut was
 * never answered for, and is left out.
 */
export class NdjsonFile {
  readonly path: string;
  #pending = '';

  constructor(path: string) {
    this.path = path;
  }

  /** Every whole line. */
  read(): unknown[] {
    if (!existsSync(this.path)) return [];
    return readFileSync(this.path, 'utf8').split('\n').flatMap(parseLine);
  }

  /** Ends a truncated line, so that the next line is separate. It must be called once, before the first `append`. */
  repair(): void {
    if (existsSync(this.path) && !readFileSync(this.path, 'utf8').endsWith('\n'))
      appendFileSync(this.path, '\n');
  }

  /** Replaces what is there. */
  begin(value: object): void {
    writeFileSync(this.path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  }

  /** Appends a line. On a full disk it is kept, and written before the next. */
  append(value: object): void {
    this.#pending += `${JSON.stringify(value)}\n`;
    const bytes = existsSync(this.path) ? statSync(this.path).size : 0;
    try {
      appendFileSync(this.path, this.#pending, { mode: 0o600 });
      this.#pending = '';
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (existsSync(this.path)) truncateSync(this.path, bytes);
    }
  }
}

function parseLine(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
