import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { isJsonObject, type JsonObject, objectList, optionalText } from './json-input.ts';

/** An event as EventBridge hands it to a target. */
export interface EventBridgeEvent {
  readonly version: '0';
  readonly id: string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds, UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event that `PutEvents` accepted, with the name of its bus. */
export interface BusEvent {
  readonly eventBusName: string;
  readonly event: EventBridgeEvent;
}

export interface EventBridgeOptions {
  readonly region: string;
  readonly accountId: string;
  readonly eventBuses: readonly string[];
  onEvent(entry: BusEvent): void;
}

const ENTRY_LIMIT = 10;
const REQUEST_LIMIT_BYTES = 256 * 1024;
const ENTRY_PARAMETERS = [
  'Time',
  'Source',
  'Resources',
  'DetailType',
  'Detail',
  'EventBusName',
  'TraceHeader',
];

/** `AWSEvents.PutEvents`: a bad entry fails by itself, as `ErrorCode` of its result. */
export function putEvents(options: EventBridgeOptions, input: JsonObject): JsonObject {
  const entries = objectList(input, 'Entries');
  if (entries.length < 1 || entries.length > ENTRY_LIMIT) {
    throw new AwsError('ValidationException', 400, `Entries must hold between 1 and ${ENTRY_LIMIT} entries.`);
  }
  const bytes = entries.reduce((total, entry) => total + Buffer.byteLength(JSON.stringify(entry)), 0);
  if (bytes > REQUEST_LIMIT_BYTES) {
    throw new AwsError(
      'ValidationException',
      400,
      'Total size of the entries in the request is over the limit.',
    );
  }
  const results = entries.map((entry) => {
    try {
      const event = toEvent(options, entry);
      options.onEvent(event);
      return { EventId: event.event.id };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  });
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

function toEvent(options: EventBridgeOptions, entry: JsonObject): BusEvent {
  const unknown = Object.keys(entry).find((name) => !ENTRY_PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new AwsError('InvalidArgument', 400, `Parameter ${unknown} is not implemented.`);
  const eventBusName = (optionalText(entry, 'EventBusName') ?? 'default').replace(/^arn:.*:event-bus\//, '');
  if (!options.eventBuses.includes(eventBusName)) {
    throw new AwsError('ResourceNotFoundException', 400, `Event bus ${eventBusName} does not exist.`);
  }
  const source = optionalText(entry, 'Source') ?? '';
  if (source === '')
    throw new AwsError(
      'InvalidArgument',
      400,
      'Parameter Source is not valid. Reason: Source is a required argument.',
    );
  if (source.startsWith('aws.'))
    throw new AwsError('NotAuthorizedForSourceException', 400, `Not authorized for the source ${source}.`);
  const detailType = optionalText(entry, 'DetailType') ?? '';
  if (detailType === '') {
    throw new AwsError(
      'InvalidArgument',
      400,
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    );
  }
  const event: EventBridgeEvent = {
    version: '0',
    id: randomUUID(),
    source,
    account: options.accountId,
    time: timeOf(entry.Time),
    region: options.region,
    resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
    'detail-type': detailType,
    detail: parseDetail(optionalText(entry, 'Detail')),
  };
  return { eventBusName, event };
}

function parseDetail(detail: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(detail ?? '');
    if (isJsonObject(value)) return value;
  } catch {
    // Answered below, together with JSON that is no object.
  }
  throw new AwsError('MalformedDetail', 400, 'Detail is malformed.');
}

/** `Time` is epoch seconds in JSON 1.1, ISO text from some clients. */
function timeOf(value: unknown): string {
  const instant =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Date.now();
  if (!Number.isFinite(instant)) throw new AwsError('InvalidArgument', 400, 'Parameter Time is not valid.');
  return new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
}
