import { randomUUID } from 'node:crypto';
import { isDiskFull } from '../full-disk.ts';
import { Journal } from './journal.ts';
import { type Message, type MessageAttributes, parseReceiptHandle } from './message.ts';
import { VisibilityHeap } from './visibility-heap.ts';

export interface QueueSpec {
  readonly name: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  readonly receiveWaitSeconds: number;
  readonly deadLetter?: { readonly arn: string; readonly maxReceives: number };
}

export interface QueueCounts {
  readonly visible: number;
  /** The number of messages in flight: received and neither deleted nor visible again. */
  readonly notVisible: number;
  readonly delayed: number;
  /** Age of the oldest message still on the queue, 0 when empty. */
  readonly oldestAgeSeconds: number;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  readonly systemAttributes?: MessageAttributes | undefined;
  readonly delaySeconds?: number | undefined;
}

interface Waiter {
  readonly max: number;
  readonly visibilityTimeoutSeconds: number | undefined;
  resolve(messages: Message[]): void;
}

/** Timers above this overflow; a longer wait just looks again. */
const TIMER_LIMIT_MS = 60 * 60_000;
/** The time after which a message is moved again that a full disk kept from the dead-letter queue. */
const FULL_DISK_PAUSE_MS = 5_000;

/** A standard queue: at least once, roughly in order. Takes messages that were received too often to `deadLetter`. */
export class Queue {
  readonly spec: QueueSpec;
  #journal: Journal;
  #messages: Map<string, Message>;
  /** Visible messages, oldest first; entries that have been deleted or taken since are skipped. */
  #ready: Message[] = [];
  #readyHead = 0;
  #invisible = new VisibilityHeap();
  #waiters = new Set<Waiter>();
  #wakeTimer: NodeJS.Timeout | undefined;
  #wakeScheduled = false;
  #deadLetter: (() => Queue) | undefined;

  constructor(spec: QueueSpec, path: string, deadLetter: (() => Queue) | undefined) {
    this.spec = spec;
    this.#deadLetter = deadLetter;
    this.#journal = new Journal(path);
    this.#messages = this.#journal.open();
    for (const message of this.#messages.values()) this.#enqueue(message, Date.now());
  }

  send(message: NewMessage): Message {
    const now = Date.now();
    const delaySeconds = message.delaySeconds ?? this.spec.delaySeconds;
    const stored: Message = {
      id: randomUUID(),
      body: message.body,
      ...(message.attributes && { attributes: message.attributes }),
      ...(message.systemAttributes && { systemAttributes: message.systemAttributes }),
      sentAt: now,
      visibleAt: now + delaySeconds * 1000,
      receiveCount: 0,
    };
    this.accept(stored);
    return stored;
  }

  /** Stores a message unchanged: a new one, or one from another queue. Throws what keeps it from the disk, and then has nothing. */
  accept(message: Message): void {
    this.#messages.set(message.id, message);
    this.#journal.put(message);
    try {
      this.#journal.flush(() => this.#messages.values());
    } catch (error) {
      this.#forget(message);
      throw error;
    }
    this.#enqueue(message, Date.now());
    this.#scheduleWake();
  }

  /** Takes up to `max` visible messages and hides them for the visibility timeout. */
  take(max: number, visibilityTimeoutSeconds = this.spec.visibilityTimeoutSeconds): Message[] {
    const now = Date.now();
    this.#surface(now);
    const taken: Message[] = [];
    while (taken.length < max) {
      const message = this.#nextReady(now);
      if (message === undefined) break;
      if (this.#dropExpired(message, now) || this.#buryExhausted(message, now)) continue;
      message.receiveCount++;
      message.firstReceivedAt ??= now;
      delete message.chosenAt;
      message.visibleAt = now + visibilityTimeoutSeconds * 1000;
      this.#journal.receive(message);
      taken.push(message);
    }
    // Only now, lest a visibility timeout of 0 deliver a message twice in one answer.
    for (const message of taken) this.#enqueue(message, now);
    this.#flush();
    return taken;
  }

  /** Long poll: resolves with messages as soon as there are any, with none after `waitMs`, on abort or on close. */
  wait(
    waitMs: number,
    max: number,
    visibilityTimeoutSeconds?: number,
    signal?: AbortSignal,
  ): Promise<Message[]> {
    if (signal?.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const stop = (): void => waiter.resolve([]);
      const timer = setTimeout(stop, waitMs);
      const waiter: Waiter = {
        max,
        visibilityTimeoutSeconds,
        resolve: (messages) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', stop);
          this.#waiters.delete(waiter);
          resolve(messages);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiters.add(waiter);
      this.#armTimer();
    });
  }

  /** Deleting with a stale handle succeeds and deletes nothing, which a consumer must survive on AWS too. */
  delete(receiptHandle: string): boolean {
    const handle = parseReceiptHandle(receiptHandle);
    if (handle === undefined) return false;
    const message = this.#messages.get(handle.id);
    if (message?.receiveCount === handle.receiveCount) this.#forget(message);
    this.#flush();
    return true;
  }

  /** `undefined`: the handle isn't one. `false`: the message isn't in flight under this handle. */
  changeVisibility(receiptHandle: string, timeoutSeconds: number): boolean | undefined {
    const changed = this.renew(receiptHandle, timeoutSeconds);
    const message = this.#inFlight(receiptHandle);
    if (changed && message) message.chosenAt = message.visibleAt;
    return changed;
  }

  /** The instant at which a consumer wants the message back, in epoch milliseconds; `undefined` if it has not said. */
  chosenAt(receiptHandle: string): number | undefined {
    return this.#inFlight(receiptHandle)?.chosenAt;
  }

  /** Changes the visibility on behalf of the service: what the consumer has chosen stays known. */
  renew(receiptHandle: string, timeoutSeconds: number): boolean | undefined {
    if (parseReceiptHandle(receiptHandle) === undefined) return undefined;
    const now = Date.now();
    const message = this.#inFlight(receiptHandle);
    if (message === undefined || message.visibleAt <= now) return false;
    message.visibleAt = now + timeoutSeconds * 1000;
    this.#journal.visible(message);
    this.#flush();
    this.#enqueue(message, now);
    this.#scheduleWake();
    return true;
  }

  purge(): void {
    this.#messages.clear();
    this.#ready = [];
    this.#readyHead = 0;
    this.#invisible.clear();
    this.#journal.compact([]);
  }

  counts(now = Date.now()): QueueCounts {
    let visible = 0;
    let notVisible = 0;
    let delayed = 0;
    let oldest = now;
    for (const message of this.#messages.values()) {
      if (this.#dropExpired(message, now)) continue;
      oldest = Math.min(oldest, message.sentAt);
      if (message.visibleAt <= now) visible++;
      else if (message.receiveCount > 0) notVisible++;
      else delayed++;
    }
    this.#flush();
    return { visible, notVisible, delayed, oldestAgeSeconds: Math.floor((now - oldest) / 1000) };
  }

  /** All messages, oldest first; nobody receives them by this. */
  messages(): Message[] {
    return [...this.#messages.values()];
  }

  message(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Removes a message after another queue has accepted it. */
  release(message: Message): void {
    this.#forget(message);
    this.#flush();
  }

  close(): void {
    clearTimeout(this.#wakeTimer);
    for (const waiter of [...this.#waiters]) waiter.resolve([]);
    this.#flush();
    this.#journal.close();
  }

  /** Writes later, on a full disk, that a message was taken, hidden or deleted: a kill before that delivers it again. */
  #flush(): void {
    try {
      this.#journal.flush(() => this.#messages.values());
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  #enqueue(message: Message, now: number): void {
    if (message.visibleAt <= now) this.#ready.push(message);
    else this.#invisible.push(message);
  }

  #forget(message: Message): void {
    this.#messages.delete(message.id);
    this.#journal.delete(message.id);
  }

  #inFlight(receiptHandle: string): Message | undefined {
    const handle = parseReceiptHandle(receiptHandle);
    const message = this.#messages.get(handle?.id ?? '');
    return message?.receiveCount === handle?.receiveCount ? message : undefined;
  }

  #surface(now: number): void {
    for (let slot = this.#invisible.popDue(now); slot; slot = this.#invisible.popDue(now)) {
      const { message, at } = slot;
      if (this.#messages.get(message.id) === message && message.visibleAt === at) this.#ready.push(message);
    }
  }

  #nextReady(now: number): Message | undefined {
    while (this.#readyHead < this.#ready.length) {
      const message = this.#ready[this.#readyHead++] as Message;
      if (this.#readyHead > 1024 && this.#readyHead * 2 > this.#ready.length) {
        this.#ready = this.#ready.slice(this.#readyHead);
        this.#readyHead = 0;
      }
      if (this.#messages.get(message.id) === message && message.visibleAt <= now) return message;
    }
    return undefined;
  }

  #dropExpired(message: Message, now: number): boolean {
    if (now < message.sentAt + this.spec.retentionSeconds * 1000) return false;
    this.#forget(message);
    return true;
  }

  /** Written to the dead-letter queue first: a kill in between leaves a duplicate, never a loss. */
  #buryExhausted(message: Message, now: number): boolean {
    const { deadLetter } = this.spec;
    if (deadLetter === undefined || message.receiveCount < deadLetter.maxReceives) return false;
    const target = this.#deadLetter?.();
    // An exhausted message keeps its sent time and, as on AWS, its count starts again.
    const { firstReceivedAt: _, ...kept } = message;
    try {
      target?.accept({ ...kept, origin: this.spec.arn, visibleAt: now, receiveCount: 0 });
      this.#forget(message);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      message.visibleAt = now + FULL_DISK_PAUSE_MS;
      this.#enqueue(message, now);
    }
    return true;
  }

  /** Waking is deferred to the end of the event loop's turn, so that one batch of sends fills one receive. */
  #scheduleWake(): void {
    if (this.#waiters.size === 0 || this.#wakeScheduled) return;
    this.#wakeScheduled = true;
    setImmediate(() => {
      this.#wakeScheduled = false;
      this.#wake();
    });
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) {
      const messages = this.take(waiter.max, waiter.visibilityTimeoutSeconds);
      if (messages.length === 0) break;
      waiter.resolve(messages);
    }
    this.#armTimer();
  }

  #armTimer(): void {
    clearTimeout(this.#wakeTimer);
    const nextAt = this.#invisible.nextAt();
    if (this.#waiters.size === 0 || nextAt === undefined) return;
    const delayMs = Math.min(Math.max(nextAt - Date.now(), 1), TIMER_LIMIT_MS);
    this.#wakeTimer = setTimeout(() => this.#wake(), delayMs);
  }
}
