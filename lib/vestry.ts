import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { type JobEntry, jobs } from '../shared/jobs.ts';
import { type RouteEntry, routes } from '../shared/routes.ts';
import { type BundleEntry, bundle, type FunctionCode } from './constructs/bundle.ts';
import { PUBLISH_CONSOLE_ENTRY } from './constructs/console-site.ts';
import type { FunctionContext } from './constructs/platform-function.ts';
import type { Environment } from './environment.ts';
import { API_ENTRIES, ApiStack, STAGE } from './stacks/api-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { DeliveryStack } from './stacks/delivery-stack.ts';
import { EdgeStack } from './stacks/edge-stack.ts';
import { IngestionStack } from './stacks/ingestion-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { PaymentsStack } from './stacks/payments-stack.ts';
import { CORE, partOf, RoutesStack, routesByPart } from './stacks/routes-stack.ts';
import { SchedulesStack } from './stacks/schedules-stack.ts';
import { MIGRATE_ENTRY, SchemaStack } from './stacks/schema-stack.ts';

const MIGRATIONS = join(import.meta.dirname, '../migrations');

/** The routes and jobs of an environment. */
export interface Tables {
  readonly routes: readonly RouteEntry[];
  readonly jobs: readonly JobEntry[];
}

/** The tables of an environment: without the mock bank where there is none. */
export function tablesOf(environment: Environment, tables: Tables = { routes, jobs }): Tables {
  const belongs = ({ sandbox }: { readonly sandbox: boolean }) => environment.mockBank || !sandbox;
  return { routes: tables.routes.filter(belongs), jobs: tables.jobs.filter(belongs) };
}

/** Returns every file that becomes a function of an environment. One without an edge publishes no console, and leaves that one out. */
export function entriesOf({ routes: served, jobs: run }: Tables): BundleEntry[] {
  return [
    ...served.map((route) => ({
      entry: route.entry,
      neededBy: `route ${route.operationId}`,
      part: partOf(route),
    })),
    ...run.map(({ entry, name }) => ({ entry, neededBy: `job ${name}`, part: 'jobs' })),
    ...API_ENTRIES.map((entry) => ({ entry, neededBy: 'the API', part: CORE })),
    { entry: MIGRATE_ENTRY, neededBy: 'the database schema', part: 'jobs' },
    { entry: PUBLISH_CONSOLE_ENTRY, neededBy: 'the console', part: 'console' },
  ];
}

/** Adds the stacks of one environment. */
export function addStacks(
  app: App,
  environment: Environment,
  tables: Tables = tablesOf(environment),
  code: ReadonlyMap<string, FunctionCode> = bundle(entriesOf(tables)),
): void {
  const network = new NetworkStack(app, { environment });
  const { database, key, signingKeys, auditKeys, fieldKey, bankSecret, alarmTopic } = new DataStack(app, {
    environment,
    vpc: network.vpc,
    databaseClients: network.functions,
  });
  const context: FunctionContext = {
    environment,
    bundle: code,
    vpc: network.vpc,
    securityGroup: network.functions,
    database,
  };
  const schema = new SchemaStack(app, { context, key, migrationsHash: migrationsHash() });
  const ingestion = new IngestionStack(app, {
    ...{ context, key, signingKeys, auditKeys, fieldKey, bankSecret, alarmTopic },
    jobs: tables.jobs,
  });
  const { grants } = ingestion;
  const schedules = new SchedulesStack(app, { context, grants, alarmTopic, jobs: tables.jobs });
  const parts = [...routesByPart(tables.routes)].map(
    ([part, routes]) => new RoutesStack(app, { part, context, grants, alarmTopic, routes }),
  );
  const targetOf = new Map(parts.flatMap(({ targets }) => [...targets]));
  const targets = new Map(tables.routes.map((route) => [route, targetOf.get(route) as string]));
  const api = new ApiStack(app, { context, alarmTopic, targets });
  for (const part of parts) api.addStackDependency(part, 'it calls their functions by name');
  if (environment.edge !== undefined)
    new EdgeStack(app, { context, edge: environment.edge }).addStackDependency(
      api,
      'its key and the name of its origin are made with the API',
    );
  new ObservabilityStack(app, { environment, alarmTopic, stage: STAGE });
  const payments = new PaymentsStack(app, {
    ...{ context, grants, key, alarmTopic },
    jobs: tables.jobs,
    sandbox: ingestion.sandbox,
  });
  payments.addStackDependency(api, 'payments reach the mock bank, and it them, at the address of the API');
  for (const stack of [ingestion, schedules, ...parts, api, payments])
    stack.addStackDependency(schema, 'functions run on the schema that they were written for');
  if (environment.delivery !== undefined)
    new DeliveryStack(app, { environment, delivery: environment.delivery });
}

function migrationsHash(): string {
  const hash = createHash('sha256');
  const files = readdirSync(MIGRATIONS, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sql'),
  );
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(MIGRATIONS, file)));
  return hash.digest('hex');
}
