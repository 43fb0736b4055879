import { AwsError } from '../aws-error.ts';
import {
  isJsonObject,
  type JsonObject,
  objectList,
  onlyParameters,
  optionalInteger,
  optionalText,
  requiredText,
  textList,
} from '../json-input.ts';
import {
  type MessageAttribute,
  type MessageAttributes,
  md5Hex,
  md5OfAttributes,
  messageBytes,
} from './message.ts';
import { MESSAGE_LIMIT_BYTES, type QueueBroker } from './queue-broker.ts';
import { attributesOfQueue, selectMessageAttributes, selectSystemAttributes } from './sqs-attributes.ts';

type Operation = (
  broker: QueueBroker,
  input: JsonObject,
  signal: AbortSignal,
) => JsonObject | Promise<JsonObject>;

const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_DELAY_SECONDS = 900;
const ATTRIBUTE_NAME = /^(?!aws\.|amazon\.)[\w.-]{1,256}$/i;

function queueName(input: JsonObject): string {
  return requiredText(input, 'QueueUrl').split('/').at(-1) ?? '';
}

function queueNameOfArn(broker: QueueBroker, arn: string): string {
  const name = broker.nameOfArn(arn);
  if (name === undefined)
    throw new AwsError('ResourceNotFoundException', 404, `The resource ${arn} does not exist.`);
  return name;
}

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}

function readAttributes(input: JsonObject, name: string): MessageAttributes | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw invalidParameter(`${name} must be a map`);
  const entries = Object.entries(value).map(([key, attribute]): [string, MessageAttribute] => {
    if (!isJsonObject(attribute) || !ATTRIBUTE_NAME.test(key))
      throw invalidParameter(`${name}.${key} is not valid`);
    onlyParameters(attribute, ['DataType', 'StringValue', 'BinaryValue']);
    const DataType = requiredText(attribute, 'DataType');
    if (!/^(String|Number|Binary)(\.[\w.-]+)?$/.test(DataType))
      throw invalidParameter(`${key}: unsupported type ${DataType}`);
    if (DataType.startsWith('Binary'))
      return [key, { DataType, BinaryValue: requiredText(attribute, 'BinaryValue') }];
    return [key, { DataType, StringValue: requiredText(attribute, 'StringValue') }];
  });
  if (entries.length > 10)
    throw invalidParameter('Number of message attributes exceeds the allowed maximum of 10.');
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const SEND_PARAMETERS = ['MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageSystemAttributes'];

function send(broker: QueueBroker, name: string, input: JsonObject): JsonObject {
  const attributes = readAttributes(input, 'MessageAttributes');
  const systemAttributes = readAttributes(input, 'MessageSystemAttributes');
  onlyParameters(systemAttributes ?? {}, ['AWSTraceHeader']);
  const body = requiredText(input, 'MessageBody');
  const delaySeconds = optionalInteger(input, 'DelaySeconds', 0, MAX_DELAY_SECONDS);
  const message = broker.send(name, { body, attributes, systemAttributes, delaySeconds });
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5Hex(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(systemAttributes),
  };
}

async function receive(broker: QueueBroker, input: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  onlyParameters(input, [
    ...['QueueUrl', 'AttributeNames', 'MessageSystemAttributeNames', 'MessageAttributeNames'],
    ...['MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds'],
  ]);
  const waitSeconds = optionalInteger(input, 'WaitTimeSeconds', 0, 20);
  const systemNames = [
    ...textList(input, 'AttributeNames'),
    ...textList(input, 'MessageSystemAttributeNames'),
  ];
  const attributeNames = textList(input, 'MessageAttributeNames');
  const messages = await broker.receive(queueName(input), {
    max: optionalInteger(input, 'MaxNumberOfMessages', 1, 10) ?? 1,
    visibilityTimeoutSeconds: optionalInteger(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS),
    ...(waitSeconds === undefined ? {} : { waitMs: waitSeconds * 1000 }),
    signal,
  });
  if (messages.length === 0) return {};
  return {
    Messages: messages.map((message) => {
      const attributes = selectMessageAttributes(message.messageAttributes, attributeNames);
      return {
        MessageId: message.messageId,
        ReceiptHandle: message.receiptHandle,
        MD5OfBody: message.md5OfBody,
        Body: message.body,
        Attributes: selectSystemAttributes(message.attributes, systemNames),
        MD5OfMessageAttributes: md5OfAttributes(attributes),
        MessageAttributes: attributes,
      };
    }),
  };
}

/** Runs a batch entry by entry: an entry's `AwsError` fails that entry, not the batch. */
function batch(
  input: JsonObject,
  parameters: readonly string[],
  run: (entry: JsonObject) => JsonObject,
): JsonObject {
  onlyParameters(input, ['QueueUrl', 'Entries']);
  const entries = objectList(input, 'Entries');
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 400, 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    throw new AwsError('TooManyEntriesInBatchRequest', 400, 'Maximum number of entries per request are 10.');
  }
  const ids = entries.map((entry) => requiredText(entry, 'Id'));
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    throw new AwsError(
      'InvalidBatchEntryId',
      400,
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores.',
    );
  }
  if (new Set(ids).size < ids.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 400, 'Two or more batch entries have the same Id.');
  const Successful: JsonObject[] = [];
  const Failed: JsonObject[] = [];
  for (const entry of entries) {
    try {
      onlyParameters(entry, ['Id', ...parameters]);
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'QueueDoesNotExist') throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function sendBatch(broker: QueueBroker, input: JsonObject): JsonObject {
  const total = objectList(input, 'Entries').reduce(
    (bytes, entry) =>
      bytes +
      messageBytes(optionalText(entry, 'MessageBody') ?? '', readAttributes(entry, 'MessageAttributes')),
    0,
  );
  if (total > MESSAGE_LIMIT_BYTES) {
    throw new AwsError(
      'BatchRequestTooLong',
      400,
      `Batch requests cannot be longer than ${MESSAGE_LIMIT_BYTES} bytes. You have sent ${total} bytes.`,
    );
  }
  return batch(input, SEND_PARAMETERS, (entry) => send(broker, queueName(input), entry));
}

function changeVisibility(broker: QueueBroker, queue: string, input: JsonObject): JsonObject {
  const seconds = optionalInteger(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS);
  if (seconds === undefined)
    throw new AwsError('MissingParameter', 400, 'The request must contain the parameter VisibilityTimeout.');
  broker.changeVisibility(queue, requiredText(input, 'ReceiptHandle'), seconds);
  return {};
}

function deleteMessage(broker: QueueBroker, queue: string, input: JsonObject): JsonObject {
  broker.delete(queue, requiredText(input, 'ReceiptHandle'));
  return {};
}

function listQueues(broker: QueueBroker, input: JsonObject): JsonObject {
  onlyParameters(input, ['QueueNamePrefix', 'MaxResults']);
  const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
  const limit = optionalInteger(input, 'MaxResults', 1, 1000) ?? 1000;
  const names = broker.names().filter((name) => name.startsWith(prefix));
  if (names.length > limit)
    throw invalidParameter(`MaxResults below the ${names.length} matching queues is not implemented.`);
  return { QueueUrls: names.map((name) => broker.queueUrl(name)) };
}

function startMoveTask(broker: QueueBroker, input: JsonObject): JsonObject {
  onlyParameters(input, ['SourceArn', 'DestinationArn']);
  const source = queueNameOfArn(broker, requiredText(input, 'SourceArn'));
  if (broker.sourcesOf(source).length === 0) {
    throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  }
  const destinationArn = optionalText(input, 'DestinationArn');
  const destination = destinationArn === undefined ? undefined : queueNameOfArn(broker, destinationArn);
  return { TaskHandle: broker.startMoveTask(source, destination).handle };
}

function listMoveTasks(broker: QueueBroker, input: JsonObject): JsonObject {
  onlyParameters(input, ['SourceArn', 'MaxResults']);
  const limit = optionalInteger(input, 'MaxResults', 1, 10) ?? 1;
  const tasks = broker.moveTasks(queueNameOfArn(broker, requiredText(input, 'SourceArn')));
  return {
    Results: tasks.slice(0, limit).map((task) => ({
      Status: task.failureReason === undefined ? 'COMPLETED' : 'FAILED',
      SourceArn: task.sourceArn,
      DestinationArn: task.destinationArn,
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.moved,
      FailureReason: task.failureReason,
      StartedTimestamp: task.startedAt,
    })),
  };
}

/** The operations of both protocols, in the JSON protocol's shapes. */
export const SQS_OPERATIONS: Readonly<Record<string, Operation>> = {
  SendMessage(broker, input) {
    onlyParameters(input, ['QueueUrl', ...SEND_PARAMETERS]);
    return send(broker, queueName(input), input);
  },
  SendMessageBatch: sendBatch,
  ReceiveMessage: receive,
  DeleteMessage(broker, input) {
    onlyParameters(input, ['QueueUrl', 'ReceiptHandle']);
    return deleteMessage(broker, queueName(input), input);
  },
  DeleteMessageBatch: (broker, input) =>
    batch(input, ['ReceiptHandle'], (entry) => deleteMessage(broker, queueName(input), entry)),
  ChangeMessageVisibility(broker, input) {
    onlyParameters(input, ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout']);
    return changeVisibility(broker, queueName(input), input);
  },
  ChangeMessageVisibilityBatch: (broker, input) =>
    batch(input, ['ReceiptHandle', 'VisibilityTimeout'], (entry) =>
      changeVisibility(broker, queueName(input), entry),
    ),
  GetQueueUrl(broker, input) {
    onlyParameters(input, ['QueueName']);
    return { QueueUrl: broker.queueUrl(requiredText(input, 'QueueName')) };
  },
  GetQueueAttributes(broker, input) {
    onlyParameters(input, ['QueueUrl', 'AttributeNames']);
    return { Attributes: attributesOfQueue(broker, queueName(input), textList(input, 'AttributeNames')) };
  },
  ListQueues: listQueues,
  PurgeQueue(broker, input) {
    onlyParameters(input, ['QueueUrl']);
    broker.purge(queueName(input));
    return {};
  },
  StartMessageMoveTask: startMoveTask,
  ListMessageMoveTasks: listMoveTasks,
};
