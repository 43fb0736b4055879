import { functionArnVariable, machineArnVariable, queueUrlVariable } from '#contracts/resources.ts';

/**
 * Returns a variable. This file alone reads `process.env`; a room names its own variables in its `*-environment.ts`. `lib/grants.ts` sets
 * what functions are given. Throws an error that names a variable which isn't set.
 */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** Returns a variable that may be absent or empty. */
export function optional(name: string): string | undefined {
  return process.env[name] || undefined;
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Absent on AWS: RDS Proxy takes a short-lived IAM token instead. */
  readonly password: string | undefined;
  readonly tls: boolean;
  /** Whether there is no proxy, so that a session is a function's own. */
  readonly direct: boolean;
}

// The variables of the platform itself. Each is exported by itself, and read as `environment.<name>()`: functions carry those that they use.

export const name = (): string => required('VESTRY_ENVIRONMENT');
export const region = (): string => required('AWS_REGION');
/** The name of the function in logs and traces. */
export const serviceName = (): string => process.env.POWERTOOLS_SERVICE_NAME || 'vestry';
/** The function and its version, which Lambda sets. */
export const functionVersion = (): { function: string; version: string } => ({
  function: process.env.AWS_LAMBDA_FUNCTION_NAME || serviceName(),
  version: process.env.AWS_LAMBDA_FUNCTION_VERSION || '$LATEST',
});
/** Whether traces are collected; OpenTelemetry's exporter reads where and how. */
export const exportsTraces = (): boolean =>
  Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT || process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
/** Whether X-Ray samples this invocation. Lambda sets it for each, with the address of its daemon. */
export const isTracedByXRay = (): boolean =>
  Boolean(process.env.AWS_XRAY_DAEMON_ADDRESS) &&
  /(^|;)Sampled=1(;|$)/.test(process.env._X_AMZN_TRACE_ID ?? '');
/** The web origins that may call the API from a browser. */
export const corsOrigins = (): string[] => (process.env.CORS_ORIGINS ?? '').split(',').filter(Boolean);
/** The header that the edge adds to each request; without it in the environment, nothing stands before the API. */
export const edgeHeader = (): string | undefined => optional('EDGE_HEADER');
/** The requests of the function's class that a user, a tenant or a network may send in a window. */
export const requestsPerUser = (): number => Number(required('REQUESTS_PER_USER'));
export const requestsPerTenant = (): number => Number(required('REQUESTS_PER_TENANT'));
export const requestsPerSource = (): number => Number(required('REQUESTS_PER_SOURCE'));
/** The environment's own domain, for functions that are told it; absent where it has none. */
export const publicDomain = (): string | undefined => optional('PUBLIC_DOMAIN');
export const uploadsBucket = (): string => required('UPLOADS_BUCKET');
/** The URL of the queue that the function consumes, or may send to: `queue:<name>:send`. */
export const queueUrlOf = (queue: string): string => required(queueUrlVariable(queue));
export const eventBusName = (): string => required('EVENT_BUS_NAME');
/** The ARN of a state machine that the function may start: `disbursementMachine:start`. */
export const machineArnOf = (machine: string): string => required(machineArnVariable(machine));
/** The ARN of a function that this one calls: `function:<name>:call`. */
export const functionArnOf = (name: string): string => required(functionArnVariable(name));
/** Whether webhooks and identity providers may be this machine's own, see #platform/outbound/public-address.ts. */
export const outsideToLoopback = (): boolean => optional('OUTSIDE_TO_LOOPBACK') === 'on';
export const fieldKeySecretArn = (): string => required('FIELD_KEY_SECRET_ARN');
/**
 * A directory whose files name the points at which the process ends itself; only tests set it, see
 * #platform/crash-point.ts.
 */
export const crashDirectory = (): string | undefined => process.env.VESTRY_CRASH_DIR || undefined;
/** The milliseconds by which the clock of a local platform has been moved ahead; the platform says so with each invocation. */
export const clockAheadMs = (): number => Number(process.env.VESTRY_CLOCK_AHEAD_MS || 0);
/** Whether tenants may move their clocks ahead: in a sandbox, where no money moves. */
export const hasTenantClocks = (): boolean => optional('TENANT_CLOCKS') === 'on';
/** The factor by which pauses are shortened; only tests set it. */
export const pauseFactor = (): number => Number(process.env.VESTRY_PAUSE_FACTOR || 1);
export const databaseMasterSecretArn = (): string => required('DATABASE_MASTER_SECRET_ARN');
export const hasDatabase = (): boolean => Boolean(process.env.DATABASE_HOST);
export const database = (): DatabaseAddress => ({
  host: required('DATABASE_HOST'),
  port: Number(required('DATABASE_PORT')),
  database: required('DATABASE_NAME'),
  password: process.env.DATABASE_PASSWORD || undefined,
  tls: process.env.DATABASE_SSL !== 'off',
  direct: process.env.DATABASE_DIRECT === 'on',
});
