import { AwsError } from '../aws-error.ts';

export interface ListingRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only keys after this one. */
  readonly after: string;
  /** Skip keys under this common prefix, which an earlier page has listed. */
  readonly afterPrefix: string;
  readonly maxKeys: number;
}

export interface Listing {
  readonly keys: string[];
  readonly commonPrefixes: string[];
  /** The position at which the next page starts, if there is one. */
  readonly next: string | undefined;
}

function firstIndex(keys: readonly string[], isBefore: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(keys[middle] as string)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** One page over keys sorted by their UTF-8 bytes. */
export function listKeys(sortedKeys: readonly string[], request: ListingRequest): Listing {
  const { prefix, delimiter, after, afterPrefix, maxKeys } = request;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let index = firstIndex(
    sortedKeys,
    (key) => compareUtf8(key, prefix) < 0 || (after !== '' && compareUtf8(key, after) <= 0),
  );
  let last = { after, afterPrefix };
  for (; index < sortedKeys.length; index++) {
    const key = sortedKeys[index] as string;
    if (!key.startsWith(prefix)) break;
    if (last.afterPrefix !== '' && key.startsWith(last.afterPrefix)) continue;
    if (keys.length + commonPrefixes.length >= maxKeys)
      return { keys, commonPrefixes, next: maxKeys === 0 ? undefined : encodeToken(last) };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut >= 0) {
      const commonPrefix = key.slice(0, cut + delimiter.length);
      commonPrefixes.push(commonPrefix);
      last = { after: key, afterPrefix: commonPrefix };
    } else {
      keys.push(key);
      last = { after: key, afterPrefix: '' };
    }
  }
  return { keys, commonPrefixes, next: undefined };
}

function encodeToken(position: { after: string; afterPrefix: string }): string {
  return Buffer.from(JSON.stringify([position.after, position.afterPrefix])).toString('base64url');
}

/** Throws `InvalidArgument` for a token that `listKeys` didn't give. */
export function decodeToken(token: string): { after: string; afterPrefix: string } {
  try {
    const [after, afterPrefix] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof after === 'string' && typeof afterPrefix === 'string') return { after, afterPrefix };
  } catch {
    // Answered below.
  }
  throw new AwsError('InvalidArgument', 400, 'The continuation token provided is incorrect');
}
