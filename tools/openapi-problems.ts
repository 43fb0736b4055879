import { type ProblemSlug, problemRegistry, problemType } from '#contracts/problems.ts';
import { idempotencyOf, ifMatchOf, type RouteSpec } from '#platform/http/route.ts';

type Json = Record<string, unknown>;

export const PROBLEM_SCHEMAS: Readonly<Record<string, Json>> = {
  FieldError: {
    type: 'object',
    properties: {
      pointer: {
        type: 'string',
        description: 'A JSON pointer into the body, `?name` for a query parameter, or `/path/name`.',
        examples: ['/email'],
      },
      code: { type: 'string', examples: ['invalid-format'] },
      message: { type: 'string', examples: ['must be an email address'] },
    },
    required: ['pointer', 'code', 'message'],
  },
  Problem: {
    type: 'object',
    description: 'A problem document (RFC 9457). `type` is stable: distinguish problems by it.',
    properties: {
      type: { type: 'string', pattern: '^/problems/[a-z-]+$' },
      title: { type: 'string' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { type: 'string', description: 'An explanation for a person.' },
      instance: { type: 'string', description: 'An identifier of the request, for support.' },
      errors: { type: 'array', items: { $ref: '#/components/schemas/FieldError' } },
    },
    required: ['type', 'title', 'status', 'detail', 'instance'],
  },
};

/** Every problem that a route can answer, its own and those that come with what it is. */
function problemsOf(route: RouteSpec): Set<ProblemSlug> {
  const slugs = new Set<ProblemSlug>(['malformed-request', 'validation-failed']);
  const add = (when: boolean, ...added: ProblemSlug[]) => {
    if (when) for (const slug of added) slugs.add(slug);
  };
  const idempotency = idempotencyOf(route);
  add(idempotency === 'required', 'idempotency-key-required');
  add(idempotency !== 'none', 'request-in-progress', 'idempotency-key-reused');
  add(route.roles !== 'PUBLIC', 'unauthenticated');
  add(route.roles !== 'PUBLIC' && route.tenants?.join() !== 'PLATFORM', 'network-not-allowed');
  // The firewall answers it too, to any caller.
  add(true, 'forbidden');
  add(/\{(\w+_)?id\}/.test(route.path), 'not-found');
  add(ifMatchOf(route) !== 'none', 'precondition-failed');
  add(ifMatchOf(route) === 'required', 'precondition-required');
  add(route.body !== undefined, 'payload-too-large', 'unsupported-media-type');
  add(true, ...route.problems);
  add(true, 'too-many-requests', 'internal-error', 'temporarily-unavailable', 'gateway-timeout');
  return slugs;
}

/** The problem responses of the contract. Those with the same problems are one component. */
export class ProblemResponses {
  #components = new Map<string, Json>();

  /** The components by name, in alphabetical order. */
  get components(): Record<string, Json> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The responses of a route, by status. */
  of(route: RouteSpec): Record<string, Json> {
    const slugs = [...problemsOf(route)].sort();
    const byStatus = Map.groupBy(slugs, (slug) => problemRegistry[slug].status);
    return Object.fromEntries([...byStatus].map(([status, group]) => [status, this.#reference(group)]));
  }

  #reference(slugs: readonly ProblemSlug[]): Json {
    const name = slugs.map(pascalCase).join('Or');
    if (!this.#components.has(name)) this.#components.set(name, response(slugs));
    return { $ref: `#/components/responses/${name}` };
  }
}

/** Headers beside the request's id, by status. */
const HEADERS: Readonly<Record<number, Json>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' } },
  429: {
    'Retry-After': { $ref: '#/components/headers/RetryAfter' },
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  },
  503: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
};

function response(slugs: readonly ProblemSlug[]): Json {
  const status = problemRegistry[slugs[0] as ProblemSlug].status;
  return {
    description: slugs.map((slug) => `\`${slug}\`: ${problemRegistry[slug].title}.`).join('\n\n'),
    headers: { 'X-Request-ID': { $ref: '#/components/headers/RequestId' }, ...HEADERS[status] },
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(slugs.map((slug) => [slug, { value: example(slug) }])),
      },
    },
  };
}

function example(slug: ProblemSlug): Json {
  const { status, title } = problemRegistry[slug];
  const errors = [{ pointer: '/email', code: 'invalid-format', message: 'must be an email address' }];
  return {
    type: problemType(slug),
    title,
    status,
    detail: slug === 'validation-failed' ? '/email must be an email address.' : `${title}.`,
    instance: 'urn:vestry:request:5f0c6d1e-8a55-4f0e-9d0b-2f6f3c1c7a10',
    ...(slug === 'validation-failed' ? { errors } : {}),
  };
}

/** `not-found` → `NotFound`. */
function pascalCase(slug: string): string {
  return slug.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
