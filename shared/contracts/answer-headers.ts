/** Lets an answer that is data load, run, frame and submit nothing, whatever somebody makes a browser take it for. Pages send policies of their own. */
export const POLICY_OF_DATA =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The headers of every answer and every file of ours. */
export const COMMON_HEADERS = {
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** The headers of every answer of the API, problems and the refusals of API Gateway included. */
export const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY_OF_DATA,
  ...COMMON_HEADERS,
} as const;
