import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import {
  isJsonObject,
  type JsonObject,
  objectList,
  onlyParameters,
  optionalInteger,
  optionalText,
} from './json-input.ts';

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

/** A rule as it is listed. Those that are disabled don't exist here. */
export interface ListedRule {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly eventBusName: string;
  readonly pattern: JsonObject | undefined;
  readonly schedule: string | undefined;
}

export interface EventBridgeOptions {
  readonly region: string;
  readonly accountId: string;
  readonly eventBuses: readonly string[];
  /** @default none */
  readonly rules?: readonly ListedRule[];
  onEvent(entry: BusEvent): void;
}

const RULES_PER_PAGE = 100;
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

/** `AWSEvents.ListRules`: the rules of one bus by name, in pages. */
export function listRules(options: EventBridgeOptions, input: JsonObject): JsonObject {
  onlyParameters(input, ['EventBusName', 'Limit', 'NamePrefix', 'NextToken']);
  const bus = busOf(options, input);
  const prefix = optionalText(input, 'NamePrefix') ?? '';
  const after = optionalText(input, 'NextToken') ?? '';
  const limit = optionalInteger(input, 'Limit', 1, RULES_PER_PAGE) ?? RULES_PER_PAGE;
  const rest = (options.rules ?? [])
    .filter(({ name, eventBusName }) => eventBusName === bus && name.startsWith(prefix) && name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const shown = rest.slice(0, limit);
  return {
    Rules: shown.map(({ name, arn, description, pattern, schedule }) => ({
      ...{ Name: name, Arn: arn, State: 'ENABLED', EventBusName: bus },
      ...(description === undefined ? {} : { Description: description }),
      ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
      ...(schedule === undefined ? {} : { ScheduleExpression: schedule }),
    })),
    ...(rest.length > shown.length ? { NextToken: shown.at(-1)?.name } : {}),
  };
}

/** Returns the name of the bus that a call is about. */
function busOf(options: EventBridgeOptions, input: JsonObject): string {
  const name = (optionalText(input, 'EventBusName') ?? 'default').replace(/^arn:.*:event-bus\//, '');
  if (!options.eventBuses.includes(name))
    throw new AwsError('ResourceNotFoundException', 400, `Event bus ${name} does not exist.`);
  return name;
}

function toEvent(options: EventBridgeOptions, entry: JsonObject): BusEvent {
  const unknown = Object.keys(entry).find((name) => !ENTRY_PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new AwsError('InvalidArgument', 400, `Parameter ${unknown} is not implemented.`);
  const eventBusName = busOf(options, entry);
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
