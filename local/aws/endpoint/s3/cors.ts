import { AwsError } from '../aws-error.ts';

/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  /** Each may hold one `*`, which stands for any text. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Lower-case names; each may hold one `*`. */
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

interface BrowserRequest {
  readonly method: string;
  /** The origin of the page, which browsers send with it. */
  readonly origin: string | undefined;
  /** The method and headers for which a preflight asks. */
  readonly requestedMethod: string | undefined;
  readonly requestedHeaders: string | undefined;
}

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** Says whether a request is a browser's question whether a page may send another one; it is never signed. */
export function isPreflight({ method, origin, requestedMethod }: BrowserRequest): boolean {
  return method === 'OPTIONS' && origin !== undefined && requestedMethod !== undefined;
}

/**
 * Returns the headers by which S3 lets a page read an answer, or send what its preflight asks for. No rule, no headers: the browser then
 * keeps the answer from the page.
 */
export function corsHeaders(rules: readonly CorsRule[], request: BrowserRequest): Record<string, string> {
  const { origin } = request;
  if (origin === undefined) return {};
  const method = isPreflight(request) ? (request.requestedMethod ?? '') : request.method;
  const names = (request.requestedHeaders ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  const rule = rules.find(
    (candidate) =>
      candidate.methods.includes(method) &&
      candidate.origins.some((pattern) => fits(pattern, origin)) &&
      (!isPreflight(request) ||
        names.every((name) => candidate.headers.some((pattern) => fits(pattern, name)))),
  );
  if (rule === undefined) return {};
  return {
    'Access-Control-Allow-Origin': rule.origins.includes('*') ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    ...(names.length === 0 ? {} : { 'Access-Control-Allow-Headers': names.join(', ') }),
    ...(rule.exposed.length === 0 ? {} : { 'Access-Control-Expose-Headers': rule.exposed.join(', ') }),
    ...(rule.maxAgeSeconds === undefined ? {} : { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
    Vary: VARY,
  };
}

/** Returns the refusal of a preflight that no rule allows. */
export function refusedPreflight(rules: readonly CorsRule[]): AwsError {
  return new AwsError(
    'AccessForbidden',
    403,
    rules.length === 0
      ? 'CORSResponse: CORS is not enabled for this bucket.'
      : 'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource’s CORS spec.',
  );
}

function fits(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
