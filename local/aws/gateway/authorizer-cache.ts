import type { FunctionPool } from '#aws/functions/function-pool.ts';
import type { AuthorizerSpec } from './api-definition.ts';
import type { ResponseType } from './gateway-responses.ts';
import { type ClientRequest, valuesOf } from './proxy-event.ts';

export type Verdict =
  | { readonly allowed: true; readonly context: Readonly<Record<string, string>> }
  | { readonly allowed: false; readonly type: ResponseType };

interface Policy {
  readonly statements: readonly { readonly effect: string; readonly resources: readonly RegExp[] }[];
  readonly context: Readonly<Record<string, string>>;
  readonly expiresMs: number;
}

/** API Gateway keeps policies per token; this bounds what tokens that are seen once leave behind. */
const CACHE_ENTRIES = 10_000;

/** Asks a request authorizer and keeps its policies, as long as the API says, by the values of its identity sources. */
export class AuthorizerCache {
  #pool: FunctionPool;
  #policies = new Map<string, Policy>();
  #asking = new Map<string, Promise<Policy | ResponseType>>();

  constructor(pool: FunctionPool) {
    this.#pool = pool;
  }

  async authorize(
    spec: AuthorizerSpec,
    request: ClientRequest,
    methodArn: string,
    event: () => object,
  ): Promise<Verdict> {
    // Every value counts: a second Authorization header must not find the policy of the first one.
    const identity = spec.identityHeaders.map((name) => valuesOf(request.headers, name));
    if (identity.some((values) => values.every((value) => value === '')))
      return { allowed: false, type: 'UNAUTHORIZED' };
    const key = JSON.stringify([spec.functionName, ...identity]);
    const policy =
      this.#cached(key) ?? (await this.#askOnce(key, spec, { type: 'REQUEST', methodArn, ...event() }));
    if (typeof policy === 'string') return { allowed: false, type: policy };
    return allows(policy, methodArn)
      ? { allowed: true, context: policy.context }
      : { allowed: false, type: 'ACCESS_DENIED' };
  }

  #cached(key: string): Policy | undefined {
    const policy = this.#policies.get(key);
    if (policy === undefined || policy.expiresMs > Date.now()) return policy;
    this.#policies.delete(key);
    return undefined;
  }

  /** Requests that arrive together with one token share one call. */
  async #askOnce(key: string, spec: AuthorizerSpec, event: object): Promise<Policy | ResponseType> {
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking;
    const answer = this.#ask(spec, event);
    this.#asking.set(key, answer);
    const policy = await answer;
    this.#asking.delete(key);
    if (typeof policy !== 'string' && spec.cacheSeconds > 0) {
      const [oldest] = this.#policies.keys();
      if (this.#policies.size >= CACHE_ENTRIES && oldest !== undefined) this.#policies.delete(oldest);
      this.#policies.set(key, policy);
    }
    return policy;
  }

  async #ask(spec: AuthorizerSpec, event: object): Promise<Policy | ResponseType> {
    const answer = await this.#pool.invoke(spec.functionName, JSON.stringify(event));
    if (!answer.ok)
      return answer.error.errorMessage === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE';
    return parsePolicy(answer.payload, spec.cacheSeconds) ?? 'AUTHORIZER_CONFIGURATION_ERROR';
  }
}

interface AuthorizerAnswer {
  readonly principalId?: unknown;
  readonly policyDocument?: {
    readonly Statement?: readonly {
      readonly Action?: string | string[];
      readonly Effect?: string;
      readonly Resource?: string | string[];
    }[];
  };
  readonly context?: Readonly<Record<string, unknown>>;
}

function parsePolicy(payload: string, cacheSeconds: number): Policy | undefined {
  const answer = JSON.parse(payload) as AuthorizerAnswer | null;
  const statements = answer?.policyDocument?.Statement;
  const context = Object.entries(answer?.context ?? {});
  if (typeof answer?.principalId !== 'string' || !Array.isArray(statements)) return undefined;
  if (context.some(([, value]) => typeof value === 'object')) return undefined;
  return {
    statements: statements
      .filter(({ Action = [] }) =>
        [Action].flat().some((action) => wildcard(action).test('execute-api:Invoke')),
      )
      .map(({ Effect = 'Deny', Resource = [] }) => ({
        effect: Effect,
        resources: [Resource].flat().map(wildcard),
      })),
    context: {
      ...Object.fromEntries(context.map(([name, value]) => [name, String(value)])),
      principalId: answer.principalId,
    },
    expiresMs: Date.now() + cacheSeconds * 1000,
  };
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'is');
}

function allows({ statements }: Policy, methodArn: string): boolean {
  const effects = statements
    .filter(({ resources }) => resources.some((resource) => resource.test(methodArn)))
    .map(({ effect }) => effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}
