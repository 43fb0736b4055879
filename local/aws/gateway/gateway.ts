import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type FunctionPool, LAMBDA_PAYLOAD_BYTES } from '#aws/functions/function-pool.ts';
import type { ApiDefinition, ApiResource, Integration } from './api-definition.ts';
import { AuthorizerCache } from './authorizer-cache.ts';
import type { ResponseType } from './gateway-responses.ts';
import { parseProxyAnswer, sendProxyAnswer } from './proxy-answer.ts';
import { baseEvent, type ClientRequest, clientRequestOf, decodeParameters, valuesOf } from './proxy-event.ts';
import { openStaticSite, type StaticSite } from './static-site.ts';

export interface GatewayOptions {
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly api: ApiDefinition;
  readonly pool: FunctionPool;
  readonly region: string;
  readonly accountId: string;
  /** Files that are served beside the API, see there. @default none */
  readonly site?: StaticSite | undefined;
  /** Answers what is neither the API's nor the site's; says whether it has. @default nothing is answered */
  beside?(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface Gateway {
  readonly port: number;
  /** Takes no more requests and waits for those under way, at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** API Gateway's limit of the request line and all headers together. */
const HEADERS_LIMIT_BYTES = 10_240;

/** Thrown where the gateway answers itself. */
class GatewayRefusal extends Error {
  readonly type: ResponseType;
  readonly status: number | undefined;

  constructor(type: ResponseType, status?: number) {
    super(type);
    this.type = type;
    this.status = status;
  }
}

/** Serves one REST API at `/`, as its custom domain does, and under its stage, as its own address does. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const cache = new AuthorizerCache(options.pool);
  const site = options.site === undefined ? undefined : openStaticSite(options.site);
  const server = createServer(
    { maxHeaderSize: HEADERS_LIMIT_BYTES, keepAliveTimeout: 65_000 },
    (request, response) => {
      const requestId = randomUUID();
      const client = clientRequestOf(request, requestId, options.api.spec.stageName);
      const file = site?.(client.fullPath, client.method);
      if (file !== undefined) {
        response.writeHead(file.status, file.headers).end(file.body);
        return;
      }
      if (options.beside?.(request, response) === true) return;
      response.setHeader('x-amzn-requestid', requestId);
      void serve(options, cache, client, request, response);
    },
  );
  server.on('clientError', (error, socket) => answerBadRequest(options.api, error, socket as Socket));
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: (graceMs) => closeServer(server, graceMs) };
}

async function serve(
  options: GatewayOptions,
  cache: AuthorizerCache,
  client: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await proxy(options, cache, client, request, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    const refusal = error instanceof GatewayRefusal ? error : new GatewayRefusal('DEFAULT_5XX');
    for (const name of response.getHeaderNames())
      if (name !== 'x-amzn-requestid') response.removeHeader(name);
    const rendered = options.api.responses.render(refusal.type, client, refusal.status);
    // Node reads and drops what is left of a refused body, so that the client gets to read the answer.
    response.writeHead(rendered.status, rendered.headers).end(rendered.body);
  }
}

async function proxy(
  { api, pool, region, accountId }: GatewayOptions,
  cache: AuthorizerCache,
  client: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { integration, resource, parameters } = match(api, client);
  const base = decoded(() =>
    baseEvent({
      request: client,
      resourcePath: resource.path,
      parameters: decodeParameters(parameters),
      spec: api.spec,
      accountId,
    }),
  );
  let authorizer: Readonly<Record<string, string>> | undefined;
  if (integration.authorizer !== undefined) {
    const methodArn = `arn:aws:execute-api:${region}:${accountId}:${api.spec.id}/${api.spec.stageName}/${client.method}${client.path}`;
    const verdict = await cache.authorize(integration.authorizer, client, methodArn, () => base);
    if (!verdict.allowed) throw new GatewayRefusal(verdict.type);
    authorizer = verdict.context;
  }
  const body = await readBody(request);
  const isBinary = api.binaryMediaTypes.has(mediaTypeOf(valuesOf(client.headers, 'content-type')[0]));
  const payload = JSON.stringify({
    ...base,
    ...(authorizer === undefined ? {} : { requestContext: { ...base.requestContext, authorizer } }),
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
  });
  if (payload.length * 3 > LAMBDA_PAYLOAD_BYTES && Buffer.byteLength(payload) > LAMBDA_PAYLOAD_BYTES)
    throw new GatewayRefusal('REQUEST_TOO_LARGE');

  const result = await withinTime(integration.timeoutMs, pool.invoke(integration.functionName, payload));
  if (!result.ok) throw new GatewayRefusal('DEFAULT_5XX', 502);
  const answer = parseProxyAnswer(result.payload);
  if (answer === undefined) throw new GatewayRefusal('DEFAULT_5XX', 502);
  // A base64 answer becomes bytes only for a client that asks for a binary type first.
  const accepted = mediaTypeOf(valuesOf(client.headers, 'accept')[0]?.split(',')[0]);
  if (!response.destroyed)
    sendProxyAnswer(response, answer, api.binaryMediaTypes.has(accepted) || api.binaryMediaTypes.has('*/*'));
}

function match(
  api: ApiDefinition,
  { path, method }: ClientRequest,
): { integration: Integration; resource: ApiResource; parameters: Record<string, string> } {
  const found = api.routes.match(path);
  const integration = found && (found.value.methods.get(method) ?? found.value.anyMethod);
  if (integration === undefined) throw new GatewayRefusal('MISSING_AUTHENTICATION_TOKEN');
  return { integration, resource: found?.value as ApiResource, parameters: found?.parameters ?? {} };
}

function decoded<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw error instanceof URIError ? new GatewayRefusal('BAD_REQUEST_BODY') : error;
  }
}

function mediaTypeOf(value: string | undefined): string {
  return (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES)
    throw new GatewayRefusal('REQUEST_TOO_LARGE');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new GatewayRefusal('REQUEST_TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The function goes on after the gateway has given up, as on AWS. */
function withinTime<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new GatewayRefusal('INTEGRATION_TIMEOUT')), timeoutMs);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A request that the HTTP parser refused: it never reached a route, but is answered like the others. */
function answerBadRequest(api: ApiDefinition, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const { headers, body } = api.responses.render(
    'DEFAULT_4XX',
    { requestId: randomUUID(), fullPath: '', method: '', headers: {} },
    status,
  );
  const reason = status === 431 ? 'Request Header Fields Too Large' : 'Bad Request';
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  server.close();
  server.closeIdleConnections();
  await once(server, 'close');
  clearTimeout(timer);
}
