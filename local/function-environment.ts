import type { Addresses, FunctionSpec } from 'template-runner';
import type { PlatformState } from './platform-file.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

export interface FunctionEnvironmentOptions {
  readonly state: PlatformState;
  readonly database: DatabaseConnection;
  /** The stand-in for RDS Proxy: functions reach the database through it only. */
  readonly proxy: { readonly host: string; readonly port: number };
  /** Further variables, for tests. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Variables that hold an address under that of the API, as the environment's configuration has it. */
const API_ADDRESSES = ['BANK_URL', 'BANK_CALLBACK_URL'];

/** Passwords of this machine stand in `local.json`; the cost of a deployment would be a sixth of a first start. */
export const VESTRY_PASSWORD_LOG2_N = '10';

/** Returns the variables for traces of the user who starts the platform, see docs/adr/0061-traces.md. */
function traceVariables(): Record<string, string> {
  const named = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  return Object.fromEntries(named) as Record<string, string>;
}

/** Returns where those traces go, as `host:port`: a collector of a deployment stands in its network. */
export function collectors(): string[] {
  const urls = Object.values(traceVariables()).filter(
    (value) => /^https?:/.test(value) && URL.canParse(value),
  );
  return urls.map((text) => {
    const { hostname, port, protocol } = new URL(text);
    return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  });
}

/**
 * Returns the addresses of the API, the database and the bank on this machine. A function that calls the API runs only once
 * the API listens.
 */
export function functionOverrides(
  spec: FunctionSpec,
  { apiUrl }: Addresses,
  { state, database, proxy, more }: FunctionEnvironmentOptions,
): Record<string, string> {
  const ofApi = Object.entries(spec.environment).filter(([name]) => API_ADDRESSES.includes(name));
  return {
    ...Object.fromEntries(ofApi.map(([name, url]) => [name, `${apiUrl}${new URL(url).pathname}`])),
    ...traceVariables(),
    VESTRY_PASSWORD_LOG2_N,
    ...(apiUrl === undefined ? {} : { PUBLIC_URL: apiUrl }),
    ...more,
    DATABASE_HOST: proxy.host,
    DATABASE_PORT: String(proxy.port),
    DATABASE_NAME: database.database,
    DATABASE_PASSWORD: state.rolePassword,
    DATABASE_SSL: 'off',
  };
}
