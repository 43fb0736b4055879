import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import {
  type Message,
  type MessageAttributes,
  messageBytes,
  type ReceivedMessage,
  toReceived,
} from './message.ts';
import { type NewMessage, Queue, type QueueCounts, type QueueSpec } from './queue.ts';

export interface QueueBrokerOptions {
  /** One journal `<name>.ndjson` per queue. */
  readonly directory: string;
  readonly queues: readonly QueueSpec[];
  readonly accountId: string;
  /** The endpoint's URL, known once it listens. */
  baseUrl(): string;
}

export interface ReceiveOptions {
  /** 1 to 10; unlike over HTTP, in-process callers may take more. @default 1 */
  readonly max?: number;
  /** @default the queue's receive wait time */
  readonly waitMs?: number;
  readonly visibilityTimeoutSeconds?: number | undefined;
  readonly signal?: AbortSignal;
}

/** State of a `StartMessageMoveTask`; moves are immediate here, so a task is always over. */
export interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly startedAt: number;
  readonly moved: number;
  readonly failureReason: string | undefined;
}

export const MESSAGE_LIMIT_BYTES = 1024 * 1024;

/** XML 1.0 characters, as SQS demands of bodies and string attributes. */
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}

/** All queues of the account. Everything but `receive` is synchronous and durable when it returns. */
export class QueueBroker {
  #sent = 0;
  #queues = new Map<string, Queue>();
  #byArn = new Map<string, Queue>();
  #options: QueueBrokerOptions;
  #moveTasks: MoveTask[] = [];

  /** Throws when a dead-letter ARN names no queue here. */
  constructor(options: QueueBrokerOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    for (const spec of options.queues) {
      const target = spec.deadLetter?.arn;
      if (target !== undefined && !options.queues.some(({ arn }) => arn === target)) {
        throw new Error(`queue ${spec.name}: its dead-letter queue ${target} does not exist`);
      }
      const deadLetter = target === undefined ? undefined : () => this.#byArn.get(target) as Queue;
      const queue = new Queue(spec, join(options.directory, `${spec.name}.ndjson`), deadLetter);
      this.#queues.set(spec.name, queue);
      this.#byArn.set(spec.arn, queue);
    }
  }

  names(): string[] {
    return [...this.#queues.keys()].sort();
  }

  spec(name: string): QueueSpec {
    return this.#queue(name).spec;
  }

  queueUrl(name: string): string {
    return `${this.#options.baseUrl()}/${this.#options.accountId}/${this.#queue(name).spec.name}`;
  }

  nameOfArn(arn: string): string | undefined {
    return this.#byArn.get(arn)?.spec.name;
  }

  /** Counts the messages that were sent since the start. */
  get sent(): number {
    return this.#sent;
  }

  /** Throws `InvalidParameterValue` over 1 MiB and `InvalidMessageContents` for characters XML can't carry. */
  send(name: string, message: string | NewMessage): Message {
    const queue = this.#queue(name);
    const parts = typeof message === 'string' ? { body: message } : message;
    if (parts.body === '')
      throw new AwsError('MissingParameter', 400, 'The request must contain the parameter MessageBody.');
    if (messageBytes(parts.body, parts.attributes) > MESSAGE_LIMIT_BYTES) {
      throw invalidParameter(
        `One or more parameters are invalid. Reason: Message must be shorter than ${MESSAGE_LIMIT_BYTES} bytes.`,
      );
    }
    if (FORBIDDEN_CHARACTER.test(parts.body) || hasForbiddenAttribute(parts.attributes)) {
      throw new AwsError(
        'InvalidMessageContents',
        400,
        'Invalid characters found. Valid unicode characters are those of XML 1.0.',
      );
    }
    this.#sent += 1;
    return queue.send(parts);
  }

  /** Takes messages now, or waits for the first one. */
  async receive(name: string, options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const queue = this.#queue(name);
    const {
      max = 1,
      waitMs = queue.spec.receiveWaitSeconds * 1000,
      visibilityTimeoutSeconds,
      signal,
    } = options;
    let messages = signal?.aborted ? [] : queue.take(max, visibilityTimeoutSeconds);
    if (messages.length === 0 && waitMs > 0) {
      messages = await queue.wait(waitMs, max, visibilityTimeoutSeconds, signal);
    }
    return messages.map((message) => toReceived(message, this.#options.accountId));
  }

  delete(name: string, receiptHandle: string): void {
    if (!this.#queue(name).delete(receiptHandle)) throw invalidHandle();
  }

  /** 0 makes the message visible at once. Throws `MessageNotInflight` when it isn't in flight under this handle. */
  changeVisibility(name: string, receiptHandle: string, timeoutSeconds: number): void {
    const changed = this.#queue(name).changeVisibility(receiptHandle, timeoutSeconds);
    if (changed === undefined) throw invalidHandle();
    if (!changed) {
      throw new AwsError(
        'MessageNotInflight',
        400,
        'Message does not exist or is not available for visibility timeout change.',
      );
    }
  }

  /** Keeps a message hidden while its consumer runs. One that is no longer in flight stays as it is. */
  renew(name: string, receiptHandle: string, timeoutSeconds: number): void {
    this.#queue(name).renew(receiptHandle, timeoutSeconds);
  }

  /** The instant at which the consumer wants the message back, in epoch milliseconds; `undefined` if it has not said. */
  chosenAt(name: string, receiptHandle: string): number | undefined {
    return this.#queue(name).chosenAt(receiptHandle);
  }

  attributes(name: string): QueueCounts {
    return this.#queue(name).counts();
  }

  purge(name: string): void {
    this.#queue(name).purge();
  }

  /** Names of the queues whose dead-letter queue this is. */
  sourcesOf(name: string): string[] {
    const { arn } = this.#queue(name).spec;
    return [...this.#queues.values()]
      .filter(({ spec }) => spec.deadLetter?.arn === arn)
      .map(({ spec }) => spec.name);
  }

  /**
   * Moves the visible messages of a dead-letter queue to `destination`, or each back to the queue it came from.
   * A moved message is new: it gets an id, a sent time and a receive count of its own.
   */
  startMoveTask(source: string, destination?: string): MoveTask {
    const queue = this.#queue(source);
    let moved = 0;
    let failureReason: string | undefined;
    const now = Date.now();
    for (const message of queue.messages().filter(({ visibleAt }) => visibleAt <= now)) {
      const target = destination ? this.#queue(destination) : this.#byArn.get(message.origin ?? '');
      if (target === undefined) {
        failureReason = 'CouldNotDetermineMessageSource';
        break;
      }
      this.#moveOne(queue, message, target);
      moved++;
    }
    const task: MoveTask = {
      handle: Buffer.from(`${queue.spec.arn}/${Date.now()}/${this.#moveTasks.length}`).toString('base64url'),
      sourceArn: queue.spec.arn,
      destinationArn: destination === undefined ? undefined : this.#queue(destination).spec.arn,
      startedAt: Date.now(),
      moved,
      failureReason,
    };
    this.#moveTasks.unshift(task);
    this.#moveTasks.length = Math.min(this.#moveTasks.length, 10);
    return task;
  }

  /** Every message of a queue, also those in flight. Nothing about them changes. */
  peek(name: string): readonly Readonly<Message>[] {
    return this.#queue(name).messages();
  }

  /** Moves one message, whoever has received it: to its receiver it is gone. */
  move(source: string, id: string, destination: string): void {
    const queue = this.#queue(source);
    const message = queue.message(id);
    if (message !== undefined) this.#moveOne(queue, message, this.#queue(destination));
  }

  #moveOne(queue: Queue, message: Message, target: Queue): void {
    target.send({ ...message, delaySeconds: 0 });
    queue.release(message);
  }

  /** Newest first, at most 10; forgotten when the endpoint stops. */
  moveTasks(source: string): MoveTask[] {
    const { arn } = this.#queue(source).spec;
    return this.#moveTasks.filter(({ sourceArn }) => sourceArn === arn);
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue) return queue;
    throw new AwsError('QueueDoesNotExist', 400, `The specified queue does not exist: ${name}`);
  }
}

function hasForbiddenAttribute(attributes: MessageAttributes | undefined): boolean {
  return Object.values(attributes ?? {}).some(({ StringValue }) =>
    FORBIDDEN_CHARACTER.test(StringValue ?? ''),
  );
}

function invalidHandle(): AwsError {
  return new AwsError(
    'ReceiptHandleIsInvalid',
    400,
    'The input receipt handle is not a valid receipt handle.',
  );
}
