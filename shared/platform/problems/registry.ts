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
  'invalid-signature': { status: 401, title: 'The signature is not valid' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  'tenant-suspended': { status: 403, title: 'The tenant is suspended' },
  'actor-disabled': { status: 403, title: 'The user is disabled' },
  'four-eyes': { status: 403, title: 'Another person must decide' },
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
  'tenant-link-exists': { status: 409, title: 'The sponsor is linked already' },
  'plan-exists': { status: 409, title: 'The employee has an active plan of this type' },
  'plan-terminated': { status: 409, title: 'The plan is terminated' },
  'contribution-reversed': { status: 409, title: 'The contribution has been taken back' },
  'contribution-key-used': {
    status: 409,
    title: 'The Idempotency-Key entered another contribution to the plan',
  },
  'payment-ordered': { status: 409, title: 'The payment has been ordered or is over' },
  'payment-decided': { status: 409, title: 'The payment does not wait for approval' },
  'payment-not-released': { status: 409, title: 'The payment has not been sent to the bank' },
  'dividend-not-payable': { status: 409, title: 'The dividend cannot be paid in its state' },
  'precondition-failed': { status: 412, title: 'The resource has changed since it was read' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type of the body is not supported' },
  'not-acceptable': { status: 406, title: 'None of the accepted media types can be produced' },
  'validation-failed': { status: 422, title: 'The request is not valid' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used with another request' },
  'insufficient-position': { status: 422, title: 'The position is smaller than the quantity' },
  'shareholder-not-linked': { status: 422, title: 'The shareholder is not one that this sponsor may name' },
  'currency-mismatch': { status: 422, title: 'The currency is not that of what is paid' },
  'contribution-limit-exceeded': { status: 422, title: 'The contribution would exceed a legal limit' },
  'vested-balance-exceeded': { status: 422, title: 'More than the vested balance of the plan' },
  'kyc-required': { status: 422, title: 'The payee is not verified' },
  'bank-account-required': { status: 422, title: 'The payee has no bank account that can be paid into' },
  'bank-account-blocked': { status: 422, title: 'The bank account cannot be paid into' },
  'channel-unavailable': { status: 422, title: 'Payments cannot take this way' },
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
