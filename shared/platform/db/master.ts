import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';

export interface MasterDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
}

/** The cluster as its master user, whose password RDS keeps in a secret and rotates. Only migrations use it. */
export async function masterDatabase(): Promise<MasterDatabase> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { SecretString = '{}' } = await awsClient(SecretsManagerClient).send(
    new GetSecretValueCommand({ SecretId: environment.databaseMasterSecretArn() }),
  );
  const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
  const { host, port, database, tls } = environment.database();
  return { host, port, database, user: username, password, ssl: tls };
}
