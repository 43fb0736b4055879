import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { StartError } from 'template-runner/start-error';
import type { AuditArchive } from '#audit/archive/audit-archive.ts';
import { bucketArchive } from '#audit/archive/audit-bucket.ts';
import { type PublicKeys, toPublicKeys } from '#audit/archive/audit-keys.ts';
import type { Verification } from '#audit/verification/verification.ts';
import { type VerifyOptions, verifyArchive } from '#audit/verification/verify-archive.ts';
import { isoDate } from '#kernel/fields.ts';
import { DEFAULT_DATA_DIR } from './data-directory.ts';
import { fileArchive } from './file-archive.ts';
import { readPlatformFile } from './platform-file.ts';
import { exitOnStartError, readArguments, usageOf } from './terminal.ts';

const HELP = `usage: npm run audit:verify -- --from YYYY-MM-DD --to YYYY-MM-DD [--tenant ID] [--json] [--data DIR | --bucket NAME --keys FILE]

Verifies exported audit entries without the platform. The exit code is 1 when a link of the chain is broken, 3 when
there is nothing to verify (no entry of the tenant in these days), and 2 when it could not be verified.

  --from, --to   the first and the last day of the export
  --tenant ID    checks the entries of one tenant (default: of all)
  --data DIR     what a platform on this machine has exported, whether it runs or not (default: ${DEFAULT_DATA_DIR})
  --bucket NAME  a bucket on AWS instead
  --keys FILE    the keys that GET /api/audit/keys has answered
  --json         prints the result as JSON`;

/** The secret's name in the local Secrets Manager. */
const SECRET = 'audit-keys';
const EXIT_CODES = { VALID: 0, BROKEN: 1, EMPTY: 3 } as const;
/** Whatever keeps it from being verified says nothing of the chain. */
const NOT_VERIFIED = 2;
const CONNECT_TIMEOUT_MS = 2_000;

type Head = VerifyOptions['head'];

/** Verifies exported audit entries without the platform, and says by its exit code what came of it. */
async function main(): Promise<void> {
  const { values } = readArguments(HELP, {
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      tenant: { type: 'string' },
      data: { type: 'string', default: DEFAULT_DATA_DIR },
      bucket: { type: 'string' },
      keys: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const range = { from: dayOf(values.from), to: dayOf(values.to) };
  if (range.from > range.to) throw new StartError(`${range.from} is after ${range.to}`);
  const source =
    values.bucket === undefined
      ? await localSource(values.data, values.keys)
      : awsSource(values.bucket, values.keys);
  const verification = await verifyArchive({ ...range, ...source, tenantId: values.tenant });
  console.log(values.json ? JSON.stringify(verification) : describe(verification, source.head));
  process.exitCode = EXIT_CODES[verification.outcome];
}

function dayOf(text: string | undefined): string {
  const day = isoDate.safeParse(text);
  if (!day.success) throw new StartError(usageOf(HELP));
  return day.data;
}

interface Source {
  readonly archive: AuditArchive;
  readonly keys: PublicKeys;
  readonly head: Head;
}

async function localSource(dataDir: string, keysFile: string | undefined): Promise<Source> {
  const { buckets, databaseUrl } = readPlatformFile(dataDir);
  const keys = keysFile === undefined ? keysOfSecret(dataDir) : keysOfFile(keysFile);
  return { archive: fileArchive(dataDir, buckets.audit ?? ''), keys, head: await headOf(databaseUrl) };
}

function awsSource(bucket: string, keysFile: string | undefined): Source {
  if (keysFile === undefined) throw new StartError(usageOf(HELP));
  return { archive: bucketArchive(bucket), keys: keysOfFile(keysFile), head: undefined };
}

function readJson(path: string): { keys: { kid: string }[] } {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartError(`${path} is no file of keys: ${(error as Error).message}`);
  }
}

/** A JSON Web Key Set. */
function keysOfFile(path: string): PublicKeys {
  const { keys } = readJson(path);
  return toPublicKeys(keys.map((key) => ({ kid: key.kid, publicJwk: key })));
}

/** The secret keeps every public key beside the private ones. */
function keysOfSecret(dataDir: string): PublicKeys {
  const path = join(dataDir, 'secrets.json');
  if (!existsSync(path)) throw new StartError(`${path} does not exist: has the platform exported anything?`);
  const secrets = JSON.parse(readFileSync(path, 'utf8')) as Record<
    string,
    { stages: string[]; text?: string }[]
  >;
  const [, versions = []] = Object.entries(secrets).find(([name]) => name.endsWith(SECRET)) ?? [];
  const text = versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.text ?? '{"keys":[]}';
  return toPublicKeys((JSON.parse(text) as { keys: Parameters<typeof toPublicKeys>[0] }).keys);
}

const HEAD = `select sequence::integer, digest_sha256 as sha256 from vestry.audit_exports
  where digest_sha256 is not null order by sequence desc limit 1`;

/** Returns the newest digest in the database; undefined if the database isn't running. */
async function headOf(connectionString: string): Promise<Head> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<NonNullable<Head>>(HEAD)).rows[0];
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(
  { from, to, outcome, digests, objects, entries, broken }: Verification,
  head: Head,
): string {
  const counts = `${digests} digests, ${objects} objects, ${entries} entries`;
  const end =
    head === undefined
      ? '\nThe database was not asked: whether newer digests were cut off was not checked.'
      : '';
  if (outcome === 'VALID') return `${from} to ${to}: every link holds (${counts}).${end}`;
  if (outcome === 'EMPTY')
    return `${from} to ${to}: NOTHING TO VERIFY: there are no such entries (${counts}).${end}`;
  const line = broken?.line === undefined ? '' : `, line ${broken.line}`;
  return `${from} to ${to}: BROKEN after ${counts}.\n${broken?.kind} ${broken?.key}${line}: ${broken?.detail}.${end}`;
}

await exitOnStartError(main, NOT_VERIFIED);
