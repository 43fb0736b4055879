import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { VestryStack } from '#lib/stacks/vestry-stack.ts';

/** Makes the topic of the alarms of a region: an alarm reaches no topic of another. The environment's address must confirm each. */
export function alarmTopic(stack: VestryStack, key: IKey): ITopic {
  const topic = new Topic(stack, 'Alarms', { masterKey: key, enforceSSL: true });
  const alarms = {
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  };
  // A topic's policy replaces the one by which the account's own alarms may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      ...alarms,
      sid: 'AllowAlarms',
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      ...alarms,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  );
  const { alarmEmail } = stack.config;
  if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
