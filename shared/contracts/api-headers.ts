/** A browser app may read these of an answer, beside its body; everything else in it is for machines between. */
export const EXPOSED_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Traceparent',
  'WWW-Authenticate',
  'X-As-Of',
  'X-Holders',
  'X-Known-At',
  'X-Request-Id',
  'X-Total-Holdings',
] as const;

/** A browser app may send these beside the headers that every page may. */
export const ACCEPTED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'Traceparent',
  'X-Request-Id',
] as const;
