import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { dataPaths } from './data-directory.ts';
import type { LocalIdentity } from './identity-provider/local-provider.ts';

export interface LocalUser {
  readonly email: string;
  readonly password: string;
  readonly role: string;
  readonly employee_id?: string;
}

export interface LocalTenant {
  readonly slug: string;
  readonly type: string;
  readonly users: readonly LocalUser[];
}

/** `local.json` of a data directory: how to reach the platform that runs, or ran last, on it. */
export interface PlatformFile {
  readonly apiUrl: string;
  readonly awsEndpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Names by purpose: `uploads`. */
  readonly buckets: Readonly<Record<string, string>>;
  /** URLs by purpose: `uploads`, `uploadsDlq`, `rejectedRows`. */
  readonly queues: Readonly<Record<string, string>>;
  /** The URL with which the superuser connects. */
  readonly databaseUrl: string;
  readonly operator: { readonly email: string; readonly password: string };
  readonly tenants: readonly LocalTenant[];
  /** Unix socket of the commands of `npm run local`. */
  readonly controlSocket: string;
}

const OPERATOR_EMAIL = 'operator@vestry.example';
const PASSWORD_BYTES = 12;

export function generatePassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}

/**
 * The state that a data directory keeps from its first start on. It is written before it is used, so that a kill
 * can't lose it.
 */
export interface PlatformState {
  /** The environment whose templates run on the directory: their names are those of its queues and buckets. */
  readonly environment: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The password of the application's database roles. */
  readonly rolePassword: string;
  readonly operator: { readonly email: string; readonly password: string };
  readonly tenants: readonly LocalTenant[];
  /** The identity provider of the demo, which others do without. */
  readonly identity?: LocalIdentity;
  /** Whether the first start came to its end. */
  readonly isSetUp: boolean;
}

/** Reads the state, or begins one. Throws `StartError` when the directory belongs to another environment. */
export function readState(dataDir: string, environment: string): PlatformState {
  const path = dataPaths(dataDir).state;
  if (existsSync(path)) {
    const known = JSON.parse(readFileSync(path, 'utf8')) as PlatformState;
    if (known.environment === environment) return known;
    throw new StartError(
      `${resolve(dataDir)} holds the environment ${known.environment}, not ${environment}: choose another --data directory, or forget this one with --reset`,
    );
  }
  const state: PlatformState = {
    environment,
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase().slice(0, 15)}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    rolePassword: randomBytes(24).toString('base64url'),
    operator: { email: OPERATOR_EMAIL, password: generatePassword() },
    tenants: [],
    isSetUp: false,
  };
  writeState(dataDir, state);
  return state;
}

/** Whether a first start on the directory was cut short: what it left is half a demo. */
export function isUnfinished(dataDir: string): boolean {
  const path = dataPaths(dataDir).state;
  return existsSync(path) && !(JSON.parse(readFileSync(path, 'utf8')) as PlatformState).isSetUp;
}

export function writeState(dataDir: string, state: PlatformState): void {
  writePrivately(dataPaths(dataDir).state, state);
}

/** Throws `StartError` when no platform was ever started on the directory. */
export function readPlatformFile(dataDir: string): PlatformFile {
  const path = dataPaths(dataDir).platformFile;
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as PlatformFile;
  throw new StartError(`no platform has run on ${resolve(dataDir)}: run npm start -- --data ${dataDir}`);
}

export function writePlatformFile(dataDir: string, file: PlatformFile): void {
  writePrivately(dataPaths(dataDir).platformFile, file);
}

function writePrivately(path: string, value: object): void {
  writeFileSync(`${path}.writing`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.writing`, path);
}

/** `vestry-local-rejected-rows` → `rejectedRows`. */
export function purposeOf(name: string, environment: string): string {
  const prefix = `vestry-${environment}-`;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return rest.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
