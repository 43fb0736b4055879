import { machineArnVariable, queueUrlVariable } from '#contracts/resources.ts';

/** The only place that reads `process.env`. `lib/grants.ts` sets what is read here. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Absent on AWS: RDS Proxy takes a short-lived IAM token instead. */
  readonly password: string | undefined;
  readonly tls: boolean;
}

export const environment = {
  name: (): string => required('VESTRY_ENVIRONMENT'),
  region: (): string => required('AWS_REGION'),
  /** The name of the function in logs and traces. */
  serviceName: (): string => process.env.POWERTOOLS_SERVICE_NAME || 'vestry',
  /** Whether traces are collected; OpenTelemetry's exporter reads where and how. */
  exportsTraces: (): boolean =>
    Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT || process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT),
  /** Whether X-Ray samples this invocation. Lambda sets it for each, with the address of its daemon. */
  isTracedByXRay: (): boolean =>
    Boolean(process.env.AWS_XRAY_DAEMON_ADDRESS) &&
    /(^|;)Sampled=1(;|$)/.test(process.env._X_AMZN_TRACE_ID ?? ''),
  /** The web origins that may call the API from a browser. */
  corsOrigins: (): string[] => (process.env.CORS_ORIGINS ?? '').split(',').filter(Boolean),
  uploadsBucket: (): string => required('UPLOADS_BUCKET'),
  /** The URL of the queue that the function consumes, or may send to: `queue:<name>:send`. */
  queueUrlOf: (queue: string): string => required(queueUrlVariable(queue)),
  eventBusName: (): string => required('EVENT_BUS_NAME'),
  /** The ARN of a state machine that the function may start: `disbursementMachine:start`. */
  machineArnOf: (machine: string): string => required(machineArnVariable(machine)),
  /** The URL at which the bank takes orders. */
  bankUrl: (): string => required('BANK_URL'),
  bankSecretArn: (): string => required('BANK_SECRET_ARN'),
  /** Whether payments can be ordered from a bank by HTTP; without one they go into files. */
  hasBank: (): boolean => process.env.BANK_BY_HTTP === 'on',
  /** The seconds to wait for the bank's callback before the bank is asked. */
  bankWaitSeconds: (): number => Number(required('BANK_WAIT_SECONDS')),
  fieldKeySecretArn: (): string => required('FIELD_KEY_SECRET_ARN'),
  /** Whether the environment has a mock bank, see docs/mock-bank.md. */
  hasMockBank: (): boolean => process.env.BANK_STAND_IN === 'on',
  /** The URL of the API to which the mock bank sends its callbacks. */
  callbackUrl: (): string => required('BANK_CALLBACK_URL'),
  /** Whether webhooks may be this machine's own, see #webhooks/delivery/public-address.ts. */
  webhooksToLoopback: (): boolean => process.env.WEBHOOKS_TO_LOOPBACK === 'on',
  /**
   * A directory whose files name the points at which the process ends itself; only tests set it, see
   * #platform/crash-point.ts.
   */
  crashDirectory: (): string | undefined => process.env.VESTRY_CRASH_DIR || undefined,
  /**
   * The cost of new password hashes, absent in a deployment. Tests and a platform on one machine, which keeps its passwords
   * in a file, set a lower one: the full cost is half a second of a processor.
   */
  passwordLog2N: (): number | undefined => Number(process.env.VESTRY_PASSWORD_LOG2_N) || undefined,
  databaseMasterSecretArn: (): string => required('DATABASE_MASTER_SECRET_ARN'),
  auditBucket: (): string => required('AUDIT_BUCKET'),
  auditKeysSecretArn: (): string => required('AUDIT_KEYS_SECRET_ARN'),
  /** The years of the policy in #retention/retention-policy.ts. */
  retentionYears: (): number => Number(required('RETENTION_YEARS')),
  signingKeysSecretArn: (): string => required('SIGNING_KEYS_SECRET_ARN'),
  database: (): DatabaseAddress => ({
    host: required('DATABASE_HOST'),
    port: Number(required('DATABASE_PORT')),
    database: required('DATABASE_NAME'),
    password: process.env.DATABASE_PASSWORD || undefined,
    tls: process.env.DATABASE_SSL !== 'off',
  }),
};
