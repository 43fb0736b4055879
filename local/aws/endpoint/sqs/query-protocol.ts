import { AwsError } from '../aws-error.ts';
import { isJsonObject, type JsonObject } from '../json-input.ts';
import { parseQuery } from '../sigv4.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';

/** The AWS Query protocol that SQS spoke before JSON: form fields in, XML out. Translated to and from the JSON shapes. */

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';
const INTEGERS = [
  'DelaySeconds',
  'MaxNumberOfMessages',
  'VisibilityTimeout',
  'WaitTimeSeconds',
  'MaxResults',
];
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
};
const MAPS: Readonly<Record<string, string>> = {
  MessageAttribute: 'MessageAttributes',
  MessageSystemAttribute: 'MessageSystemAttributes',
};
/** Elements of the answer whose Query name differs from the JSON name. */
const OUTPUT_LISTS: Readonly<Record<string, string>> = {
  Messages: 'Message',
  QueueUrls: 'QueueUrl',
  Failed: 'BatchResultErrorEntry',
  Results: 'ListMessageMoveTasksResultEntry',
};
const OUTPUT_MAPS: Readonly<Record<string, string>> = {
  Attributes: 'Attribute',
  MessageAttributes: 'MessageAttribute',
};
/** The JSON protocol's codes that have another name in the Query protocol. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'BatchEntryIdsNotDistinct',
      'BatchRequestTooLong',
      'EmptyBatchRequest',
      'InvalidBatchEntryId',
      'MessageNotInflight',
      'TooManyEntriesInBatchRequest',
      'UnsupportedOperation',
    ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
  ),
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  InvalidAccessKeyId: 'InvalidClientTokenId',
};

export function queryCode(code: string): string {
  return QUERY_CODES[code] ?? code;
}

interface Tree {
  [name: string]: Tree | string;
}

const FORBIDDEN_NAMES = ['__proto__', 'constructor', 'prototype'];

function treeOf(form: string): Tree {
  const root: Tree = {};
  for (const [name, value] of parseQuery(form)) {
    const path = name.split('.');
    if (path.some((part) => FORBIDDEN_NAMES.includes(part))) throw malformed(name);
    const last = path.pop() ?? '';
    let node = root;
    for (const part of path) {
      const next = node[part] ?? {};
      if (typeof next === 'string') throw malformed(name);
      node[part] = next;
      node = next;
    }
    node[last] = value;
  }
  return root;
}

function malformed(name: string): AwsError {
  return new AwsError('MalformedQueryString', 400, `The query parameter ${name} is malformed.`);
}

/** `{1: a, 2: b}` in numeric order. */
function itemsOf(name: string, value: Tree | string): (Tree | string)[] {
  if (typeof value === 'string') throw malformed(name);
  return Object.keys(value)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => value[key] as Tree | string);
}

function mapOf(name: string, value: Tree | string): JsonObject {
  const entries = itemsOf(name, value).map((item) => {
    if (typeof item === 'string' || typeof item.Name !== 'string') throw malformed(name);
    return [item.Name, item.Value] as const;
  });
  return Object.fromEntries(entries);
}

function jsonOf(tree: Tree): JsonObject {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (name in LISTS) input[LISTS[name] as string] = itemsOf(name, value);
    else if (name in MAPS) input[MAPS[name] as string] = mapOf(name, value);
    else if (name.endsWith('BatchRequestEntry')) {
      input.Entries = itemsOf(name, value).map((item) => (typeof item === 'string' ? item : jsonOf(item)));
    } else if (INTEGERS.includes(name)) input[name] = value === '' ? Number.NaN : Number(value);
    else input[name] = value;
  }
  return input;
}

/** The action of a form body and its parameters; `path` stands for the queue when no `QueueUrl` is given. */
export function parseQueryRequest(form: string, path: string): { action: string; input: JsonObject } {
  const { Action, Version: _, ...parameters } = treeOf(form);
  if (typeof Action !== 'string')
    throw new AwsError('MissingAction', 400, 'The request must contain the parameter Action.');
  const input = jsonOf(parameters);
  return {
    action: Action,
    input: path === '/' || 'QueueUrl' in input ? input : { QueueUrl: path, ...input },
  };
}

function xmlOf(action: string, output: JsonObject): Record<string, XmlValue> {
  const fields: Record<string, XmlValue> = {};
  for (const [name, value] of Object.entries(output)) {
    const map = OUTPUT_MAPS[name];
    if (Array.isArray(value)) {
      const element = name === 'Successful' ? `${action}ResultEntry` : (OUTPUT_LISTS[name] ?? name);
      fields[element] = value.map((item) => (isJsonObject(item) ? xmlOf(action, item) : String(item)));
    } else if (map !== undefined && isJsonObject(value)) {
      fields[map] = Object.entries(value).map(([Name, item]) => ({
        Name,
        Value: isJsonObject(item) ? xmlOf(action, item) : String(item),
      }));
    } else if (value !== undefined) fields[name] = String(value);
  }
  return fields;
}

export function renderQueryResponse(action: string, output: JsonObject, RequestId: string): string {
  const result = Object.keys(output).length === 0 ? {} : { [`${action}Result`]: xmlOf(action, output) };
  return xmlDocument(`${action}Response`, { ...result, ResponseMetadata: { RequestId } }, NAMESPACE);
}

export function renderQueryError(error: AwsError, RequestId: string): string {
  const Type = error.status < 500 ? 'Sender' : 'Receiver';
  const body = { Type, Code: queryCode(error.code), Message: error.message, Detail: '' };
  return xmlDocument('ErrorResponse', { Error: body, RequestId }, NAMESPACE);
}
