import { defaultZones, environmentName, parseEnvironment } from '#lib/environment.ts';
import { EnvironmentError } from '#lib/environment-problems.ts';

/** The facts of a new environment that only the user knows, and the choices that the user may change. */
export interface NewEnvironment {
  readonly name: string;
  readonly account: string | undefined;
  /** @default 'us-east-1' */
  readonly region?: string | undefined;
  /** @default the first two of the region that have a proxy */
  readonly zones?: readonly string[] | undefined;
  readonly production: boolean;
  readonly siloed: boolean;
  /** Whether it does without the proxy and the endpoints of the second zone. It can't change later. @default false */
  readonly small?: boolean;
  readonly mockBank: boolean;
  /** @default that of API Gateway */
  readonly domain?: string | undefined;
  /** The hosted zone of the domain. */
  readonly hostedZone?: string | undefined;
  /** @default none */
  readonly origins?: readonly string[] | undefined;
  /** @default none */
  readonly alarmEmail?: string | undefined;
}

const DEFAULT_REGION = 'us-east-1';
/** Aurora begins small and may grow; the files are meant to be edited. */
const CAPACITY = { production: { minAcu: 1, maxAcu: 64 }, other: { minAcu: 0.5, maxAcu: 8 } };
const LOG_DAYS = { production: 365, other: 30 };
const RETENTION_YEARS = 7;
/** The runner's own environment, which belongs to no account. */
const RESERVED = 'local';

/**
 * Returns the text of an environment's file, which can be used as it is.
 * @param file its name, for the message
 * @throws EnvironmentError with every reason why it can't be used
 */
export function environmentText(file: string, options: NewEnvironment): string {
  const { name, account, production, alarmEmail } = options;
  const checked = environmentName.safeParse(name);
  if (!checked.success)
    throw new EnvironmentError(`the name ${name} ${checked.error.issues[0]?.message ?? 'is not usable'}`);
  if (name === RESERVED) throw new EnvironmentError(`the environment ${RESERVED} is what npm start runs`);
  if (account === undefined)
    throw new EnvironmentError('say which AWS account it is for: --account 111111111111');
  const { domain, hostedZone } = options;
  if ((domain === undefined) !== (hostedZone === undefined))
    throw new EnvironmentError('a domain needs the zone that takes its records: --domain and --hosted-zone');
  const kind = production ? 'production' : 'other';
  const { region = DEFAULT_REGION } = options;
  const environment = {
    name,
    account,
    region,
    zones: options.zones ?? defaultZones(region),
    tenancy: options.siloed ? 'siloed' : 'pooled',
    production,
    mockBank: options.mockBank,
    ...(options.small === true ? { small: true } : {}),
    database: CAPACITY[kind],
    deletionProtection: production,
    terminationProtection: production,
    logRetentionDays: LOG_DAYS[kind],
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    // The console's policy lets it send large files to the one bucket whose name is known, and to no other.
    ...(domain === undefined
      ? {}
      : {
          edge: { domain, hostedZoneId: hostedZone },
          uploadsBucketName: `vestry-${name}-uploads-${account}`,
        }),
    corsOrigins: options.origins ?? [],
    retentionYears: RETENTION_YEARS,
  };
  const text = `${JSON.stringify(environment, null, 2)}\n`;
  parseEnvironment(file, text);
  return text;
}
