import { queueUrlVariable } from './resources.ts';

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
  uploadsBucket: (): string => required('UPLOADS_BUCKET'),
  /** Of the queue that the function consumes. */
  queueUrl: (): string => required('QUEUE_URL'),
  /** Of a queue that the function may send to: `queue:<name>:send`. */
  queueUrlOf: (queue: string): string => required(queueUrlVariable(queue)),
  rejectedRowsQueueUrl: (): string => required('REJECTED_ROWS_QUEUE_URL'),
  eventBusName: (): string => required('EVENT_BUS_NAME'),
  databaseMasterSecretArn: (): string => required('DATABASE_MASTER_SECRET_ARN'),
  signingKeysSecretArn: (): string => required('SIGNING_KEYS_SECRET_ARN'),
  database: (): DatabaseAddress => ({
    host: required('DATABASE_HOST'),
    port: Number(required('DATABASE_PORT')),
    database: required('DATABASE_NAME'),
    password: process.env.DATABASE_PASSWORD || undefined,
    tls: process.env.DATABASE_SSL !== 'off',
  }),
};
