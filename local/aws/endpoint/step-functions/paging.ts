import { AwsError } from '../aws-error.ts';
import { type JsonObject, optionalInteger, optionalText } from '../json-input.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

type Order = 'rising' | 'falling';

const DEFAULT_ITEMS = 100;
const MAX_ITEMS = 1000;

/**
 * The page that `maxResults` and `nextToken` ask for. Items have numbers that rise or fall along the list, so that a page
 * goes on where the last one ended even if the list has grown.
 */
export function pageOf<T>(
  operation: string,
  input: JsonObject,
  list: readonly T[],
  order: Order,
  numberOf: (item: T) => number,
): Page<T> {
  // 0 asks for the default, as on AWS.
  const limit = optionalInteger(input, 'maxResults', 0, MAX_ITEMS) || DEFAULT_ITEMS;
  const token = optionalText(input, 'nextToken');
  const after = token === undefined ? undefined : parseToken(operation, token);
  const rest =
    after === undefined
      ? list
      : list.filter((item) => (order === 'rising' ? numberOf(item) > after : numberOf(item) < after));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  return { items, nextToken: more ? formatToken(operation, numberOf(last)) : undefined };
}

function formatToken(operation: string, after: number): string {
  return Buffer.from(JSON.stringify([operation, after])).toString('base64url');
}

function parseToken(operation: string, token: string): number {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts[0] === operation && Number.isInteger(parts[1])) return Number(parts[1]);
  } catch {
    // Answered below, together with tokens of other lists.
  }
  throw new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");
}
