import { awsClient } from '#platform/aws/client.ts';

/** Loaded on the path that uses it: many functions never call a queue. */
export async function sqs() {
  const sdk = await import('@aws-sdk/client-sqs');
  return { sdk, client: awsClient(sdk.SQSClient) };
}
