import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { slugOfType } from '#contracts/problem-slug.ts';
import { isCanary } from '#platform/canary.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const MEDIA_TYPE = 'application/scim+json';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The codes of RFC 7644, 3.12, with which errors of this room are made. */
const SCIM_TYPES: ReadonlySet<string> = new Set([
  'invalidFilter',
  'invalidPath',
  'invalidSyntax',
  'invalidValue',
  'noTarget',
  'tooMany',
]);

interface Problem {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly code: string; readonly pointer: string; readonly message: string }[];
}

/**
 * Lets a route speak SCIM: its bodies are JSON under another media type, and its problems the errors of RFC 7644, 3.12. The problem's own
 * members stay beside them.
 */
export function scimAnswers(handler: Handler): Handler {
  return async (event, context) => {
    if (isCanary(event)) return handler(event, context);
    const answer = await handler(withJson(event), context);
    const headers = { ...answer.multiValueHeaders, 'content-type': [MEDIA_TYPE] };
    if (answer.statusCode === 204) return answer;
    const statusCode = answer.statusCode === 422 ? 400 : answer.statusCode;
    // HEAD has no body that could be worded.
    if (statusCode < 400 || answer.body === '') return { ...answer, statusCode, multiValueHeaders: headers };
    const problem = JSON.parse(answer.body) as Problem;
    const type = scimTypeOf(problem);
    const [first] = problem.errors ?? [];
    const detail = first === undefined ? problem.detail : `${first.pointer} ${first.message}`;
    const body = {
      schemas: [ERROR],
      ...problem,
      detail,
      status: String(statusCode),
      ...(type === undefined ? {} : { scimType: type }),
    };
    return { ...answer, statusCode, multiValueHeaders: headers, body: JSON.stringify(body) };
  };
}

function scimTypeOf({ type, status, errors = [] }: Problem): string | undefined {
  const slug = slugOfType(type);
  if (slug === 'user-exists' || slug === 'conflict') return 'uniqueness';
  if (slug === 'malformed-request') return 'invalidSyntax';
  if (status !== 422) return undefined;
  const code = errors[0]?.code ?? '';
  if (SCIM_TYPES.has(code)) return code;
  return errors[0]?.pointer === '?filter' ? 'invalidFilter' : 'invalidValue';
}

function withJson(event: APIGatewayProxyEvent): APIGatewayProxyEvent {
  const headers = Object.entries(event.multiValueHeaders ?? {}).map(([name, values = []]) => [
    name,
    name.toLowerCase() === 'content-type'
      ? values.map((value) => value.replace(/^application\/scim\+json/i, 'application/json'))
      : values,
  ]);
  return { ...event, multiValueHeaders: Object.fromEntries(headers) };
}
