import type { z } from 'zod';
import type { AuditAction } from '#contracts/audit-actions.ts';
import type { ProblemSlug } from '#contracts/problems.ts';
import type { RequestClass } from '#contracts/request-classes.ts';
import type { Resource } from '#contracts/resources.ts';
import type { Expansions } from '#kernel/expansions.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import type { Sorts } from '#kernel/sorts.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Schema = z.ZodType;

/**
 * One HTTP operation, as data. The API definition, the Lambda and its grants, OpenAPI, `docs/rbac.md` and the
 * contract tests are all derived from it, so that nothing about a route is declared twice.
 */
export interface RouteSpec {
  /** camelCase; the handler is `functions/<domain>/<kebab-case>.ts`. */
  readonly operationId: string;
  readonly method: Method;
  /** The path without the base path of `#contracts/api-paths.ts`, with parameters in braces: `/shareholders/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** `root` routes stand at `/` instead of under the base path. @default 'api' */
  readonly base?: 'api' | 'root';
  /** `PUBLIC` routes need no token. */
  readonly roles: readonly Role[] | 'PUBLIC';
  /** No API key may call it, whatever its role: it is a person's to decide. @default false */
  readonly peopleOnly?: true;
  /** An operator who acts for a suspended tenant may call it: it moves neither money nor shares. @default false */
  readonly forSuspended?: true;
  /** @default every tenant type that has the roles */
  readonly tenants?: readonly TenantType[];
  readonly params?: Schema;
  readonly query?: Schema;
  /** The orders of a list whose query has `sort`. */
  readonly sorts?: Sorts;
  /** The parts that an object is answered with where its query has `expand`. Its callers may call those operations too, and none of them discloses. */
  readonly expands?: Expansions;
  readonly body?: Schema;
  /** A request without a body is read as `{}`. @default false */
  readonly bodyOptional?: boolean;
  /** A valid JSON body, on every route that takes one: the documentation shows it, and the contract tests send it. */
  readonly example?: unknown;
  /** Media types of the request body. @default ['application/json'] */
  readonly consumes?: readonly string[];
  readonly status: number;
  /**
   * The path of the route that reads what this one makes: the answer names it in `Location`. Its parameters are fields of the answer, or
   * else parameters of this path. Absent: no route reads it alone.
   */
  readonly location?: string;
  /** Absent: an empty body. */
  readonly response?: Schema;
  /** The body of a 202 that the route answers instead, where another person has to confirm the change first. */
  readonly waiting?: Schema;
  /** Media types of the answer beside problems. @default ['application/json'] */
  readonly produces?: readonly string[];
  /** @default 'honoured' on POST, 'none' otherwise */
  readonly idempotency?: 'required' | 'honoured' | 'none';
  /**
   * The answer carries an `ETag`, or the request says by `If-Match` which version it changes: `if-match` demands it,
   * `if-match-honoured` refuses another version than the one it names.
   */
  readonly concurrency?: 'etag' | 'if-match' | 'if-match-honoured';
  /** Set on every route that writes: the one audit entry that its transaction adds. */
  readonly audit?: AuditAction;
  /** The route reads personal data of many people: each page of it leaves an entry, with its filters and its number of rows. */
  readonly discloses?: true;
  /** Problems beyond those of every route (validation, authentication, limits). */
  readonly problems: readonly ProblemSlug[];
  /**
   * The class whose quotas its requests use up. A `PUBLIC` route names it, unless it does without the database.
   * @default 'reads' for GET, 'writes' otherwise
   */
  readonly limit?: RequestClass;
  /** The resources that the route needs beyond the application's database role. */
  readonly uses: readonly Resource[];
  /** Only a public route does without: a caller's standing is read with every request. @default true */
  readonly database?: boolean;
  /** @default 512 */
  readonly memoryMb?: number;
  /** @default 15 */
  readonly timeoutSeconds?: number;
}

/**
 * Declares a route; the identity function that keeps the literal types. The mark lets a bundle leave out a domain's other
 * routes.
 */
/* @__NO_SIDE_EFFECTS__ */
export function route<const R extends RouteSpec>(spec: R): R {
  return spec;
}

/** `createShareholder` → `create-shareholder`. */
export function kebabCase(operationId: string): string {
  return operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Whether `HEAD` is answered as `GET` is. It must have no effect (RFC 9110, 9.2.1), and so stands beside no route that has one. */
export function answersHead({ method, audit }: Pick<RouteSpec, 'method' | 'audit'>): boolean {
  return method === 'GET' && audit === undefined;
}

/** Whether a route's answer carries an `ETag`. */
export function answersEtag({ concurrency, response, location, path }: RouteSpec): boolean {
  // An action that starts work of its own answers how that stands, and not the resource whose version it asked for.
  return concurrency !== undefined && response !== undefined && location !== path;
}

/** Whether and how a route takes `If-Match`. */
export function ifMatchOf({ concurrency }: RouteSpec): 'required' | 'honoured' | 'none' {
  if (concurrency === 'if-match') return 'required';
  return concurrency === 'if-match-honoured' ? 'honoured' : 'none';
}

/** Returns the class of a route's requests. None are counted where there is no database to count them in. */
export function limitOf({ limit, method, database }: RouteSpec): RequestClass | undefined {
  if (database === false) return undefined;
  return limit ?? (method === 'GET' ? 'reads' : 'writes');
}

/** Whether and how a route takes `Idempotency-Key`. */
export function idempotencyOf(spec: RouteSpec): 'required' | 'honoured' | 'none' {
  return spec.idempotency ?? (spec.method === 'POST' && spec.roles !== 'PUBLIC' ? 'honoured' : 'none');
}
