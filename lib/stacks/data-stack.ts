import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmTopic } from '#lib/constructs/alarm-topic.ts';
import { archiveDecryption } from '#lib/constructs/archive-readers.ts';
import { TenantDatabase } from '#lib/constructs/tenant-database.ts';
import type { Environment } from '#lib/environment.ts';
import { VestryStack } from './vestry-stack.ts';

export interface DataStackProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
  readonly databaseClients: ISecurityGroup;
}

/** Each character is one of 62, so these are more than the 256 bits of the keys that are derived from them. */
const GENERATED_CHARACTERS = 64;

/** The stack of what outlives every release: the encryption key, the database, the secrets, and the alarm topic. */
export class DataStack extends VestryStack {
  readonly key: IKey;
  readonly database: TenantDatabase;
  readonly signingKeys: ISecret;
  readonly auditKeys: ISecret;
  readonly fieldKey: ISecret;
  readonly bankSecret: ISecret;
  readonly alarmTopic: ITopic;

  constructor(scope: Construct, props: DataStackProps) {
    super(scope, 'data', { ...props, description: 'Vestry: database, keys and secrets', stateful: true });
    const { environment } = props;
    const key = new Key(this, 'Key', {
      alias: `vestry/${environment.name}`,
      description: `Data of the Vestry environment ${environment.name}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const decryption = archiveDecryption(environment);
    if (decryption !== undefined) key.addToResourcePolicy(decryption);
    this.key = key;
    this.database = new TenantDatabase(this, 'Database', {
      environment,
      vpc: props.vpc,
      key,
      clients: props.databaseClients,
    });
    this.signingKeys = this.#rotatedKeys('SigningKeys', 'signing-keys', 'that sign access tokens');
    this.auditKeys = this.#rotatedKeys('AuditKeys', 'audit-keys', 'that sign digests of the audit trail');
    this.fieldKey = this.#generated('FieldKey', 'field-key', 'Seals account numbers, field by field', {
      reason:
        'Rotated by the scheduled job rotate-field-key, which keeps the old keys: what they have sealed must open until reseal-fields has sealed it anew.',
    });
    this.bankSecret = this.#generated('BankSecret', 'bank', 'By which we and the bank know each other', {
      reason: 'Agreed with the bank, which has to change it at the same time.',
    });
    this.alarmTopic = alarmTopic(this, this.key);
    const secrets = [this.signingKeys, this.auditKeys, this.fieldKey, this.bankSecret];
    this.keepExporting([
      ...secrets.map(({ secretArn }) => secretArn),
      ...this.database.exported,
      this.key.keyArn,
      this.alarmTopic.topicArn,
    ]);
  }

  /** A secret of private keys that the job `rotate-<name>` replaces. */
  #rotatedKeys(id: string, name: string, purpose: string): ISecret {
    const secret = new Secret(this, id, {
      secretName: `vestry/${this.config.name}/${name}`,
      description: `Private keys ${purpose}; written by the job rotate-${name}`,
      // Not a secret: the job adds the first key, and CloudFormation never writes this value again.
      secretStringValue: SecretValue.unsafePlainText(JSON.stringify({ keys: [] })),
      encryptionKey: this.key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: `Rotated by the scheduled job rotate-${name}: a new key must be published to verifiers before it signs, which the rotation steps of Secrets Manager have no place for.`,
    });
    return secret as ISecret;
  }

  #generated(id: string, name: string, description: string, { reason }: { reason: string }): ISecret {
    const secret = new Secret(this, id, {
      secretName: `vestry/${this.config.name}/${name}`,
      description,
      generateSecretString: { passwordLength: GENERATED_CHARACTERS, excludePunctuation: true },
      encryptionKey: this.key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason });
    return secret as ISecret;
  }
}
