import { awsClient } from '#platform/aws/client.ts';

const KEPT_MS = 5 * 60_000;

const read = new Map<string, { readonly text: Promise<string>; readonly untilMs: number }>();

/** The current text of a secret, remembered for five minutes. */
export async function secretText(arn: string): Promise<string> {
  const known = read.get(arn);
  if (known !== undefined && known.untilMs > Date.now()) return known.text;
  const text = currentSecretText(arn);
  read.set(arn, { text, untilMs: Date.now() + KEPT_MS });
  try {
    return await text;
  } catch (error) {
    read.delete(arn);
    throw error;
  }
}

/** The next who asks gets the text as it then stands. */
export function forgetSecret(arn: string): void {
  read.delete(arn);
}

/** The text as it stands now, for those who change it. */
export async function currentSecretText(arn: string): Promise<string> {
  const { sdk, client } = await secretsManager();
  const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: arn }));
  if (SecretString === undefined) throw new Error(`the secret ${arn} has no text`);
  return SecretString;
}

/** Puts keys in the place of those that a secret holds. */
export async function putSecretKeys(arn: string, keys: readonly unknown[]): Promise<void> {
  const { sdk, client } = await secretsManager();
  await client.send(new sdk.PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify({ keys }) }));
}

async function secretsManager() {
  const sdk = await import('@aws-sdk/client-secrets-manager');
  return { sdk, client: awsClient(sdk.SecretsManagerClient) };
}
