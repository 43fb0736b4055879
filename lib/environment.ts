import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { parse } from 'lossless-json';
import * as z from 'zod';
import type { RequestClass } from '#contracts/request-classes.ts';
import { isTimeZone } from '#kernel/calendar.ts';
import { retentionYears } from '#retention/retention-policy.ts';
import { closest } from './closest.ts';
import { ENVIRONMENTS, environmentFile, environmentNames } from './environment-names.ts';
import { EnvironmentError, explain, explainSyntax } from './environment-problems.ts';
import { changesOfReleased, type Released, readReleased } from './released-environments.ts';

/** Names of functions, queues and stacks begin with it; Lambda allows them 64 characters. */
export const environmentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,14}[a-z0-9]$/,
    'must be 3 to 16 of a-z, 0-9 and -, begin with a letter and not end with -',
  );

/** Aurora scales in halves of a capacity unit (2 GiB of memory each). */
const capacityUnits = z.number().min(0.5).max(256).multipleOf(0.5);

const LOG_PERIODS = `CloudWatch knows no such period; it knows ${Object.values(RetentionDays)
  .filter((days) => typeof days === 'number' && days < 9_999)
  .join(', ')} days`;

const exactOrigin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'must be an exact origin');

/** Others may read what is sent in the clear; on the developer's own machine there are no others. */
const encryptedUrl = z.union(
  [z.url({ protocol: /^https$/ }), z.url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1)$/ })],
  { error: 'must be a URL that begins with https://' },
);

/** Every port of the developer's own machine. */
const ANY_LOCAL_PORT = /^http:\/\/(localhost|127\.0\.0\.1):\*$/;

const webOrigin = z.union([z.string().regex(ANY_LOCAL_PORT), exactOrigin], {
  error: 'must be an exact origin, such as https://equity.example, or http://localhost:* for development',
});

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** The name of a certificate has at most 64 characters, and the API's begins with `origin.`. */
const MAX_DOMAIN = 57;

/** Zones in which RDS is known to make no proxy. Its documentation names none: a further one shows at the first deployment. */
const ZONES_WITHOUT_PROXY = ['use1-az3'];

/** A policy of a bucket has at most 20 KB. */
const MAX_ARCHIVE_READERS = 20;

/** A number of requests in a window. */
const quota = z.number().int().min(1, 'lets nobody in; the least is 1').max(1_000_000);

/** The requests of a class that a user, and the users of a tenant together, may send. */
const quotasOfCallers = (user: number, tenant: number) =>
  z
    .strictObject({ user: quota.default(user), tenant: quota.default(tenant) })
    .refine((quotas) => quotas.user <= quotas.tenant, 'user must not exceed tenant')
    .prefault({});

/** The requests of a class that may come from one network: an address, or the /64 of an IPv6 address. */
const quotaOfSources = (source: number) => z.strictObject({ source: quota.default(source) }).prefault({});

/** One tenant environment: `config/environments/<name>.json`. */
export const EnvironmentSchema = z
  .strictObject({
    name: environmentName.describe('the name of the file without its ending'),
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be the twelve digits of an AWS account')
      .describe('the number of the AWS account, such as "111111111111"'),
    region: z
      .string()
      .regex(REGION, 'must be a region of AWS, such as us-east-1')
      .describe('the region of AWS, such as "us-east-1"'),
    /**
     * The two zones of the network, by the ids that mean the same in every account: `aws ec2 describe-availability-zones`.
     * They can't change once the environment exists: subnets, and so the database, stay where they are.
     */
    zones: z
      .array(z.string())
      .length(2, 'must be two zones')
      .describe('two zones of the region by id, such as ["use1-az1", "use1-az2"]'),
    /** `pooled`: many tenants share it. `siloed`: one tenant has it for itself. */
    tenancy: z.enum(['pooled', 'siloed']).describe('"pooled" for many tenants or "siloed" for one'),
    /** Canary releases with rollback, a reader beside the writer, and no stand-ins for banks. */
    production: z.boolean().describe('true or false'),
    /** Whether the mock bank replaces a real one. */
    mockBank: z.boolean().describe('true or false; only environments that are not production may have it'),
    /** Absent: payments go into files, for the bank to fetch, or to the mock bank. */
    bank: z
      .strictObject({
        url: encryptedUrl.optional(),
        /** The seconds that its callback may take before the bank is asked. */
        waitSeconds: z.number().int().min(5).max(864_000),
      })
      .optional(),
    database: z
      .strictObject({ minAcu: capacityUnits, maxAcu: capacityUnits })
      .refine(({ minAcu, maxAcu }) => minAcu <= maxAcu, 'minAcu must not exceed maxAcu')
      .describe('the capacity of Aurora, such as { "minAcu": 0.5, "maxAcu": 8 }'),
    /**
     * Whether the environment does without what costs most while nobody uses it: the proxy before the database, and endpoints in the second zone. It
     * can't change once the environment exists. Production can't be small.
     */
    small: z.boolean().default(false),
    /** Whether the database is protected. Buckets, keys and secrets are kept in any case. */
    deletionProtection: z.boolean().describe('true or false'),
    /** Whether the stacks are protected. */
    terminationProtection: z.boolean().describe('true or false'),
    logRetentionDays: z
      .number()
      .refine((days) => RetentionDays[days] !== undefined, LOG_PERIODS)
      .describe('the days for which logs are kept, such as 30'),
    /** If it is absent, alarms reach only the topic. Production must have it. */
    alarmEmail: z.email().optional(),
    /** The OpenTelemetry collector that takes traces, within reach of the functions. If it is absent, only X-Ray gets them. */
    otlpEndpoint: encryptedUrl.optional(),
    /** The address from which mail is sent, at a domain of its own. @default `no-reply@` the domain of the edge; without either, no mail is sent */
    mail: z
      .strictObject({ from: z.email('must be an address, such as no-reply@mail.acme.example') })
      .optional(),
    /** Whether an ADMIN may set the passwords of others. Nobody else knows a password that its user has set by a link: production can't have it. */
    passwordsByAdmin: z.boolean().default(false),
    /** The time zone of tenants that name none, by its IANA name. */
    timeZone: z.string().refine(isTimeZone, 'must be an IANA name, such as America/New_York').default('UTC'),
    /** Whether ADMIN, COMPLIANCE, OPS and operators need a second factor, where their tenant has set nothing. */
    secondFactor: z.enum(['on', 'off']).default('on'),
    /** Web origins that may call the API from a browser; `http://localhost:*` stands for every port of the developer's machine. */
    corsOrigins: z
      .array(webOrigin)
      .max(20)
      .describe('[], or the web origins, such as ["https://equity.example"]'),
    /**
     * Its own domain: CloudFront with a firewall stands before the API, whose own address is closed. If it is absent, the API is reached at the
     * address that API Gateway gives it.
     */
    edge: z
      .strictObject({
        domain: z
          .string()
          .max(MAX_DOMAIN)
          .regex(
            /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
            'must be a domain in small letters, such as equity.acme.example',
          ),
        /** The Route 53 zone that takes the records of the domain, and of `origin.` before it. */
        hostedZoneId: z
          .string()
          .regex(
            /^Z[A-Z0-9]{5,31}$/,
            'must be the id of a hosted zone of Route 53, such as Z0123456789ABCDEFGHIJ',
          ),
        /**
         * The keys that the API's firewall accepts, by number; the edge shows the first. A new one takes two releases: `[2, 1]`, then `[2]`. A number is
         * never used again.
         */
        keys: z
          .array(z.number().int().min(1).max(9_999))
          .min(1, 'must name a key: the edge shows it')
          .max(2, 'must be the new key and the one that it replaces')
          .refine((keys) => new Set(keys).size === keys.length, 'must be different keys')
          .default([1]),
      })
      .optional(),
    /**
     * The requests that one address may send in five minutes; more are answered with 429. An office behind one address sends its payroll
     * through it, one contribution after another: the default is 100 a second.
     */
    requestsPerAddress: z
      .number()
      .int()
      .min(10, 'WAF takes no limit below 10')
      .max(2_000_000_000)
      .default(30_000),
    /**
     * The requests of each class in ten seconds; more are answered with 429. Those of a tenant are a part of what the stage admits for all, so
     * that no tenant uses it up alone.
     */
    requestQuotas: z
      .strictObject({
        reads: quotasOfCallers(1_000, 3_000),
        writes: quotasOfCallers(1_000, 2_000),
        uploads: quotasOfCallers(50, 200),
        reports: quotasOfCallers(50, 200),
        /** The gallery of Entra ID asks for 25 a second. */
        provisioning: quotasOfCallers(250, 250),
        /** An office signs in from one address in the morning. */
        signIn: quotaOfSources(300),
        /** A bank settles a run of payments from one address. */
        bank: quotaOfSources(10_000),
      } satisfies Record<RequestClass, z.ZodType>)
      .prefault({}),
    /** The GitHub repository whose workflow *Deploy* releases the environment. If it is absent, people release it. */
    delivery: z
      .strictObject({
        repository: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'must be a repository of GitHub, such as acme/vestry'),
        /** An account takes one provider for GitHub: the first environment in it creates that, and the others use it. */
        oidcProvider: z.enum(['create', 'existing']),
      })
      .optional(),
    /** The contact for reports of weaknesses: `/.well-known/security.txt` says so. */
    security: z
      .strictObject({
        /** @default `security@` the domain */
        contact: z
          .string()
          .max(200)
          .regex(
            /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/,
            'must be mailto: and an address, or a page by https://, such as mailto:security@acme.example',
          )
          .optional(),
        /** The page that shows `SECURITY.md`. */
        policy: z
          .string()
          .max(200)
          .regex(/^https:\/\/\S+$/, 'must be a page by https://')
          .optional(),
      })
      .optional(),
    /** Whether webhooks may be the machine's own: for development, where tests listen there. */
    webhooksToLoopback: z.boolean().default(false),
    /** The years for which records that the law asks for are kept. */
    retentionYears,
    /** The accounts of customers that read what the archive of the audit trail has of their tenant, see docs/runbooks/archive-readers.md. */
    archiveReaders: z
      .array(
        z.strictObject({
          tenant: z
            .string()
            .regex(
              /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
              'must be the id of a tenant in small letters, such as 0197a4c0-0000-7000-8000-000000000000',
            ),
          account: z.string().regex(/^\d{12}$/, 'must be the twelve digits of an AWS account'),
        }),
      )
      .max(MAX_ARCHIVE_READERS, `the policy of a bucket has room for ${MAX_ARCHIVE_READERS}`)
      .refine(
        (readers) =>
          new Set(readers.map(({ tenant, account }) => `${tenant} ${account}`)).size === readers.length,
        'must name each tenant and account once',
      )
      .default([]),
    /** @default a name that CloudFormation generates */
    uploadsBucketName: z.string().optional(),
    /** @default a name that CloudFormation generates */
    auditBucketName: z.string().optional(),
    /** @default a name that CloudFormation generates */
    accessLogsBucketName: z.string().optional(),
  })
  .superRefine((environment, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    for (const reason of wrongZones(environment)) refuse('zones', reason);
    if (environment.archiveReaders.some(({ account }) => account === environment.account))
      refuse('archiveReaders', 'the account of the environment itself reads by its own roles: remove it');
    if (!environment.production) return;
    if (environment.mockBank)
      refuse('mockBank', 'a production environment has no mock bank: set it, or production, to false');
    if (environment.small)
      refuse('small', 'a production environment has a proxy, and endpoints in both zones: remove it');
    if (environment.passwordsByAdmin)
      refuse(
        'passwordsByAdmin',
        'a production environment invites its users, who set their own passwords: remove it',
      );
    if (environment.webhooksToLoopback)
      refuse('webhooksToLoopback', 'a production environment sends nothing into its own network: remove it');
    if (environment.corsOrigins.some((origin) => ANY_LOCAL_PORT.test(origin)))
      refuse('corsOrigins', 'a production environment names each origin: remove those with a *');
    if (!environment.deletionProtection)
      refuse('deletionProtection', 'a production environment protects its data: set it to true');
    if (!environment.terminationProtection)
      refuse('terminationProtection', 'a production environment protects its stacks: set it to true');
    if (environment.alarmEmail === undefined)
      refuse('alarmEmail', 'a production environment says whom its alarms reach: add the address');
  });

export type Environment = z.infer<typeof EnvironmentSchema>;

/** Returns why the zones can't be used. A region that is itself refused has no zones to compare with. */
function wrongZones({ region, zones }: Pick<Environment, 'region' | 'zones'>): string[] {
  if (!REGION.test(region)) return [];
  const prefix = zonePrefix(region);
  const foreign = zones.filter((zone) => !new RegExp(`^${prefix}-az\\d$`).test(zone));
  const withoutProxy = zones.filter((zone) => ZONES_WITHOUT_PROXY.includes(zone));
  return [
    ...foreign.map((zone) => `${zone} is not a zone id of ${region}, such as ${prefix}-az1`),
    ...withoutProxy.map((zone) => `RDS makes no proxy in ${zone}: choose another`),
    ...(new Set(zones).size < zones.length ? ['the zones must be different ones'] : []),
  ];
}

/** Returns the first two zones of a region that can be used. */
export function defaultZones(region: string): string[] {
  const prefix = zonePrefix(region);
  return [1, 2, 3, 4]
    .map((number) => `${prefix}-az${number}`)
    .filter((zone) => !ZONES_WITHOUT_PROXY.includes(zone))
    .slice(0, 2);
}

/** `ap-southeast-2` → `apse2`, with which the ids of its zones begin. */
function zonePrefix(region: string): string {
  const [area = '', ...rest] = region.split('-');
  const number = rest.pop() ?? '';
  const directions = rest.join('').matchAll(/north|south|east|west|central|gov/g);
  return `${area}${[...directions].map(([direction]) => direction[0]).join('')}${number}`;
}

/**
 * Reads and checks the configuration of an environment.
 * @throws EnvironmentError with every reason why it can't be used
 */
export function readEnvironment(
  name: string,
  directory = ENVIRONMENTS,
  released: Released = directory === ENVIRONMENTS ? readReleased() : {},
): Environment {
  const names = environmentNames(directory);
  if (!names.includes(name)) {
    const near = closest(name, names);
    throw new EnvironmentError(
      `there is no environment ${name}: ${near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`} (npm run env:new -- NAME writes a new one)`,
    );
  }
  const path = environmentFile(name, directory);
  const file = relative(process.cwd(), path);
  const environment = parseEnvironment(file, readFileSync(path, 'utf8'));
  if (environment.name !== name)
    throw new EnvironmentError(`${file} can't be used:\n  name: must be ${name}, as the file is called`);
  const changes = changesOfReleased(environment, released);
  if (changes.length > 0)
    throw new EnvironmentError(`${file} can't be used:\n${changes.map((line) => `  ${line}`).join('\n')}`);
  return environment;
}

/**
 * Checks the text of an environment's file.
 * @param file its name, for the message
 * @throws EnvironmentError with every reason why it can't be used
 */
export function parseEnvironment(file: string, text: string): Environment {
  let value: unknown;
  try {
    // It refuses keys that stand there twice, and tells the position of every error.
    value = parse(text, undefined, { parseNumber: Number });
  } catch (error) {
    throw new EnvironmentError(explainSyntax(file, text, error as Error));
  }
  const parsed = EnvironmentSchema.safeParse(value);
  if (!parsed.success)
    throw new EnvironmentError(explain(file, parsed.error.issues, EnvironmentSchema, value));
  return parsed.data;
}

/** Reads the environment for a command: what is wrong with its file is told without a stack trace. */
export function readEnvironmentOrExit(name: string): Environment {
  try {
    return readEnvironment(name);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
