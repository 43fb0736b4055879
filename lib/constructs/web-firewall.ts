import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Requests from one address in five minutes. An office behind one address sends its payroll through it. */
const REQUESTS_PER_ADDRESS = 3_000;

/**
 * Those of the common rules that read bodies only count: names with markup or apostrophes are data here, and uploads
 * are larger than 8 KB. The rules against SQL injection are left out for the same reason; statements take parameters.
 */
const COUNTED_COMMON_RULES = [
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
  'SizeRestrictions_BODY',
];

const MANAGED_GROUPS = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counted: [] },
  { name: 'AWSManagedRulesCommonRuleSet', counted: COUNTED_COMMON_RULES },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', counted: [] },
];

export interface WebFirewallProps {
  readonly name: string;
  /** The ARN of a stage. */
  readonly resourceArn: string;
}

/** AWS WAF before a stage of the API. */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, { name, resourceArn }: WebFirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        rateLimit(),
        ...MANAGED_GROUPS.map(({ name: group, counted }, index) => managed(group, counted, index + 1)),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { webAclArn: acl.attrArn, resourceArn });
  }
}

function rateLimit(): CfnWebACL.RuleProperty {
  return {
    name: 'RatePerAddress',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit: REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
    visibilityConfig: visibility('RatePerAddress'),
  };
}

function managed(name: string, counted: readonly string[], priority: number): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(name),
  };
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  // Sampled requests would show bodies and tokens to everyone who may open the console.
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
