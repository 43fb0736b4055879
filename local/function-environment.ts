import type { AwsEndpoint } from './aws/endpoint/endpoint.ts';
import type { FunctionSpec } from './aws/templates/function-specs.ts';
import { AWS_ENDPOINT_ORIGIN } from './aws/templates/references.ts';
import type { PlatformState } from './platform-file.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

export interface FunctionEnvironmentOptions {
  readonly endpoint: Pick<AwsEndpoint, 'url'>;
  readonly region: string;
  readonly state: PlatformState;
  readonly database: DatabaseConnection;
  /** Of the API, once it listens; functions that call it by HTTP run later. */
  readonly apiUrl: string | undefined;
  /** For tests. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Variables that hold an address under that of the API, as the environment's configuration has it. */
const API_ADDRESSES = ['BANK_URL', 'BANK_CALLBACK_URL'];

/** Where traces of whoever starts the platform go, see docs/adr/0061-traces.md. */
function traceVariables(): Record<string, string> {
  const named = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  return Object.fromEntries(named) as Record<string, string>;
}

/** What stands above a function's own variables: where the platform's services are, and what Lambda itself sets. */
export function functionOverrides(
  spec: FunctionSpec,
  options: FunctionEnvironmentOptions,
): Record<string, string> {
  const { endpoint, region, state, database } = options;
  const urls = Object.entries(spec.environment).filter(([, value]) => value.includes(AWS_ENDPOINT_ORIGIN));
  const ofApi = Object.entries(spec.environment).filter(([name]) => API_ADDRESSES.includes(name));
  return {
    ...Object.fromEntries(
      urls.map(([name, value]) => [name, value.replaceAll(AWS_ENDPOINT_ORIGIN, endpoint.url)]),
    ),
    ...Object.fromEntries(ofApi.map(([name, url]) => [name, `${options.apiUrl}${new URL(url).pathname}`])),
    ...traceVariables(),
    ...options.more,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: state.accessKeyId,
    AWS_SECRET_ACCESS_KEY: state.secretAccessKey,
    // The SDK would read the profile of whoever runs the platform.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_NAME: database.database,
    DATABASE_PASSWORD: state.rolePassword,
    ...(database.ssl ? {} : { DATABASE_SSL: 'off' }),
    TZ: 'UTC',
  };
}
