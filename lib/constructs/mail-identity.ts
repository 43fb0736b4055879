import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import { domainOf } from '#lib/mail.ts';

export interface MailIdentityProps {
  readonly from: string;
  readonly edge: Environment['edge'];
}

const TTL = Duration.hours(1);

/**
 * The domain from which the environment sends mail, as SES verifies it: by three records that sign its mails. They are written into the
 * environment's zone where the domain is its own; elsewhere whoever keeps the domain adds them (docs/deploying.md).
 */
export class MailIdentity extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { from, edge }: MailIdentityProps) {
    super(scope, id);
    const domain = domainOf(from);
    const identity = new EmailIdentity(this, 'Identity', { identity: Identity.domain(domain) });
    // The ARN by its name: a reference from another stack would be an export, which can't be given up while it is used.
    this.arn = Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: domain });
    if (domain !== edge?.domain) return;
    for (const [index, { name, value }] of identity.dkimRecords.entries())
      new CfnRecordSet(this, `Dkim${index + 1}`, {
        hostedZoneId: edge.hostedZoneId,
        ...{ name, type: 'CNAME', resourceRecords: [value], ttl: String(TTL.toSeconds()) },
      });
  }
}
