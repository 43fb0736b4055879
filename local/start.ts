import { StartError } from 'template-runner/start-error';
import { CONSOLE_PATH } from '#contracts/console.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { DEFAULT_DATA_DIR, writeForOwnerOnly } from './data-directory.ts';
import type { LocalPlatform } from './platform.ts';
import { DEFAULT_PORT } from './ports.ts';
import { DEFAULT_ENVIRONMENT, existingEnvironment } from './synthesis.ts';
import { exitOnStartError, readArguments, usageOf } from './terminal.ts';

const HELP = `usage: npm start -- [--port N] [--aws-port N] [--data DIR] [--env NAME] [--database-url URL] [--reset] [--no-demo] [--watch]

Starts the platform on this machine, and loads demo data when the data directory is new. Ctrl-C stops it; data stays.

  --port N            where the API listens; 0 takes a free port (default: PORT in the environment, or ${DEFAULT_PORT})
  --aws-port N        where the AWS endpoint listens (default: the port after the API's)
  --data DIR          where all state is kept (default: ${DEFAULT_DATA_DIR})
  --env NAME          the environment of config/environments whose templates run (default: local, which alone has a demo)
  --database-url URL  a Postgres that is already there, as a superuser; the data directory remembers it (default: the one that npm ci has installed)
  --reset             forgets the state of the data directory first
  --no-demo           starts without demo tenants
  --watch             takes an edited file in functions/ or shared/ into the running platform`;

/** `where` names who asked for the port, since it may be the environment. */
function parsePort(text: string, where: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new StartError(`${text} is no port (${where}). ${usageOf(HELP)}`);
  return port;
}

/** Returns the port of the API: the option's, or that of `PORT`, which many machines set. */
function apiPort(option: string | undefined): number {
  if (option !== undefined) return parsePort(option, '--port');
  const { PORT = '' } = process.env;
  return PORT === '' ? DEFAULT_PORT : parsePort(PORT, 'PORT in the environment');
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The connections of the demo tenants, which browsers open. */
function singleSignOn({ file, identity }: LocalPlatform): readonly string[] {
  if (identity === undefined) return [];
  const starts = identity.clients.map(
    ({ tenant, connectionId }) => `  ${tenant.padEnd(18)} ${file.apiUrl}/api/auth/${connectionId}/start`,
  );
  return ['Or sign in by the local identity provider, in a browser', ...starts, ''];
}

function summary(platform: LocalPlatform, dataDir: string): string {
  const { apiUrl, awsEndpointUrl, region, buckets, operator, tenants } = platform.file;
  const logins = tenants.flatMap(({ slug, type, users }) =>
    users.map(
      ({ email, password, role }) =>
        `  ${`${slug} (${type})`.padEnd(18)} ${role.padEnd(11)} ${email.padEnd(26)} ${password}`,
    ),
  );
  const data = dataDir === DEFAULT_DATA_DIR ? '' : ` --data ${dataDir}`;
  const drop = `s3://${buckets.uploads ?? ''}/drop/${tenants[0]?.slug ?? 'TENANT'}/shareholders/`;
  return [
    '',
    `Console        ${apiUrl}${CONSOLE_PATH}`,
    `API            ${apiUrl}/api`,
    `Documentation  ${apiUrl}/docs`,
    `AWS endpoint   ${awsEndpointUrl} (S3, SQS, EventBridge, Secrets Manager, Step Functions, IAM)`,
    `Data           ${dataDir} (all of this is in local.json there)`,
    '',
    'Sign in to the console, or at POST /api/auth/login',
    `  ${'operator'.padEnd(18)} ${'OPERATOR'.padEnd(11)} ${operator.email.padEnd(26)} ${operator.password}`,
    ...logins,
    '',
    ...singleSignOn(platform),
    'Drop a register with any S3 client, by a key of POST /api/drop-credentials',
    `  export AWS_ENDPOINT_URL=${awsEndpointUrl} AWS_REGION=${region} AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…`,
    `  aws --endpoint-url $AWS_ENDPOINT_URL s3 cp register.csv ${drop}`,
    '',
    'Try next',
    `  npm run local -- status${data}`,
    `  npm run local -- advance ${addDays(dayOf(new Date()), 31)}${data}`,
    '',
  ].join('\n');
}

type Close = () => Promise<void>;

/** Loads the demo, and starts the identity provider that its tenants sign in by. Returns what stops the provider. */
async function startDemo(platform: LocalPlatform): Promise<Close> {
  const [{ DEMO_TENANTS, loadDemo }, { providerPort, startLocalProvider }] = await Promise.all([
    import('./demo/demo.ts'),
    import('./identity-provider/local-provider.ts'),
  ]);
  const apiPort = portOf(platform);
  const provider = await startLocalProvider(await providerPort(apiPort), apiPort, DEMO_TENANTS);
  try {
    const { tenants, clients } = await loadDemo(platform, provider);
    platform.finishSetUp(tenants, { port: provider.port, clients });
    return provider.close;
  } catch (error) {
    await provider.close();
    throw error;
  }
}

/** Starts the identity provider of an earlier start again. The demo works without it while its port is somebody else's. */
async function resumeProvider(platform: LocalPlatform): Promise<Close | undefined> {
  const { identity } = platform;
  if (identity === undefined) return undefined;
  const { startLocalProvider } = await import('./identity-provider/local-provider.ts');
  const slugs = identity.clients.map(({ tenant }) => tenant);
  try {
    const provider = await startLocalProvider(identity.port, portOf(platform), slugs);
    provider.serve(identity.clients);
    return provider.close;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`port ${identity.port} is in use: nobody can sign in by the local identity provider`);
    return undefined;
  }
}

const portOf = ({ file }: LocalPlatform): number => Number(new URL(file.apiUrl).port);

/** Ctrl-C and SIGTERM stop in order; a second one stops at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    console.error('stopping (once more to stop at once)');
    void stop().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`the stop failed: ${error.message}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
}

async function main(): Promise<void> {
  const { values } = readArguments(HELP, {
    allowNegative: true,
    options: {
      port: { type: 'string' },
      'aws-port': { type: 'string' },
      data: { type: 'string', default: DEFAULT_DATA_DIR },
      env: { type: 'string', default: DEFAULT_ENVIRONMENT },
      'database-url': { type: 'string' },
      reset: { type: 'boolean', default: false },
      demo: { type: 'boolean', default: true },
      watch: { type: 'boolean', default: false },
    },
  });
  const port = apiPort(values.port);
  const awsPort = values['aws-port'] === undefined ? undefined : parsePort(values['aws-port'], '--aws-port');
  writeForOwnerOnly();
  // Loaded once the arguments are known to be good: --help is answered at once.
  const { startLocalPlatform } = await import('./platform.ts');
  let stop = async (): Promise<void> => undefined;
  const starting = startLocalPlatform({
    dataDir: values.data,
    port,
    ...(awsPort === undefined ? {} : { awsPort }),
    environment: existingEnvironment(values.env),
    databaseUrl: values['database-url'],
    reset: values.reset,
    watch: values.watch,
    fsync: process.env.VESTRY_LOCAL_FSYNC !== 'off',
    processFunctions: list(process.env.VESTRY_LOCAL_PROCESS_FUNCTIONS),
    report: (line) => console.log(line),
    warn: (line) => console.error(line),
  });
  // A signal during the start waits for it: half a database is worse than a second.
  stopOnSignals(async () => {
    await starting.catch(() => undefined);
    await stop();
  });
  const platform = await starting;
  let closeProvider: Close | undefined;
  stop = async () => {
    await closeProvider?.();
    await platform.stop();
  };
  try {
    if (!platform.isNew) closeProvider = await resumeProvider(platform);
    else if (values.demo && values.env === DEFAULT_ENVIRONMENT) {
      const startedMs = performance.now();
      closeProvider = await startDemo(platform);
      console.log(`demo data ready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    } else {
      platform.finishSetUp([]);
      console.log('no demo data: the first tenant is made by the operator, at POST /api/tenants');
    }
  } catch (error) {
    await platform.stop();
    throw error;
  }
  console.log(summary(platform, values.data));
  console.log(`ready ${platform.file.apiUrl}`);
}

await exitOnStartError(main);
