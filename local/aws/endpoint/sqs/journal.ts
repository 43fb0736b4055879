import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isDiskFull } from '../full-disk.ts';
import type { Message } from './message.ts';

/** One line of a queue's journal. Appended before the answer, so a killed process loses nothing it acknowledged. */
type Entry =
  | { readonly op: 'put'; readonly message: Message }
  | {
      readonly op: 'receive';
      readonly id: string;
      readonly at: number;
      readonly until: number;
      readonly count: number;
    }
  | { readonly op: 'visible'; readonly id: string; readonly until: number }
  | { readonly op: 'delete'; readonly id: string };

/** Rewriting is worth it once the file is this large and mostly dead lines. */
const COMPACT_BYTES = 16 * 1024 * 1024;
const COMPACT_RATIO = 4;

/**
 * Append-only NDJSON file of one queue. No fsync: it survives the process, not the power supply.
 * Writes are synchronous because a small append (about 4 µs) is cheaper than a round trip to the thread pool.
 */
export class Journal {
  #path: string;
  #file = -1;
  #bytes = 0;
  #compactedBytes = 0;
  #pending = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Replays the file, compacts it and opens it for appending. */
  open(): Map<string, Message> {
    const messages = new Map<string, Message>();
    if (existsSync(this.#path)) {
      for (const line of readFileSync(this.#path, 'utf8').split('\n')) applyLine(messages, line);
    }
    this.compact(messages.values());
    return messages;
  }

  put(message: Message): void {
    this.#add({ op: 'put', message });
  }

  receive(message: Message): void {
    const { id, visibleAt, receiveCount } = message;
    this.#add({ op: 'receive', id, at: message.firstReceivedAt ?? 0, until: visibleAt, count: receiveCount });
  }

  visible(message: Message): void {
    this.#add({ op: 'visible', id: message.id, until: message.visibleAt });
  }

  delete(id: string): void {
    this.#add({ op: 'delete', id });
  }

  /** Writes what has been added since the last flush with one system call. What can't be written is kept for the next. */
  flush(live: () => Iterable<Message>): void {
    if (this.#pending === '') return;
    const text = this.#pending;
    try {
      appendFileSync(this.#file, text);
    } catch (error) {
      // A line that was cut would spoil the next.
      ftruncateSync(this.#file, this.#bytes);
      throw error;
    }
    this.#pending = '';
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > Math.max(COMPACT_BYTES, COMPACT_RATIO * this.#compactedBytes))
      this.#compactIfPossible(live());
  }

  /** Keeps the long file where a full disk has no place for a shorter one. */
  #compactIfPossible(live: Iterable<Message>): void {
    try {
      this.compact(live);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      rmSync(`${this.#path}.compacting`, { force: true });
    }
  }

  /** Replaces the file by one `put` line per live message. */
  compact(live: Iterable<Message>): void {
    let text = '';
    for (const message of live) text += `${JSON.stringify({ op: 'put', message })}\n`;
    const temporary = `${this.#path}.compacting`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, this.#path);
    this.close();
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#bytes = Buffer.byteLength(text);
    this.#compactedBytes = this.#bytes;
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  #add(entry: Entry): void {
    this.#pending += `${JSON.stringify(entry)}\n`;
  }
}

function applyLine(messages: Map<string, Message>, line: string): void {
  let entry: Entry;
  try {
    entry = JSON.parse(line) as Entry;
  } catch {
    return; // The end of the file, or a line cut by a kill: it was never acknowledged.
  }
  if (entry.op === 'put') {
    messages.set(entry.message.id, entry.message);
    return;
  }
  const message = messages.get(entry.id);
  if (message === undefined) return;
  if (entry.op === 'delete') messages.delete(entry.id);
  else message.visibleAt = entry.until;
  if (entry.op === 'receive') {
    message.receiveCount = entry.count;
    message.firstReceivedAt = entry.at;
  }
}
