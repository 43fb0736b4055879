import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageAttribute, ReceivedMessage } from '#aws/endpoint/sqs/message.ts';
import type { QueueBroker } from '#aws/endpoint/sqs/queue-broker.ts';
import type { FunctionPool, InvokeResult } from '#aws/functions/function-pool.ts';
import type { EventSourceMappingSpec } from '#aws/templates/trigger-specs.ts';

export interface QueuePollerOptions {
  readonly mapping: EventSourceMappingSpec;
  readonly queue: string;
  readonly functionName: string;
  readonly region: string;
  readonly queues: QueueBroker;
  readonly pool: FunctionPool;
}

const LONG_POLL_MS = 20_000;
const DEFAULT_CONCURRENCY = 5;
/**
 * A message in flight stays hidden for the queue's visibility timeout, as on AWS, but by a short lease that is renewed
 * while its function runs: after a kill of the platform it is visible again in seconds instead of hours.
 */
const LEASE_SECONDS = 20;
const RENEWAL_MS = 5_000;
/**
 * A message whose function chose no time for it waits for its visibility timeout on AWS (hours for long jobs); here it waits
 * 1, 3, 9, 27 … seconds.
 */
const BACKOFF_FACTOR = 3;
const BACKOFF_LIMIT_SECONDS = 60;

/** One SQS event source mapping: batches, window, partial failures, concurrency. */
export class QueuePoller {
  readonly options: QueuePollerOptions;
  #stop = new AbortController();
  /** Aborted while it holds what comes. */
  #held = new AbortController();
  #released: (() => void) | undefined;
  #running = new Set<Promise<void>>();
  #loop: Promise<void> | undefined;
  /** Those who wait for the first attempt at a message, by the message's id. */
  #awaited = new Map<string, (result: InvokeResult) => void>();

  constructor(options: QueuePollerOptions) {
    this.options = options;
  }

  start(): void {
    this.#loop = this.#poll();
  }

  /** Leaves messages in the queue from now on, as a mapping does that is disabled, until it is told otherwise. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#held.abort();
    else if (this.#held.signal.aborted) {
      this.#held = new AbortController();
      this.#released?.();
    }
  }

  /** Whether there are messages that it takes, or some are being processed. */
  get isBusy(): boolean {
    const { queues, queue } = this.options;
    if (this.#held.signal.aborted) return this.#running.size > 0;
    const { visible, notVisible, delayed } = queues.attributes(queue);
    return this.#running.size + visible + notVisible + delayed > 0;
  }

  /** Waits until one of the batches under way has ended; for ever if there is none. */
  batchEnded(): Promise<void> {
    return Promise.race(this.#running);
  }

  /** Returns what comes of the first attempt at a message that has just been sent. */
  firstAttempt(messageId: string): Promise<InvokeResult> {
    return new Promise((resolve) => this.#awaited.set(messageId, resolve));
  }

  /** Takes no more messages and waits for the batches under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#running);
    for (const messageId of this.#awaited.keys()) this.#tell(messageId, failed('the platform was stopped'));
  }

  #tell(messageId: string, result: InvokeResult): void {
    this.#awaited.get(messageId)?.(result);
    this.#awaited.delete(messageId);
  }

  async #poll(): Promise<void> {
    const { mapping } = this.options;
    const limit = mapping.maxConcurrency ?? DEFAULT_CONCURRENCY;
    while (!this.#stop.signal.aborted) {
      if (this.#held.signal.aborted) {
        await this.#release();
        continue;
      }
      if (this.#running.size >= limit) {
        await Promise.race(this.#running);
        continue;
      }
      const batch = await this.#receiveBatch();
      if (batch.length === 0) continue;
      const work = this.#process(batch).finally(() => this.#running.delete(work));
      this.#running.add(work);
    }
  }

  /** Waits until it holds messages no more, or is stopped. */
  #release(): Promise<void> {
    return new Promise((resolve) => {
      this.#released = resolve;
      this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #receiveBatch(): Promise<ReceivedMessage[]> {
    const { batchSize, windowSeconds } = this.options.mapping;
    const batch = await this.#receive(batchSize, LONG_POLL_MS);
    const closesMs = Date.now() + windowSeconds * 1000;
    const isOpen = (): boolean => !this.#stop.signal.aborted && !this.#held.signal.aborted;
    while (batch.length > 0 && batch.length < batchSize && isOpen()) {
      const leftMs = closesMs - Date.now();
      if (leftMs <= 0) break;
      // The lease of the first messages must not end while the window is open.
      for (const message of batch) this.#hide(message, LEASE_SECONDS);
      batch.push(...(await this.#receive(batchSize - batch.length, Math.min(leftMs, RENEWAL_MS))));
    }
    return batch;
  }

  #receive(max: number, waitMs: number): Promise<ReceivedMessage[]> {
    const { queues, queue } = this.options;
    return queues.receive(queue, {
      max,
      waitMs,
      visibilityTimeoutSeconds: Math.min(LEASE_SECONDS, queues.spec(queue).visibilityTimeoutSeconds),
      signal: AbortSignal.any([this.#stop.signal, this.#held.signal]),
    });
  }

  async #process(batch: readonly ReceivedMessage[]): Promise<void> {
    const { pool, functionName, queues, queue, mapping, region } = this.options;
    const renewal = this.#keepHidden(batch);
    const records = batch.map((message) => toRecord(message, mapping.queueArn, region));
    const result = await pool.invoke(functionName, JSON.stringify({ Records: records }));
    clearInterval(renewal);
    const failures = result.ok
      ? this.#failures(batch, result.payload)
      : new Set(batch.map(({ messageId }) => messageId));
    for (const message of batch) {
      const isDone = !failures.has(message.messageId);
      this.#tell(message.messageId, isDone || !result.ok ? result : failed('it will be tried again'));
      if (isDone) {
        queues.delete(queue, message.receiptHandle);
        continue;
      }
      const receives = Number(message.attributes.ApproximateReceiveCount ?? 1);
      const chosenAt = result.ok ? queues.chosenAt(queue, message.receiptHandle) : undefined;
      this.#hide(
        message,
        chosenAt === undefined
          ? Math.min(BACKOFF_LIMIT_SECONDS, BACKOFF_FACTOR ** (receives - 1))
          : Math.max(0, (chosenAt - Date.now()) / 1000),
      );
    }
  }

  /** Renews the lease until the queue's own visibility timeout has passed: then the message is taken from the function. */
  #keepHidden(batch: readonly ReceivedMessage[]): NodeJS.Timeout {
    const { queues, queue } = this.options;
    const endsMs = Date.now() + queues.spec(queue).visibilityTimeoutSeconds * 1000;
    return setInterval(() => {
      const leftSeconds = Math.ceil((endsMs - Date.now()) / 1000);
      if (leftSeconds <= 0) return;
      for (const message of batch) this.#hide(message, Math.min(LEASE_SECONDS, leftSeconds));
    }, RENEWAL_MS);
  }

  #hide({ receiptHandle }: ReceivedMessage, seconds: number): void {
    const { queues, queue } = this.options;
    queues.renew(queue, receiptHandle, seconds);
  }

  /** If the list of failures can't be read, the whole batch counts as done; if the list is wrong, as failed. */
  #failures(batch: readonly ReceivedMessage[], payload: string): Set<string> {
    if (!this.options.mapping.reportsItemFailures) return new Set();
    const answer = JSON.parse(payload) as {
      batchItemFailures?: readonly { itemIdentifier?: unknown }[] | null;
    } | null;
    const reported = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
    const known = new Set(batch.map(({ messageId }) => messageId));
    if (reported.some((id) => typeof id !== 'string' || !known.has(id))) return known;
    return new Set(reported as string[]);
  }
}

function failed(errorMessage: string): InvokeResult {
  return { ok: false, requestId: '', error: { errorType: 'Error', errorMessage } };
}

function toRecord(message: ReceivedMessage, queueArn: string, region: string): object {
  const { messageId, receiptHandle, body, attributes, messageAttributes, md5OfBody } = message;
  return {
    messageId,
    receiptHandle,
    body,
    attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, attribute]) => [name, toRecordAttribute(attribute)]),
    ),
    md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function toRecordAttribute({ DataType, StringValue, BinaryValue }: MessageAttribute): object {
  return {
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}

/** Messages that become visible by themselves are looked for this often. */
const LOOK_AGAIN_MS = 20;

/** Waits until queues with a consumer are empty and nothing runs, at most `timeoutMs`; returns whether they are. */
export async function drained(pollers: readonly QueuePoller[], timeoutMs: number): Promise<boolean> {
  const endsMs = Date.now() + timeoutMs;
  while (Date.now() < endsMs) {
    const busy = pollers.filter((poller) => poller.isBusy);
    if (busy.length === 0) return true;
    // A batch that ends is noticed at once.
    await Promise.race([sleep(LOOK_AGAIN_MS), ...busy.map((poller) => poller.batchEnded())]);
  }
  return false;
}
