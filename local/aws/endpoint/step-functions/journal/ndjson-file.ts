import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Append-only file of JSON lines. No fsync: it survives the process, not the power supply. A line that a kill cut was
 * never answered for, and is left out.
 */
export class NdjsonFile {
  readonly path: string;

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

  append(value: object): void {
    appendFileSync(this.path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  }
}

function parseLine(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
