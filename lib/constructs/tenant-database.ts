import { ArnFormat, type CfnResource, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  AuroraPostgresEngineVersion,
  CfnDBInstance,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseProxy,
  DefaultAuthScheme,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';

/** The roles of the database that functions sign in with, by IAM tokens. `vestry_owner` has no login. */
export type DatabaseUser = 'vestry_app' | 'vestry_system';

const DATABASE_USERS: readonly DatabaseUser[] = ['vestry_app', 'vestry_system'];
const DATABASE_NAME = 'vestry';
const MASTER_USER = 'vestry_master';
const POSTGRES = 5432;
const BACKUP_DAYS = { production: 35, other: 7 } as const;
/** A statement slower than this is logged. Parameters are not: they are personal data. */
const SLOW_STATEMENT_MS = 500;

export interface TenantDatabaseProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
  readonly key: IKey;
  /** The security group whose members may reach the proxy, or the cluster where there is none. */
  readonly clients: ISecurityGroup;
}

/**
 * Aurora Postgres behind RDS Proxy. Functions sign in to the proxy, and the proxy to the cluster, by IAM tokens:
 * no password of an application role exists. The master password is kept and rotated by RDS. In a small environment there is no proxy, and
 * functions sign in to the cluster.
 */
export class TenantDatabase extends Construct {
  /** The host to which functions connect: the proxy, or the cluster where there is none. */
  readonly host: string;
  /** The writer itself, for migrations, which need what the proxy doesn't give. */
  readonly clusterHost: string;
  readonly port = POSTGRES;
  readonly databaseName = DATABASE_NAME;
  readonly masterSecret: ISecret;
  /** The security group whose members may reach the cluster without the proxy. */
  readonly migrators: ISecurityGroup;
  readonly #proxyArn: string | undefined;

  constructor(scope: Construct, id: string, props: TenantDatabaseProps) {
    super(scope, id);
    const clusterGroup = new SecurityGroup(this, 'ClusterSecurityGroup', {
      vpc: props.vpc,
      description: 'The database cluster',
      allowAllOutbound: false,
    });
    this.migrators = new SecurityGroup(this, 'MigratorSecurityGroup', {
      vpc: props.vpc,
      description: 'Migrations',
    });
    clusterGroup.addIngressRule(this.migrators, Port.tcp(POSTGRES), 'Migrations');

    const cluster = this.#cluster(props, clusterGroup);
    const proxy = props.environment.small ? undefined : this.#proxy(props, cluster);
    if (proxy === undefined) clusterGroup.addIngressRule(props.clients, Port.tcp(POSTGRES), 'Functions');
    if (cluster.secret === undefined) throw new Error('the cluster has no master secret');
    this.masterSecret = cluster.secret;
    this.clusterHost = cluster.clusterEndpoint.hostname;
    this.host = proxy?.endpoint ?? this.clusterHost;
    this.#proxyArn = proxy?.dbProxyArn;
  }

  /** Returns the values that other stacks use. */
  get exported(): string[] {
    const { masterSecret, migrators, clusterHost, host } = this;
    const ofProxy = this.#proxyArn === undefined ? [] : [host, this.#proxyArn];
    return [masterSecret.secretArn, migrators.securityGroupId, clusterHost, ...ofProxy];
  }

  /** Whether functions connect to the cluster itself. */
  get isDirect(): boolean {
    return this.#proxyArn === undefined;
  }

  /**
   * The right to sign in as one role of the database. Without a proxy it is for any cluster of the account, because one that is restored has another
   * resource id; see {@link anyCluster}.
   */
  connectStatement(user: DatabaseUser): PolicyStatement {
    // arn:aws:rds:REGION:ACCOUNT:db-proxy:prx-…: sign-in is granted on the proxy's resource id.
    const resourceId = this.#proxyArn === undefined ? '*' : Fn.select(6, Fn.split(':', this.#proxyArn));
    return new PolicyStatement({ actions: ['rds-db:connect'], resources: [this.#userArn(resourceId, user)] });
  }

  #userArn(resourceId: string, user: DatabaseUser): string {
    const resourceName = `${resourceId}/${user}`;
    return Stack.of(this).formatArn({
      service: 'rds-db',
      resource: 'dbuser',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #cluster({ environment, vpc, key }: TenantDatabaseProps, securityGroup: ISecurityGroup): DatabaseCluster {
    const instance = { enablePerformanceInsights: true, performanceInsightEncryptionKey: key };
    const cluster = new DatabaseCluster(this, 'Cluster', {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_9 }),
      defaultDatabaseName: DATABASE_NAME,
      credentials: Credentials.fromUsername(MASTER_USER, { encryptionKey: key }),
      manageMasterUserPassword: true,
      iamAuthentication: true,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [securityGroup],
      port: POSTGRES,
      serverlessV2MinCapacity: environment.database.minAcu,
      serverlessV2MaxCapacity: environment.database.maxAcu,
      writer: ClusterInstance.serverlessV2('Writer', instance),
      readers: environment.production
        ? [ClusterInstance.serverlessV2('Reader', { ...instance, scaleWithWriter: true })]
        : [],
      storageEncrypted: true,
      storageEncryptionKey: key,
      backup: {
        retention: Duration.days(environment.production ? BACKUP_DAYS.production : BACKUP_DAYS.other),
      },
      copyTagsToSnapshot: true,
      deletionProtection: environment.deletionProtection,
      removalPolicy: environment.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
      cloudwatchLogsExports: ['postgresql'],
      parameters: {
        'rds.force_ssl': '1',
        log_min_duration_statement: String(SLOW_STATEMENT_MS),
        log_parameter_max_length: '0',
        log_parameter_max_length_on_error: '0',
      },
    });
    this.#logsOf(cluster, environment);
    if (!environment.deletionProtection)
      Validations.of(cluster).acknowledge({
        id: 'AwsSolutions-RDS10',
        reason: `The configuration of ${environment.name} declares its data disposable (deletionProtection: false).`,
      });
    return cluster;
  }

  /** The group to which RDS writes. RDS itself would make it with the first instance, and keep it for ever. */
  #logsOf(cluster: DatabaseCluster, { logRetentionDays, deletionProtection }: Environment): void {
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/rds/cluster/${cluster.clusterIdentifier}/postgresql`,
      retention: logRetentionDays,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    for (const child of cluster.node.findAll()) {
      if (child instanceof CfnDBInstance) child.addResourceDependency(logs.node.defaultChild as CfnResource);
    }
  }

  #proxy({ environment, vpc, clients }: TenantDatabaseProps, cluster: DatabaseCluster): DatabaseProxy {
    const securityGroup = new SecurityGroup(this, 'ProxySecurityGroup', {
      vpc,
      description: 'The database proxy',
    });
    securityGroup.addIngressRule(clients, Port.tcp(POSTGRES), 'Functions');
    const role = new Role(this, 'ProxyRole', { assumedBy: new ServicePrincipal('rds.amazonaws.com') });
    // A cluster that is restored has another resource id, and is to stand behind the same proxy.
    const users = DATABASE_USERS.map((user) => this.#userArn('*', user));
    role.addToPolicy(new PolicyStatement({ actions: ['rds-db:connect'], resources: users }));
    Validations.of(role).acknowledge(...users.map(anyCluster));
    return new DatabaseProxy(this, 'Proxy', {
      proxyTarget: ProxyTarget.fromCluster(cluster),
      dbProxyName: `vestry-${environment.name}`,
      defaultAuthScheme: DefaultAuthScheme.IAM_AUTH,
      iamAuth: true,
      requireTLS: true,
      role,
      securityGroups: [securityGroup],
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      // A function gives up before this; one that waits longer only lengthens the queue.
      borrowTimeout: Duration.seconds(5),
      idleClientTimeout: Duration.minutes(30),
      maxConnectionsPercent: 90,
    });
  }
}

/** Explains a right to sign in to any cluster of the account, by its resource. */
export function anyCluster(resource: string): { id: string; reason: string } {
  return {
    id: `AwsSolutions-IAM5[Resource::${resource}]`,
    reason:
      'The roles of the database are named; any cluster of the account, because one that is restored has another resource id.',
  };
}

/** Whether a resource of a statement is such a right. */
export function isAnyCluster(resource: string): boolean {
  return resource.includes(':dbuser:*/');
}
