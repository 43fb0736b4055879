/**
 * Every problem the API can answer (RFC 9457): slug → status and title. The `type` is `urn:vestry:problem:<slug>`.
 * A slug is a contract with clients: it is never renamed.
 */
export const problemRegistry = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'idempotency-key-required': { status: 400, title: 'This operation needs an Idempotency-Key header' },
  unauthenticated: { status: 401, title: 'A valid access token is required' },
  'invalid-credentials': { status: 401, title: 'The credentials are not valid' },
  'invalid-refresh-token': { status: 401, title: 'The refresh token is not valid' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  'tenant-suspended': { status: 403, title: 'The tenant is suspended' },
  'actor-disabled': { status: 403, title: 'The user is disabled' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The resource does not support this method' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  'request-in-progress': { status: 409, title: 'A request with this Idempotency-Key is still running' },
  'tenant-exists': { status: 409, title: 'A tenant with this slug exists' },
  'user-exists': { status: 409, title: 'A user with this email exists' },
  'last-admin': { status: 409, title: 'The last active ADMIN must stay one' },
  'shareholder-exists': { status: 409, title: 'A shareholder with this external_ref exists' },
  'shareholder-holds-shares': { status: 409, title: 'A shareholder with holdings cannot be closed' },
  'shareholder-closed': { status: 409, title: 'The shareholder is closed' },
  'precondition-failed': { status: 412, title: 'The resource has changed since it was read' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type of the body is not supported' },
  'not-acceptable': { status: 406, title: 'None of the accepted media types can be produced' },
  'validation-failed': { status: 422, title: 'The request is not valid' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used with another request' },
  'insufficient-position': { status: 422, title: 'The position is smaller than the quantity' },
  'precondition-required': { status: 428, title: 'The request needs an If-Match header' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'temporarily-unavailable': { status: 503, title: 'The service is busy; try again' },
  'gateway-timeout': { status: 504, title: 'The request took too long' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemSlug = keyof typeof problemRegistry;

export function problemType(slug: ProblemSlug): string {
  return `urn:vestry:problem:${slug}`;
}
