import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { guardNetwork } from './network-guard.ts';
import type { FunctionError, Invocation, RuntimeConfiguration, RuntimeMessage } from './protocol.ts';

/**
 * One Lambda environment: a worker thread, or a process of its own. It imports the bundle on the first invocation and
 * runs one invocation at a time.
 */
type Handler = (event: unknown, context: object) => unknown;

const configuration: RuntimeConfiguration =
  parentPort === null
    ? (JSON.parse(process.env.RUNTIME_CONFIGURATION ?? '') as RuntimeConfiguration)
    : (workerData as RuntimeConfiguration);

if (configuration.reachable !== undefined) guardNetwork(configuration.functionName, configuration.reachable);

function send(message: RuntimeMessage): void {
  if (parentPort === null) process.send?.(message);
  else parentPort.postMessage(message);
}

function toFunctionError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n').slice(0, 20),
  };
}

async function loadHandler(): Promise<Handler> {
  const { directory, handler } = configuration;
  const dot = handler.lastIndexOf('.');
  const module = pathToFileURL(`${directory}/${handler.slice(0, dot)}.mjs`);
  const exported = ((await import(module.href)) as Record<string, unknown>)[handler.slice(dot + 1)];
  if (typeof exported === 'function') return exported as Handler;
  throw Object.assign(new Error(`${handler} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  });
}

function contextOf({ requestId, timeoutMs }: Invocation): object {
  const { functionName, functionArn, memoryMb } = configuration;
  const deadlineMs = Date.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

let loading: Promise<Handler> | undefined;

async function serve(invocation: Invocation): Promise<void> {
  const { requestId } = invocation;
  try {
    Object.assign(process.env, invocation.variables);
    const isFirst = loading === undefined;
    loading ??= loadHandler();
    const handler = await loading;
    if (isFirst) send({ requestId, begins: true });
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    send({ requestId, result: JSON.stringify(result ?? null) });
  } catch (error) {
    send({ requestId, error: toFunctionError(error) });
  }
}

if (parentPort === null) {
  process.on('message', (message) => void serve(message as Invocation));
  // A platform that was killed takes its functions with it.
  process.on('disconnect', () => process.exit(0));
} else {
  parentPort.on('message', (message) => void serve(message as Invocation));
}
