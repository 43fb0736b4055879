import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AwsError, notImplemented } from './aws-error.ts';
import { MetricStore } from './cloudwatch/metric-store.ts';
import { queueMetrics } from './cloudwatch/queue-metrics.ts';
import type { BusEvent, ListedRule } from './event-bridge.ts';
import { wantedOf } from './iam/actions.ts';
import { readIamCall } from './iam/iam-operations.ts';
import type { ManagedPolicy, Role } from './iam/policy.ts';
import type { Principal } from './iam/principal.ts';
import { Principals, permit } from './iam/principals.ts';
import { UserStore } from './iam/user-store.ts';
import { isJsonObject, type JsonObject } from './json-input.ts';
import { asAwsError, type JsonService, respondJson, respondJsonError } from './json-protocol.ts';
import { answerInvocation, calledFunction, isForLambda } from './lambda/invoke.ts';
import { readBody } from './request-body.ts';
import { MultipartStore } from './s3/multipart-store.ts';
import { createNotifier } from './s3/notifications.ts';
import { type BucketSpec, ObjectStore } from './s3/object-store.ts';
import { type S3Service, serveS3 } from './s3/s3-service.ts';
import { type SecretSpec, SecretStore } from './secrets-manager.ts';
import { createServices, type Services } from './services.ts';
import { MailStore } from './ses/mail-store.ts';
import { SEND_EMAIL_PATH, type SesOptions, sendEmail } from './ses/send-email.ts';
import { authorize, type EndpointCredentials, parseQuery, type WireRequest } from './sigv4.ts';
import { parseQueryRequest, renderQueryError, renderQueryResponse } from './sqs/query-protocol.ts';
import type { QueueSpec } from './sqs/queue.ts';
import { QueueBroker } from './sqs/queue-broker.ts';
import type { ExecutionEngineOptions } from './step-functions/execution-engine.ts';
import type { FunctionInvoker } from './step-functions/function-task.ts';
import { StepFunctions } from './step-functions/step-functions.ts';

export type { MetricStore } from './cloudwatch/metric-store.ts';
export type { BusEvent } from './event-bridge.ts';
export type { ReceivedMessage } from './sqs/message.ts';
export type { QueueSpec } from './sqs/queue.ts';

export interface AwsEndpointOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly buckets: readonly BucketSpec[];
  readonly queues: readonly QueueSpec[];
  readonly eventBuses: readonly string[];
  /** The rules of event buses, to be listed. @default none */
  readonly rules?: readonly ListedRule[];
  readonly secrets: readonly SecretSpec[];
  /** The domains from which mail may be sent. @default none */
  readonly mailIdentities?: readonly string[];
  /** The roles that functions take: each signs with a key pair of its own and may do what its policies allow. @default none */
  readonly roles?: readonly Role[];
  /** The policies that users can be given. @default none */
  readonly managedPolicies?: readonly ManagedPolicy[];
  /** Executions run from `stepFunctions.engine.start()` on. @default no state machines */
  readonly stepFunctions?: Omit<ExecutionEngineOptions, 'directory'>;
  /** The functions that callers may invoke. @default none */
  readonly functions?: FunctionInvoker;
  /** The clock by which the lifecycle rules of buckets move objects. @default the machine's */
  readonly now?: () => Date;
  /** Called for each object that is created. @default nobody is told */
  readonly onObject?: () => void;
  /** Called for each accepted entry of PutEvents, before it is answered. */
  onEvent(entry: BusEvent): void;
}

export interface AwsEndpoint {
  /** Has the key pair of each role. */
  readonly principals: Principals;
  /** `http://host:port`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly port: number;
  readonly objects: ObjectStore;
  readonly queues: QueueBroker;
  readonly secrets: SecretStore;
  readonly stepFunctions: StepFunctions;
  /** Fed with what functions print; queues are in it by themselves. */
  readonly metrics: MetricStore;
  close(): Promise<void>;
}

/** The largest JSON or form body: a 1 MiB message, escaped. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

const NO_FUNCTIONS: FunctionInvoker = {
  has: () => false,
  invoke: () => Promise.reject(new Error('there are no functions')),
};

const NO_STATE_MACHINES: Omit<ExecutionEngineOptions, 'directory'> = {
  stateMachines: [],
  functions: NO_FUNCTIONS,
  clock: { now: () => new Date(), onMove: () => undefined },
};

function wireOf(request: IncomingMessage): WireRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: parseQuery(mark < 0 ? '' : url.slice(mark + 1)),
    headers: request.headersDistinct,
  };
}

async function authorizedBody(
  services: Services,
  wire: WireRequest,
  request: IncomingMessage,
  signingName: string,
): Promise<{ readonly body: Buffer; readonly principal: Principal }> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  const hash = createHash('sha256').update(body).digest('hex');
  const { service, payloadHash, principal } = authorize(wire, services.credentials, hash);
  if (service !== signingName) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      403,
      `Credential should be scoped to correct service: '${signingName}'.`,
    );
  }
  if (payloadHash !== undefined && payloadHash !== hash) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      403,
      'The provided x-amz-content-sha256 does not match what was computed.',
    );
  }
  return { body, principal };
}

/** Throws unless the principal may make a call of one of the JSON services. */
function permitCall(
  services: Services,
  principal: Principal,
  [service, operation]: readonly [string, string],
  input: JsonObject,
): void {
  for (const { action, resource } of wantedOf(service, operation, input, services.account))
    permit(principal, action, resource);
}

/** Returns a signal that is aborted when the client disconnects, so that a long poll doesn't take messages for nobody. */
function abortOnClose(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function parseInput(body: Buffer): JsonObject {
  try {
    const input: unknown = JSON.parse(body.length === 0 ? '{}' : body.toString('utf8'));
    if (isJsonObject(input)) return input;
  } catch {
    // Answered below, together with JSON that is no object.
  }
  throw new AwsError('SerializationException', 400, 'The request body is not a JSON object.');
}

async function serveTarget(
  services: Services,
  target: string,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const dot = target.lastIndexOf('.');
  const service = services.targets.find(({ prefix }) => prefix === target.slice(0, dot));
  const shape: JsonService = service ?? {
    signingName: '',
    contentType: 'application/x-amz-json-1.1',
    errorNamespace: '',
  };
  try {
    const handler = service?.handler(target.slice(dot + 1));
    if (service === undefined || handler === undefined) {
      throw new AwsError(
        'UnknownOperationException',
        400,
        `The operation ${target} is not implemented by the local endpoint.`,
      );
    }
    const { body, principal } = await authorizedBody(services, wire, request, service.signingName);
    const input = parseInput(body);
    permitCall(services, principal, [service.signingName, target.slice(dot + 1)], input);
    respondJson(response, service, (await handler(input, abortOnClose(response))) ?? {});
  } catch (error) {
    if (!response.destroyed) respondJsonError(response, shape, asAwsError(error, target));
  }
}

const SES: JsonService = { signingName: 'ses', contentType: 'application/json', errorNamespace: '' };

async function serveSes(
  services: Services,
  ses: SesOptions,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { body, principal } = await authorizedBody(services, wire, request, SES.signingName);
    if (wire.method !== 'POST' || wire.path !== SEND_EMAIL_PATH)
      throw notImplemented(`${wire.method} ${wire.path}`);
    const input = parseInput(body);
    permitCall(services, principal, ['ses', 'SendEmail'], input);
    respondJson(response, SES, sendEmail(ses, input));
  } catch (error) {
    if (!response.destroyed) respondJsonError(response, SES, asAwsError(error, wire.path));
  }
}

const LAMBDA: JsonService = { signingName: 'lambda', contentType: 'application/json', errorNamespace: '' };

async function serveLambda(
  services: Services,
  functions: FunctionInvoker,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { body, principal } = await authorizedBody(services, wire, request, LAMBDA.signingName);
    const called = calledFunction(wire);
    permitCall(services, principal, ['lambda', 'InvokeFunction'], { FunctionName: called });
    await answerInvocation(functions, called, body, response);
  } catch (error) {
    if (!response.destroyed) respondJsonError(response, LAMBDA, asAwsError(error, wire.path));
  }
}

/** Returns how a call of one of the services that speak XML is answered. */
function xmlResponder(response: ServerResponse, requestId: string): (status: number, body: string) => void {
  return (status, body) => {
    response.writeHead(status, { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId }).end(body);
  };
}

async function serveSqsQuery(
  services: Services,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const respond = xmlResponder(response, requestId);
  try {
    const { body, principal } = await authorizedBody(services, wire, request, 'sqs');
    const { action, input } = parseQueryRequest(body.toString('utf8'), wire.path);
    permitCall(services, principal, ['sqs', action], input);
    const handler = services.sqs(action);
    if (handler === undefined)
      throw new AwsError(
        'InvalidAction',
        400,
        `The action ${action} is not implemented by the local endpoint.`,
      );
    const output = await handler(input, abortOnClose(response));
    respond(200, renderQueryResponse(action, output as JsonObject, requestId));
  } catch (error) {
    if (!response.destroyed) respond(...queryError(asAwsError(error, 'sqs'), requestId));
  }
}

async function serveIam(
  services: Services,
  users: UserStore,
  wire: WireRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const respond = xmlResponder(response, requestId);
  try {
    const { body, principal } = await authorizedBody(services, wire, request, 'iam');
    const { action, resource, context, make } = readIamCall(users, body.toString('utf8'));
    permit(principal, action, resource, { context });
    respond(200, make(requestId));
  } catch (error) {
    if (!response.destroyed) respond(...queryError(asAwsError(error, 'iam'), requestId));
  }
}

function queryError(error: AwsError, requestId: string): [number, string] {
  return [error.status, renderQueryError(error, requestId)];
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  // Large uploads over slow links are not attacks here; idle connections outlive the SDKs' own idle time.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** IAM and SQS are asked by forms alike; the scope of the signature tells them apart. */
const FOR_IAM = /Credential=[^,]+\/iam\/aws4_request\b/;

interface Routed {
  readonly services: Services;
  readonly s3: S3Service;
  readonly ses: SesOptions;
  readonly users: UserStore;
  readonly functions: FunctionInvoker;
}

function createRouter({ services, s3, ses, users, functions }: Routed): Server {
  return createServer((request, response) => {
    let wire: WireRequest;
    try {
      wire = wireOf(request);
    } catch {
      response.writeHead(400).end();
      return;
    }
    const target = request.headers['x-amz-target'];
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    if (typeof target === 'string') void serveTarget(services, target, wire, request, response);
    else if (isForm && FOR_IAM.test(request.headers.authorization ?? ''))
      void serveIam(services, users, wire, request, response);
    else if (request.method === 'POST' && isForm && !request.url?.includes('?'))
      void serveSqsQuery(services, wire, request, response);
    else if (isForLambda(wire.path)) void serveLambda(services, functions, wire, request, response);
    else if (wire.path.startsWith('/v2/email/')) void serveSes(services, ses, wire, request, response);
    else void serveS3(s3, wire, request, response);
  });
}

/**
 * Serves S3, SQS, EventBridge PutEvents, Secrets Manager, Step Functions, CloudWatch's reads, SES's SendEmail, Lambda's Invoke and IAM's users on one port, told
 * apart by `X-Amz-Target`, by a form body (IAM, and SQS's Query protocol), by the paths of SES and Lambda, and otherwise S3. What it doesn't implement it refuses. Throws when the specs contradict
 * each other (an unknown queue ARN, an event it can't send).
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { dataDir, buckets, region, accountId, accessKeyId, secretAccessKey, host = '127.0.0.1' } = options;
  let url = '';
  const queues = new QueueBroker({
    directory: join(dataDir, 'queues'),
    queues: options.queues,
    accountId,
    baseUrl: () => url,
  });
  const secrets = new SecretStore(join(dataDir, 'secrets.json'), options.secrets);
  const notify = createNotifier({
    ...{ region, accountId, buckets },
    nameOfQueueArn: (arn) => queues.nameOfArn(arn),
    send: (queueName, body) => void queues.send(queueName, body),
  });
  const stepFunctions = new StepFunctions({
    ...(options.stepFunctions ?? NO_STATE_MACHINES),
    directory: join(dataDir, 'executions'),
  });
  const objects = new ObjectStore({
    directory: join(dataDir, 'objects'),
    buckets,
    notify: (metadata, kind) => {
      notify(metadata, kind);
      options.onObject?.();
    },
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const uploads = new MultipartStore(objects.uploadsDirectory);
  const users = new UserStore(join(dataDir, 'users.json'), accountId, options.managedPolicies ?? []);
  const principals = new Principals({ accessKeyId, secretAccessKey }, options.roles ?? [], users);
  const credentials: EndpointCredentials = { principals, region };
  const cors = new Map(buckets.map((bucket) => [bucket.name, bucket.cors ?? []]));
  const corsRules = (bucket: string) => cors.get(bucket) ?? [];
  const policies = new Map(buckets.map(({ name, policy = [] }) => [name, policy]));
  const policyOf = (bucket: string) => policies.get(bucket) ?? [];
  const s3 = { objects, uploads, account: { region, accountId }, credentials, corsRules, policyOf };

  const metrics = new MetricStore(() => queueMetrics(queues));
  const services = createServices(options, { queues, secrets, stepFunctions, metrics }, credentials);
  const ses: SesOptions = {
    mails: new MailStore(join(dataDir, 'mails')),
    identities: options.mailIdentities ?? [],
    region,
    now: options.now ?? (() => new Date()),
  };
  const server = createRouter({ services, s3, ses, users, functions: options.functions ?? NO_FUNCTIONS });
  const port = await listen(server, options.port, host);
  url = `http://${host}:${port}`;

  const close = async (): Promise<void> => {
    stepFunctions.engine.close();
    queues.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { principals, url, port, objects, queues, secrets, stepFunctions, metrics, close };
}
