import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { retentionYears } from '#retention/retention-policy.ts';

const ENVIRONMENTS = join(import.meta.dirname, '../config/environments');

/** Names of functions, queues and stacks begin with it; Lambda allows them 64 characters. */
const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,14}[a-z0-9]$/, 'must be 3 to 16 of a-z, 0-9 and -');

/** Aurora scales in halves of a capacity unit (2 GiB of memory each). */
const capacityUnits = z.number().min(0.5).max(256).multipleOf(0.5);

const exactOrigin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'must be an exact origin');

/** One tenant environment: `config/environments/<name>.json`. */
export const EnvironmentSchema = z
  .strictObject({
    name: environmentName,
    account: z.string().regex(/^\d{12}$/),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
    /** `pooled`: many tenants share it. `siloed`: one tenant has it for itself. */
    tenancy: z.enum(['pooled', 'siloed']),
    /** Canary releases with rollback, a reader beside the writer, and no stand-ins for banks. */
    production: z.boolean(),
    /** Whether the mock bank replaces a real one. */
    mockBank: z.boolean(),
    /** The URL at which clients reach the API: its own domain, or the output `Url` of the API's stack. */
    apiUrl: exactOrigin.optional(),
    /** Absent: payments go into files, for the bank to fetch. The mock bank stands under `apiUrl`. */
    bank: z
      .strictObject({
        url: z.url().optional(),
        /** The seconds that its callback may take before the bank is asked. */
        waitSeconds: z.number().int().min(5).max(864_000),
      })
      .optional(),
    database: z
      .strictObject({ minAcu: capacityUnits, maxAcu: capacityUnits })
      .refine(({ minAcu, maxAcu }) => minAcu <= maxAcu, 'minAcu must not exceed maxAcu'),
    /** Whether the database is protected. Buckets, keys and secrets are kept in any case. */
    deletionProtection: z.boolean(),
    /** Whether the stacks are protected. */
    terminationProtection: z.boolean(),
    logRetentionDays: z
      .number()
      .refine((days) => RetentionDays[days] !== undefined, 'CloudWatch knows no such period'),
    /** If it is absent, alarms reach only the topic. */
    alarmEmail: z.email().optional(),
    /** The OpenTelemetry collector that takes traces, within reach of the functions. If it is absent, only X-Ray gets them. */
    otlpEndpoint: z.url().optional(),
    /** Web origins that may call the API from a browser. */
    corsOrigins: z.array(exactOrigin),
    /** Whether webhooks may be the machine's own: for development, where tests listen there. */
    webhooksToLoopback: z.boolean().default(false),
    /** The years for which records that the law asks for are kept. */
    retentionYears,
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
    if (environment.mockBank && environment.apiUrl === undefined)
      refuse('apiUrl', 'an environment with a mock bank says where its API is reached');
    if (!environment.production) return;
    if (environment.mockBank) refuse('mockBank', 'a production environment has no mock bank');
    if (environment.webhooksToLoopback)
      refuse('webhooksToLoopback', 'a production environment tells nobody inside its own network');
    if (!environment.deletionProtection)
      refuse('deletionProtection', 'a production environment protects its data');
    if (!environment.terminationProtection)
      refuse('terminationProtection', 'a production environment protects its stacks');
  });

export type Environment = z.infer<typeof EnvironmentSchema>;

/** Reads and checks the configuration of an environment. Throws with every reason why it can't be used. */
export function readEnvironment(name: string): Environment {
  const file = join(ENVIRONMENTS, `${environmentName.parse(name)}.json`);
  if (!existsSync(file)) throw new Error(`there is no environment ${name}: ${file} does not exist`);
  const parsed = EnvironmentSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.name !== name) throw new Error(`${file} names itself ${parsed.data.name}`);
  return parsed.data;
}
