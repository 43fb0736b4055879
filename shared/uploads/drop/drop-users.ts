import { awsClient } from '#platform/aws/client.ts';
import { dropEnvironment } from './drop-environment.ts';

/** A key, and the id by which events of S3 name whoever uses it. */
export interface DropKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principalId: string;
}

/** The tag by whose value the policy of all users tells their folders apart. */
const FOLDER_TAG = 'folder';
/** IAM gives a user no more. */
const MAX_KEYS = 2;

async function iam() {
  const sdk = await import('@aws-sdk/client-iam');
  return { client: awsClient(sdk.IAMClient), sdk };
}

/** A user has the name of their credential. */
function userOf(credentialId: string): { UserName: string } {
  return { UserName: `${dropEnvironment.userPrefix()}${credentialId.replaceAll('-', '')}` };
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/**
 * Creates the user of a credential, who may write into one folder, and a key of theirs. What an attempt before this one has done is left; its key
 * may have been handed out, so a user with two keys gets none any more.
 */
export async function issueKey(credentialId: string, folder: string): Promise<DropKeyPair | undefined> {
  const { client, sdk } = await iam();
  const user = userOf(credentialId);
  const PolicyArn = dropEnvironment.policyArn();
  const creation = new sdk.CreateUserCommand({
    ...user,
    PermissionsBoundary: PolicyArn,
    Tags: [{ Key: FOLDER_TAG, Value: folder }],
  });
  const { User } = await client.send(creation).catch((error: unknown) => {
    if (!isNamed(error, 'EntityAlreadyExistsException')) throw error;
    return client.send(new sdk.GetUserCommand(user));
  });
  const { AccessKeyMetadata = [] } = await client.send(new sdk.ListAccessKeysCommand(user));
  if (AccessKeyMetadata.length >= MAX_KEYS) return undefined;
  await client.send(new sdk.AttachUserPolicyCommand({ ...user, PolicyArn }));
  const { AccessKey } = await client.send(new sdk.CreateAccessKeyCommand(user));
  const { AccessKeyId, SecretAccessKey } = AccessKey ?? {};
  if (User?.UserId === undefined || AccessKeyId === undefined || SecretAccessKey === undefined)
    throw new Error('IAM has answered without a key');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    principalId: `AWS:${User.UserId}`,
  };
}

/** Removes the user of a credential with all keys. Whoever is gone stays so. */
export async function removeUser(credentialId: string): Promise<void> {
  const { client, sdk } = await iam();
  const user = userOf(credentialId);
  const unlessGone = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isNamed(error, 'NoSuchEntityException')) throw error;
    }
  };
  await unlessGone(async () => {
    const { AccessKeyMetadata = [] } = await client.send(new sdk.ListAccessKeysCommand(user));
    for (const { AccessKeyId } of AccessKeyMetadata)
      await client.send(new sdk.DeleteAccessKeyCommand({ ...user, AccessKeyId }));
  });
  const PolicyArn = dropEnvironment.policyArn();
  await unlessGone(() => client.send(new sdk.DetachUserPolicyCommand({ ...user, PolicyArn })));
  await unlessGone(() => client.send(new sdk.DeleteUserCommand(user)));
}
