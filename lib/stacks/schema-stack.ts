import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import {
  AMAZON_AUTHORITIES,
  type FunctionContext,
  PlatformFunction,
} from '#lib/constructs/platform-function.ts';
import { resourceProvider } from '#lib/constructs/resource-provider.ts';
import { VestryStack } from './vestry-stack.ts';

export const MIGRATE_ENTRY = 'functions/platform/migrate.ts';

const TIMEOUT_SECONDS = 840;

export interface SchemaStackProps {
  readonly context: FunctionContext;
  readonly key: IKey;
  /** Changes whenever a migration does. */
  readonly migrationsHash: string;
}

/** Brings the database up to date before any function of the release is deployed. Failing, it stops the release. */
export class SchemaStack extends VestryStack {
  constructor(scope: Construct, { context, key, migrationsHash }: SchemaStackProps) {
    super(scope, 'schema', { environment: context.environment, description: 'Vestry: database migrations' });
    const { database } = context;
    const migrate = new PlatformFunction(this, 'migrate', {
      context,
      name: 'migrate',
      description: 'Creates the roles of the database and applies its migrations',
      entry: MIGRATE_ENTRY,
      timeoutSeconds: TIMEOUT_SECONDS,
      securityGroups: [database.migrators],
      grant: {
        statements: [
          new PolicyStatement({
            actions: ['secretsmanager:GetSecretValue'],
            resources: [database.masterSecret.secretArn],
          }),
          new PolicyStatement({ actions: ['kms:Decrypt'], resources: [key.keyArn] }),
        ],
        environment: {
          // Past the proxy, which has no master user.
          DATABASE_HOST: database.clusterHost,
          DATABASE_MASTER_SECRET_ARN: database.masterSecret.secretArn,
          NODE_EXTRA_CA_CERTS: AMAZON_AUTHORITIES,
          ...(context.environment.mockBank ? { BANK_STAND_IN: 'on' } : {}),
        },
      },
    });
    const migration = new CustomResource(this, 'Migration', {
      resourceType: 'Custom::Migration',
      serviceToken: resourceProvider(this, this.config, migrate).serviceToken,
      properties: { migrations: migrationsHash },
      // There is no way back: an earlier release runs on the newer schema.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    migration.node.addDependency(migrate);
  }
}
