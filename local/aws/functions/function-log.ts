import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { FunctionError } from './protocol.ts';

const ROTATE_BYTES = 32 * 1024 * 1024;
const KEPT_FILES = 3;
const ECHOED_LEVELS = new Set(['WARN', 'ERROR', 'CRITICAL']);
const ECHO_CHARACTERS = 300;

/** Logs of all functions as JSON lines in one file, rotated by size; warnings and errors also briefly to the terminal. */
export class FunctionLog {
  #path: string;
  #stream: WriteStream;
  #bytes: number;
  #toTerminal: (line: string) => void;
  #echoed = '';
  #isLost = false;

  constructor(path: string, echo: (line: string) => void) {
    this.#path = path;
    this.#toTerminal = echo;
    mkdirSync(dirname(path), { recursive: true });
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
    this.#stream = this.#open();
  }

  /** A line that a function wrote; text that is no JSON object is wrapped. */
  line(functionName: string, line: string, stream: 'stdout' | 'stderr'): void {
    if (line === '') return;
    const entry = parse(line);
    if (entry?.level !== undefined && ECHOED_LEVELS.has(String(entry.level)))
      this.#echo({ function: functionName, ...entry });
    this.#write(
      entry === undefined
        ? {
            timestamp: new Date().toISOString(),
            level: stream === 'stderr' ? 'ERROR' : 'INFO',
            function: functionName,
            message: line,
          }
        : { function: functionName, ...entry },
    );
  }

  /** Logs an invocation that ended in an error, as Lambda's platform log does. */
  error(functionName: string, requestId: string, error: FunctionError): void {
    const { errorType, errorMessage, trace } = error;
    const entry = {
      timestamp: new Date().toISOString(),
      level: 'ERROR',
      function: functionName,
      aws_request_id: requestId,
      message: errorMessage,
      error: { name: errorType, ...(trace === undefined ? {} : { stack: trace }) },
    };
    this.#write(entry);
    // A line that the function has just printed about the same error is not repeated.
    if (
      this.#echoed.includes(` ${functionName} `) &&
      this.#echoed.includes(cut(`${errorType}: ${errorMessage}`))
    )
      return;
    this.#echo({ ...entry, message: 'failed', error: { ...entry.error, message: errorMessage } });
  }

  async close(): Promise<void> {
    // A stream that failed has closed by itself.
    if (this.#stream.closed) return;
    await new Promise<void>((resolve) => this.#stream.once('close', () => resolve()).end());
  }

  #echo(entry: JsonObject): void {
    this.#echoed = summary(entry, dirname(dirname(resolve(this.#path))));
    this.#toTerminal(this.#echoed);
  }

  #write(entry: JsonObject): void {
    if (this.#isLost) {
      this.#isLost = false;
      this.#stream = this.#open();
    }
    const text = `${JSON.stringify(entry)}\n`;
    this.#bytes += Buffer.byteLength(text);
    this.#stream.write(text);
    if (this.#bytes > ROTATE_BYTES) this.#rotate();
  }

  #rotate(): void {
    this.#stream.end();
    rmSync(`${this.#path}.${KEPT_FILES}`, { force: true });
    for (let index = KEPT_FILES - 1; index >= 1; index--) {
      if (existsSync(`${this.#path}.${index}`))
        renameSync(`${this.#path}.${index}`, `${this.#path}.${index + 1}`);
    }
    renameSync(this.#path, `${this.#path}.1`);
    this.#stream = this.#open();
    this.#bytes = 0;
  }

  /** A log that can't be written, on a full disk, must not end what it tells of: the lines are lost until it can again. */
  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    stream.on('error', (error) => {
      this.#toTerminal(`${this.#path} can't be written: ${error.message}`);
      if (stream === this.#stream) this.#isLost = true;
    });
    return stream;
  }
}

function parse(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** One line for a person: time, level, request, function, message, and where in our own code it happened. */
function summary(entry: JsonObject, root: string): string {
  const { timestamp, level, message, error } = entry;
  const request = entry.request_id ?? entry.aws_request_id;
  const head = [clock(timestamp), level, entry.function, request]
    .filter((part) => part !== undefined)
    .join(' ');
  if (!isJsonObject(error)) return cut(`${head} ${String(message)}`);
  const where = ownFrame([error.stack ?? ''].flat().join('\n'), root);
  const text = cut(
    `${head} ${String(message)} (${String(error.name ?? '')}: ${String(error.message ?? '')})`,
  );
  return where === undefined ? text : `${text} at ${where}`;
}

const cut = (text: string): string => text.replace(/\s+/g, ' ').slice(0, ECHO_CHARACTERS);

/** The time of day in UTC: `09:41:07`. */
function clock(timestamp: unknown): string | undefined {
  return /T(\d\d:\d\d:\d\d)/.exec(String(timestamp))?.[1];
}

const FRAME = /(?:file:\/\/)?([^\s()]+\.[cm]?[jt]s:\d+)(?::\d+)?\)?$/;

/**
 * The first frame of a stack that is neither a package's nor Node's: `functions/register/get-holder.ts:12`. Node has put sources in the
 * place of bundles, relative to where these lie; a bundle that is left is a package's.
 */
function ownFrame(stack: string, root: string): string | undefined {
  for (const line of stack.split('\n')) {
    const [, place] = FRAME.exec(line.trim()) ?? [];
    if (place === undefined || /node_modules|node:|\.mjs:/.test(place)) continue;
    return place.replace(`${root}/`, '').replace(/^(?:\.\.\/)+/, '');
  }
  return undefined;
}
