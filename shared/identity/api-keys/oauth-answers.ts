import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { slugOfType } from '#contracts/problem-slug.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const ERRORS: Readonly<Record<string, string>> = {
  'invalid-credentials': 'invalid_client',
  'unsupported-grant': 'unsupported_grant_type',
  'tenant-suspended': 'unauthorized_client',
  'network-not-allowed': 'unauthorized_client',
  'too-many-requests': 'temporarily_unavailable',
  'temporarily-unavailable': 'temporarily_unavailable',
  'gateway-timeout': 'temporarily_unavailable',
  'internal-error': 'server_error',
};

/** Words problems as RFC 6749, 5.2, has the errors of a token endpoint. The problem's own members stay beside them. */
export function oauthAnswers(handler: Handler): Handler {
  return async (event, context) => {
    const answer = await handler(event, context);
    // The answer to a canary has no status.
    if (!(answer.statusCode >= 400)) return answer;
    const problem = JSON.parse(answer.body) as { type: string; detail: string };
    const error = ERRORS[slugOfType(problem.type)] ?? 'invalid_request';
    return {
      ...answer,
      multiValueHeaders: {
        ...answer.multiValueHeaders,
        'content-type': ['application/json'],
        pragma: ['no-cache'],
        ...(error === 'invalid_client' ? { 'www-authenticate': ['Basic realm="vestry"'] } : {}),
      },
      body: JSON.stringify({ error, error_description: problem.detail, ...problem }),
    };
  };
}
