import type { ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';

export interface ProxyAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string | string[]])[];
  readonly body: string;
  readonly isBase64: boolean;
}

const FIELDS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];

/** `undefined` for what API Gateway calls a malformed Lambda proxy response. */
export function parseProxyAnswer(payload: string): ProxyAnswer | undefined {
  const answer: unknown = JSON.parse(payload);
  if (!isJsonObject(answer) || Object.keys(answer).some((name) => !FIELDS.includes(name))) return undefined;
  const status = Number(answer.statusCode);
  const { body = '', isBase64Encoded = false } = answer;
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if ((typeof body !== 'string' && body !== null) || typeof isBase64Encoded !== 'boolean') return undefined;
  const single = Object.entries((answer.headers ?? {}) as JsonObject).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const multi = Object.entries((answer.multiValueHeaders ?? {}) as Record<string, unknown[]>).map(
    ([name, values]) => [name, values.map(String)] as const,
  );
  return { status, headers: [...single, ...multi], body: body ?? '', isBase64: isBase64Encoded };
}

/** Throws when a header is none; nothing has been sent then. */
export function sendProxyAnswer(response: ServerResponse, answer: ProxyAnswer, decodes: boolean): void {
  const body = Buffer.from(answer.body, answer.isBase64 && decodes ? 'base64' : 'utf8');
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (answer.status !== 204 && answer.status !== 304) response.setHeader('content-length', body.length);
  if (!response.hasHeader('content-type') && body.length > 0)
    response.setHeader('content-type', 'application/json');
  response.writeHead(answer.status);
  response.end(body);
}
