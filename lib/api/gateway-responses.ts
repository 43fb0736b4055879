import { ANSWER_HEADERS } from '#contracts/answer-headers.ts';
import { type ProblemSlug, problemRegistry, problemType } from '#contracts/problems.ts';

interface GatewayResponse {
  readonly statusCode: number;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

interface Refusal {
  readonly slug: ProblemSlug;
  readonly detail: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

const UNAUTHENTICATED: Refusal = {
  slug: 'unauthenticated',
  detail: 'Send a valid access token: Authorization: Bearer TOKEN.',
  headers: { 'WWW-Authenticate': 'Bearer' },
};
const FORBIDDEN: Refusal = { slug: 'forbidden', detail: 'The request is not allowed.' };
const THROTTLED: Refusal = {
  slug: 'too-many-requests',
  detail: 'Wait a moment before the next request.',
  headers: { 'Retry-After': '1' },
};
const UNAVAILABLE: Refusal = {
  slug: 'temporarily-unavailable',
  detail: 'Try again in a moment.',
  headers: { 'Retry-After': '2' },
};

/** The problems that API Gateway answers by itself, by its own names of the cases. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  UNAUTHORIZED: UNAUTHENTICATED,
  MISSING_AUTHENTICATION_TOKEN: UNAUTHENTICATED,
  EXPIRED_TOKEN: UNAUTHENTICATED,
  ACCESS_DENIED: FORBIDDEN,
  WAF_FILTERED: FORBIDDEN,
  RESOURCE_NOT_FOUND: { slug: 'not-found', detail: 'There is nothing at this path.' },
  REQUEST_TOO_LARGE: {
    slug: 'payload-too-large',
    detail:
      'The body is too large. A file of more than 4.5 MB is announced as JSON, and PUT where the answer says: see POST /uploads.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    slug: 'unsupported-media-type',
    detail: 'The media type of the body is not supported.',
  },
  THROTTLED,
  QUOTA_EXCEEDED: THROTTLED,
  // The authorizer failed, which says nothing about the token.
  AUTHORIZER_FAILURE: UNAVAILABLE,
  INTEGRATION_FAILURE: UNAVAILABLE,
  INTEGRATION_TIMEOUT: {
    slug: 'gateway-timeout',
    detail: 'The request may have been carried out: look before you repeat it.',
  },
  DEFAULT_4XX: { slug: 'malformed-request', detail: 'The request could not be read.' },
  DEFAULT_5XX: { slug: 'internal-error', detail: 'Quote the request id to support.' },
};

/** `x-amazon-apigateway-gateway-responses`: every refusal of API Gateway as a problem document. */
export function gatewayResponses(corsOrigins: readonly string[]): Record<string, GatewayResponse> {
  const cors = corsParameters(corsOrigins);
  return Object.fromEntries(Object.entries(REFUSALS).map(([name, refusal]) => [name, render(refusal, cors)]));
}

/**
 * A page has to see that its token has expired. A gateway response can't choose between origins, so that with several the page's own is
 * named, whichever it is: a refusal holds nothing of anybody, and no answer of a function is let out like this.
 */
function corsParameters([origin, ...others]: readonly string[]): Record<string, string> {
  if (origin === undefined) return {};
  const isOne = others.length === 0 && !origin.endsWith('*');
  return {
    'gatewayresponse.header.Vary': "'Origin'",
    'gatewayresponse.header.Access-Control-Allow-Origin': isOne
      ? `'${origin}'`
      : 'method.request.header.Origin',
    'gatewayresponse.header.Access-Control-Expose-Headers': "'Retry-After, WWW-Authenticate, X-Request-Id'",
  };
}

function render({ slug, detail, headers }: Refusal, cors: Readonly<Record<string, string>>): GatewayResponse {
  const { status, title } = problemRegistry[slug];
  const problem = {
    type: problemType(slug),
    title,
    status,
    detail,
    instance: 'urn:vestry:request:$context.requestId',
  };
  const constants = Object.entries({
    'Content-Type': 'application/problem+json',
    ...ANSWER_HEADERS,
    ...headers,
  }).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]);
  return {
    statusCode: status,
    responseParameters: {
      ...Object.fromEntries(constants),
      ...cors,
      'gatewayresponse.header.X-Request-Id': 'context.requestId',
    },
    // The key is what an `Accept` of anything selects; the header above names the real type.
    responseTemplates: { 'application/json': JSON.stringify(problem) },
  };
}
