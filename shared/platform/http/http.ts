import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { z } from 'zod';
import type { AuditAction } from '#contracts/audit-actions.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { NoEffect } from '#platform/db/no-effect.ts';
import { fromOrigin, type Origin } from '#platform/db/origin.ts';
import { refuseUncounted } from '#platform/db/request-count.ts';
import { asRequest } from '#platform/db/standing.ts';
import {
  type Actor,
  countAlone,
  type Disclosure,
  type SerializableTx,
  type TenantRead,
  type TenantTx,
  type TenantTxOptions,
  type Through,
  tenantRead,
  tenantStatements,
  tenantTx,
} from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish-committed.ts';
import { idempotencyKeyFrom } from '#platform/idempotency/idempotency-key.ts';
import type { IdempotencyStore } from '#platform/idempotency/idempotency-store.ts';
import type { Fingerprint } from '#platform/idempotency/idempotent.ts';
import { countSecurity } from '#platform/observability/security.ts';
import { authenticate, authorize, type Principal } from './authorize.ts';
import { clientAddressOf } from './client-address.ts';
import { idsOf } from './ids-in-path.ts';
import { instrumented } from './instrumented.ts';
import { observe, problems } from './middlewares.ts';
import { bodyBytes, headersOf, mediaTypeOf, parseRequest } from './parse.ts';
import { answerAt, baseOf } from './public-base.ts';
import type { Reached } from './public-url.ts';
import type { Claim } from './refusal.ts';
import { noteClaim, refusals } from './refusals.ts';
import { isReply, type Reply, renderReply } from './reply.ts';
import { requestIdFrom } from './request-id.ts';
import { limited } from './request-limits.ts';
import { idempotencyOf, type RouteSpec, type Schema } from './route.ts';

type Output<S> = S extends Schema ? z.output<S> : undefined;
type Answer<R extends RouteSpec> =
  | (R['response'] extends Schema ? z.input<R['response']> : undefined)
  | (R['waiting'] extends Schema ? z.input<R['waiting']> : never);

export interface WriteOptions<T> {
  readonly isolation?: 'read committed' | 'serializable';
  /** See `TenantTxOptions`. */
  readonly lockFirst?: string;
  /** The actor of routes that act on another tenant than the caller's, or without a caller. @default the caller */
  readonly actor?: Actor;
  /** @default the route's action */
  readonly action?: AuditAction | ((result: T) => AuditAction);
  /** `users/<id>`. @default the first segment of the path and the answer's id */
  readonly resource?: (result: T) => string;
  /** @default the request's path parameters and body, masked */
  readonly payload?: object | ((result: T) => object);
  /** One of several transactions of the request: another one, after it, stores the answer. @default false */
  readonly isPart?: boolean;
}

type Work<T, N, Tx> = (tx: Tx) => Promise<T | NoEffect<N>>;

/**
 * The request that a handler gets. It can write only through `tenantTx`, which audits, stores the idempotent answer
 * and commits.
 */
export interface HttpRequest<R extends RouteSpec> {
  readonly params: Output<R['params']>;
  readonly query: Output<R['query']>;
  readonly body: Output<R['body']>;
  /** The caller; PUBLIC routes have none, and reading it throws. */
  readonly principal: Principal;
  readonly actor: Actor;
  readonly requestId: string;
  /** The address from which the client came, see `client-address.ts`. */
  readonly clientAddress: string;
  /** The version that `If-Match` names; undefined where the route demands none and any is meant. */
  readonly expectedVersion: R['concurrency'] extends 'if-match' ? number : number | undefined;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The request's event, from which `public-url.ts` makes the addresses that outsiders are told. */
  readonly reached: Reached;
  readonly mediaType: string;
  rawBody(): Buffer;
  /** Says how to find out whom a request without a caller is about, for the trail, if it is refused. */
  claim(of: () => Promise<Claim>): void;
  tenantTx<T, N = never>(work: Work<T, N, TenantTx>, options?: WriteOptions<T>): Promise<T | N>;
  serializableTx<T, N = never>(work: Work<T, N, SerializableTx>, options?: WriteOptions<T>): Promise<T | N>;
  /** @param as another actor than the caller, see {@link actingOn} */
  tenantRead<T>(work: (read: TenantRead) => Promise<T>, as?: Actor): Promise<T>;
}

export type Run<R extends RouteSpec> = (
  request: HttpRequest<R>,
) => Promise<Answer<R> | Reply<Answer<R> | string>>;

/** Completes an answer as it leaves, see `present.ts`. */
export type Complete = (answered: APIGatewayProxyResult, actor: Actor) => Promise<APIGatewayProxyResult>;

/** Leaves time to render an answer before the function's own timeout. */
const DEADLINE_MARGIN_MS = 1_500;

/**
 * The one HTTP stack: instrumented → observe → problems → refusals → authenticate → authorize → parse → idempotent → respond. Middy runs `onError` of
 * the last used first, so every error is rendered before the answer is observed.
 * @param fingerprint of bodies with a secret in them: by a key that the database doesn't hold
 */
export function http<const R extends RouteSpec>(
  route: R,
  run: Run<R>,
  complete?: Complete,
  fingerprint?: Fingerprint,
) {
  const stack = middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context>()
    .use(observe(route))
    .use(problems(route))
    .use(refusals(route))
    .handler(async (event, context) => {
      const headers = headersOf(event);
      const requestId = requestIdFrom(headers.get('x-request-id'));
      const principal = authenticate(route, event, headers);
      const received = { event, context, headers, requestId, principal, fingerprint };
      await refuseUncounted();
      if (principal === undefined) {
        await countAlone();
        return answerAt(baseOf(event), await answer(route, run, received));
      }
      const actor = actorOf(route, principal, requestId);
      const answerCaller = async () => {
        await authorize(route, principal, originOf(event).sourceIp);
        const answered = await answer(route, run, received);
        if (principal.actorTenantId !== undefined)
          return answerAt(
            baseOf(event),
            await (await import('./break-glass.ts')).asSeen(answered, { event, route, actor }),
          );
        return answerAt(baseOf(event), complete ? await complete(answered, actor) : answered);
      };
      return asRequest(() => tenantStatements(actor, []), answerCaller, isOfTheRequest);
    });
  return instrumented(route, (event, context) =>
    fromOrigin(originOf(event), () => limited(route, event, () => stack(event, context))),
  );
}

async function answer<const R extends RouteSpec>(
  route: R,
  run: Run<R>,
  received: Received,
): Promise<APIGatewayProxyResult> {
  const { event, context, headers, requestId, principal } = received;
  const parsed = parseRequest(route, event, headers);
  const key =
    idempotencyOf(route) === 'none' ? undefined : idempotencyKeyFrom(headers.get('idempotency-key'));
  if (idempotencyOf(route) === 'required' && key === undefined) {
    throw new DomainError(
      'idempotency-key-required',
      'Send a unique Idempotency-Key, and the same one when you retry.',
    );
  }
  const respond = async (store?: IdempotencyStore): Promise<APIGatewayProxyResult> => {
    const request = toRequest(route, { ...received, parsed, store });
    const result = await run(request as HttpRequest<R>);
    const query = parsed.query as { total_count?: boolean } | undefined;
    if (query?.total_count !== true) return renderReply(route, result, parsed.params);
    // Loaded by the requests that count.
    const { withCount } = await import('./count-list.ts');
    const counted = await withCount(result, query, (first, through) =>
      run(
        toRequest(route, {
          ...received,
          parsed: { ...parsed, query: first },
          store,
          through,
        }) as HttpRequest<R>,
      ),
    );
    return renderReply(route, counted, parsed.params);
  };
  if (key === undefined || principal === undefined) return respond();
  const payload = JSON.stringify([
    event.path,
    event.multiValueQueryStringParameters,
    bodyBytes(event).toString('base64'),
  ]);
  // Loaded by the requests that bring a key: it is a tenth of a function's code.
  const { idempotent } = await import('#platform/idempotency/idempotent.ts');
  const caller = actorOf(route, principal, requestId);
  const { operationId } = route;
  return idempotent(
    { caller, operationId, key, payload, context, fingerprint: received.fingerprint },
    respond,
  );
}

function actorOf(route: RouteSpec, principal: Principal, requestId: string): Actor {
  // An operator acts for a tenant because it is suspended.
  const writes = route.audit !== undefined && principal.acts === undefined;
  const standing = principal.acts === undefined ? {} : ({ allowSuspended: true } as const);
  return { ...principal, ...standing, requestId, ...(writes ? { writes } : {}) };
}

/** Tells whether an error is one of the request's, which a caller without standing doesn't learn of. Their quota is their own. */
function isOfTheRequest(error: unknown): boolean {
  return (
    error instanceof DomainError &&
    error.slug !== 'temporarily-unavailable' &&
    error.slug !== 'too-many-requests'
  );
}

interface Received {
  readonly event: APIGatewayProxyEvent;
  readonly context: Context;
  readonly headers: Map<string, string[]>;
  readonly requestId: string;
  readonly principal: Principal | undefined;
  readonly fingerprint: Fingerprint | undefined;
}

interface Parts extends Received {
  readonly parsed: { readonly params: unknown; readonly query: unknown; readonly body: unknown };
  readonly store: IdempotencyStore | undefined;
  /** Set where the list is only counted. */
  readonly through?: Through;
}

function toRequest(route: RouteSpec, parts: Parts): HttpRequest<RouteSpec> {
  const { event, context, headers, requestId, principal, parsed, store, through } = parts;
  const actor = principal && actorOf(route, principal, requestId);

  const write = async <T, N = never>(
    work: Work<T, N, TenantTx>,
    options: WriteOptions<T> = {},
  ): Promise<T | N> => {
    const action = options.action ?? route.audit;
    if (action === undefined)
      throw new Error(`${route.operationId} declares no audit action and may not write`);
    const actionOf = (result: T) => (typeof action === 'function' ? action(result) : action);
    let entered: AuditAction | undefined;
    const committed = await tenantTx(options.actor ?? actor ?? missingPrincipal(), work, {
      audit: (result) => ({
        action: actionOf(result),
        resource: options.resource?.(result) ?? resourceOf(route, parsed.params, result),
        payload:
          typeof options.payload === 'function'
            ? options.payload(result)
            : (options.payload ?? { ...idsOf(parsed.params), ...(parsed.body as object) }),
      }),
      ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
      lockFirst: options.lockFirst,
      complete: (result) => {
        entered = actionOf(result);
        return options.isPart ? undefined : store?.completion(renderReply(route, result, parsed.params));
      },
      retryForMs: Math.max(0, context.getRemainingTimeInMillis() - DEADLINE_MARGIN_MS),
    } satisfies TenantTxOptions<T>);
    if (entered !== undefined) countSecurity(entered);
    await publishCommitted(committed.events);
    return committed.result;
  };

  return {
    ...(parsed as { params: undefined; query: undefined; body: undefined }),
    get principal() {
      return principal ?? missingPrincipal();
    },
    get actor() {
      return actor ?? missingPrincipal();
    },
    get expectedVersion() {
      return expectedVersion(route, headers.get('if-match'));
    },
    requestId,
    clientAddress: originOf(event).sourceIp,
    headers,
    reached: event,
    mediaType: mediaTypeOf(headers),
    rawBody: () => bodyBytes(event),
    claim: (of) => noteClaim(event, of),
    tenantTx: write,
    serializableTx: (work, options) =>
      write(work as Work<never, never, TenantTx>, { ...options, isolation: 'serializable' } as never),
    tenantRead: (work, as = actor) =>
      tenantRead(as ?? missingPrincipal(), work, through ? undefined : disclosureOf(route, parsed), through),
  };
}

function originOf(event: APIGatewayProxyEvent): Origin {
  const headers = headersOf(event);
  return {
    sourceIp: clientAddressOf(headers, event.requestContext.identity.sourceIp),
    userAgent: headers.get('user-agent')?.join(),
    reached: event.requestContext.domainName + baseOf(event),
  };
}

function missingPrincipal(): never {
  throw new Error('a public route has no principal');
}

/**
 * Returns `shareholders/<id of the answer, or of the path>`. The name of the objects stands before the id: `/proxy/meetings/{id}/report` is of
 * `meetings`, and so is what `/proxy/meetings` creates.
 */
function resourceOf(route: RouteSpec, params: unknown, result: unknown): string {
  const named = /([\w-]+)\/\{id\}/.exec(route.path + route.location);
  const collection = named?.[1]?.toLowerCase() ?? route.path.split('/')[1] ?? '';
  const body = (isReply(result) ? result.body : result) as { id?: unknown } | undefined;
  const id = (params as { id?: unknown }).id ?? body?.id;
  return typeof id === 'string' ? `${collection}/${id}` : collection;
}

function disclosureOf(route: RouteSpec, { params, query }: Parts['parsed']): Disclosure | undefined {
  if (route.discloses === undefined) return undefined;
  const { limit, cursor, total_count, ...filters } = (query ?? {}) as Readonly<Record<string, unknown>>;
  return {
    resource: resourceOf(route, params ?? {}, undefined),
    payload: { operation: route.operationId, filters, further_page: cursor !== undefined },
    limit: limit as number | undefined,
  };
}

const ETAG = /^"(\d{1,9})"$/;

function expectedVersion(
  { concurrency }: RouteSpec,
  sent: readonly string[] | undefined,
): number | undefined {
  if (concurrency !== 'if-match' && (sent === undefined || sent.join() === '*')) return undefined;
  if (sent === undefined) {
    throw new DomainError(
      'precondition-required',
      'Send If-Match with the ETag of the version that you read.',
    );
  }
  const version = sent.length === 1 ? ETAG.exec(sent[0]?.trim() ?? '')?.[1] : undefined;
  if (version === undefined)
    throw new DomainError('precondition-failed', 'If-Match is not an ETag of this resource.');
  return Number(version);
}

/** The tenant whose data a path's `{id}` names, for operators who act on other tenants. */
export function actingOn(actor: Actor, tenantId: TenantId): Actor {
  return { ...actor, tenantId, actorTenantId: actor.tenantId };
}
