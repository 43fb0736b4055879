import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import { type ClientRequest, valuesOf } from './proxy-event.ts';

/** API Gateway's response types that can arise here, with their statuses when the API sets none. */
const STATUSES = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  BAD_REQUEST_BODY: 400,
  DEFAULT_4XX: 400,
  DEFAULT_5XX: 500,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  MISSING_AUTHENTICATION_TOKEN: 403,
  REQUEST_TOO_LARGE: 413,
  UNAUTHORIZED: 401,
} as const;

export type ResponseType = keyof typeof STATUSES;

const MESSAGES: Readonly<Partial<Record<ResponseType, string>>> = {
  ACCESS_DENIED: 'User is not authorized to access this resource',
  INTEGRATION_TIMEOUT: 'Endpoint request timed out',
  MISSING_AUTHENTICATION_TOKEN: 'Missing Authentication Token',
  REQUEST_TOO_LARGE: 'Request Too Long',
  UNAUTHORIZED: 'Unauthorized',
  BAD_REQUEST_BODY: 'Bad Request',
};

export interface RenderedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Definition {
  readonly status: number | undefined;
  readonly contentType: string;
  readonly template: string;
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';
const HEADER_PREFIX = 'gatewayresponse.header.';
const VARIABLE = /\$context\.([A-Za-z.]+[A-Za-z])/g;
const REQUEST_HEADER = /^method\.request\.header\.([\w-]+)$/;
const KNOWN_VARIABLES = new Set([
  'error.message',
  'error.messageString',
  'error.responseType',
  'extendedRequestId',
  'httpMethod',
  'path',
  'requestId',
  'stage',
]);

/** The answers that API Gateway gives itself, as `x-amazon-apigateway-gateway-responses` shapes them. */
export class GatewayResponses {
  #definitions = new Map<string, Definition>();

  constructor(definitions: JsonObject, api: string) {
    for (const [type, definition] of Object.entries(definitions)) {
      if (!isJsonObject(definition))
        throw new StartError(`${api}: gateway response ${type} is not an object`);
      this.#definitions.set(type, parse(type, definition, api));
    }
  }

  /** `status` stands when neither the type nor its default sets one. */
  render(
    type: ResponseType,
    context: Pick<ClientRequest, 'requestId' | 'fullPath' | 'method' | 'headers'>,
    status: number = STATUSES[type],
  ): RenderedResponse {
    const fallback = this.#definitions.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
    const own = this.#definitions.get(type);
    const { contentType, template, headers } = own ?? fallback ?? DEFAULT;
    const message = MESSAGES[type] ?? (status < 500 ? 'Bad Request' : 'Internal server error');
    const values: Record<string, string> = {
      'error.message': message,
      'error.messageString': JSON.stringify(message),
      'error.responseType': type,
      extendedRequestId: context.requestId,
      httpMethod: context.method,
      // Rendered into JSON text, where a quote from the client must not end a string.
      path: JSON.stringify(context.fullPath).slice(1, -1),
      requestId: context.requestId,
      stage: 'live',
    };
    const fill = (text: string): string => text.replace(VARIABLE, (_, name: string) => values[name] ?? '');
    const filled: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      const sent = REQUEST_HEADER.exec(value)?.[1];
      const rendered = sent === undefined ? fill(value) : valuesOf(context.headers, sent.toLowerCase())[0];
      // A header of the request that wasn't sent leaves nothing, as on API Gateway.
      if (rendered !== undefined) filled[name] = rendered;
    }
    return {
      status: own?.status ?? fallback?.status ?? status,
      headers: { 'content-type': contentType, ...filled },
      body: fill(template),
    };
  }
}

const DEFAULT: Definition = {
  status: undefined,
  contentType: 'application/json',
  template: DEFAULT_TEMPLATE,
  headers: {},
};

function parse(type: string, definition: JsonObject, api: string): Definition {
  const templates = Object.entries((definition.responseTemplates ?? {}) as Record<string, string>);
  const [contentType, template] =
    templates.find(([name]) => name === 'application/json') ?? templates[0] ?? [];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(
    (definition.responseParameters ?? {}) as Record<string, string>,
  )) {
    const literal =
      /^'(.*)'$/s.exec(value)?.[1] ??
      (/^context\.[\w.]+$/.test(value) ? `$${value}` : REQUEST_HEADER.exec(value)?.[0]);
    if (!name.startsWith(HEADER_PREFIX) || literal === undefined)
      throw new StartError(`${api}: gateway response ${type}: the parameter ${name} is not implemented`);
    headers[name.slice(HEADER_PREFIX.length).toLowerCase()] = literal;
  }
  for (const text of [template ?? '', ...Object.values(headers)])
    checkTemplate(text, `${api}: gateway response ${type}`);
  return {
    status: definition.statusCode === undefined ? undefined : Number(definition.statusCode),
    contentType: contentType ?? 'application/json',
    template: template ?? DEFAULT_TEMPLATE,
    headers,
  };
}

/** Only variables are filled in: another construct of the template language would come out verbatim. */
function checkTemplate(text: string, where: string): void {
  const unknown = [...text.matchAll(VARIABLE)].find(([, name]) => !KNOWN_VARIABLES.has(name ?? ''));
  if (unknown !== undefined) throw new StartError(`${where}: ${unknown[0]} is not implemented`);
  if (/\$(?!context\.)|#[a-z]/.test(text))
    throw new StartError(`${where}: only $context variables are implemented in templates`);
}
