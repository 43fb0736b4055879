import { createHash } from 'node:crypto';

/** Binary values are base64, as in the JSON protocol. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A stored message; times are epoch milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes?: MessageAttributes;
  /** `AWSTraceHeader` is the only system attribute a sender may set. */
  readonly systemAttributes?: MessageAttributes;
  readonly sentAt: number;
  /** ARN of the queue it came from, when it was moved to a dead-letter queue. */
  readonly origin?: string;
  visibleAt: number;
  receiveCount: number;
  /** The instant at which the consumer that has the message wants it back. */
  chosenAt?: number;
  firstReceivedAt?: number;
}

/** A delivery, shaped as the records of a Lambda SQS event and of `ReceiveMessage`. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** System attributes: `ApproximateReceiveCount`, `SentTimestamp`, … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: MessageAttributes;
}

export function md5Hex(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The digest that SDKs verify: sorted names, each as length-prefixed name, type, kind byte and length-prefixed value. */
export function md5OfAttributes(attributes: MessageAttributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (!attributes || names.length === 0) return undefined;
  const hash = createHash('md5');
  const field = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    field(Buffer.from(name));
    field(Buffer.from(DataType));
    hash.update(Uint8Array.of(BinaryValue === undefined ? 1 : 2));
    field(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}

/** Returns the bytes that count towards the 1 MiB limit: body, and each attribute's name, type and value. */
export function messageBytes(body: string, attributes: MessageAttributes | undefined): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue ?? '');
    bytes += BinaryValue === undefined ? 0 : Buffer.byteLength(BinaryValue, 'base64');
  }
  return bytes;
}

/** A handle names a delivery, so that it is stale once the message has been delivered again. */
function receiptHandleOf(message: Message): string {
  return Buffer.from(`${message.id}/${message.receiveCount}`).toString('base64url');
}

export function parseReceiptHandle(handle: string): { id: string; receiveCount: number } | undefined {
  const match = /^([\da-f-]{36})\/(\d+)$/.exec(Buffer.from(handle, 'base64url').toString('latin1'));
  return match ? { id: match[1] as string, receiveCount: Number(match[2]) } : undefined;
}

export function toReceived(message: Message, senderId: string): ReceivedMessage {
  const trace = message.systemAttributes?.AWSTraceHeader?.StringValue;
  return {
    messageId: message.id,
    receiptHandle: receiptHandleOf(message),
    body: message.body,
    md5OfBody: md5Hex(message.body),
    attributes: {
      SenderId: senderId,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
      ...(message.origin === undefined ? {} : { DeadLetterQueueSourceArn: message.origin }),
      ...(trace === undefined ? {} : { AWSTraceHeader: trace }),
    },
    messageAttributes: message.attributes ?? {},
  };
}
