import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import { AWS_ENDPOINT_ORIGIN } from '#aws/templates/references.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface FunctionVariablesOptions {
  readonly awsEndpointUrl: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Variables of the caller, above those of the template and below those that Lambda itself sets. */
  readonly more: Readonly<Record<string, string>>;
}

/** Returns the variables that take precedence over a function's own: where the services are, and what Lambda itself sets. */
export function functionVariables(
  spec: FunctionSpec,
  { awsEndpointUrl, region, credentials, more }: FunctionVariablesOptions,
): Record<string, string> {
  // Clients of SQS send to the host of the queue's URL, which a template may build from the queue's name.
  const origins = [AWS_ENDPOINT_ORIGIN, `https://sqs.${region}.amazonaws.com`];
  const urls = Object.entries(spec.environment).filter(([, value]) =>
    origins.some((origin) => value.includes(origin)),
  );
  const here = (value: string) =>
    origins.reduce((text, origin) => text.replaceAll(origin, awsEndpointUrl), value);
  return {
    ...Object.fromEntries(urls.map(([name, value]) => [name, here(value)])),
    ...more,
    AWS_ENDPOINT_URL: awsEndpointUrl,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Otherwise the SDK would read the profile of the user who runs the platform.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    TZ: 'UTC',
  };
}
