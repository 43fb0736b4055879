import * as z from 'zod';
import { publicPath } from './api-paths.ts';

declare global {
  interface JSON {
    /** Makes a value that `JSON.stringify` writes as it is (ECMAScript's proposal, in Node since 21). */
    rawJSON(text: string): unknown;
  }
}

/**
 * A path of this API in an answer. What stands before it depends on the address by which the client reached the API, and an answer that is
 * kept may be given again at another one. So it begins with an escaped slash, `\/api/…`, which no string of JSON gets from `JSON.stringify`,
 * and the stack replaces that when the answer leaves (`#platform/http/public-base.ts`).
 */
export class Link {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  toString(): string {
    return `\\${this.#path}`;
  }

  toJSON(): unknown {
    return JSON.rawJSON(`"${this.toString()}"`);
  }
}

/** A field of an answer that leads to another route. */
export const link = z.instanceof(Link).meta({ openapi: { type: 'string', format: 'uri-reference' } });

/**
 * Returns the path of a route, for addresses that outsiders keep.
 * @throws Error if a parameter of the path is missing
 */
export function pathTo(
  route: Parameters<typeof publicPath>[0],
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  return publicPath(route).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${route.path} has no ${name}`);
    return encodeURIComponent(value);
  });
}

/**
 * Returns the link to a route.
 * @throws Error if a parameter of the path is missing
 */
export function linkTo(
  route: Parameters<typeof publicPath>[0],
  params: Readonly<Record<string, string | undefined>> = {},
  query?: URLSearchParams,
): Link {
  const path = pathTo(route, params);
  return new Link(query === undefined ? path : `${path}?${query}`);
}
