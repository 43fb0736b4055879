import { Arn, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { problemRegistry, problemType } from '#contracts/problems.ts';
import type { Environment } from '#lib/environment.ts';

/** WAF counts the requests of an address over this time, and blocks it until it is below its limit again. */
const WINDOW_SECONDS = 300;
/** WAF looks at its counts every half a minute. */
const RETRY_AFTER_SECONDS = 30;
const TOO_MANY = 'too-many-requests';

/** Headers that let their bearer in. Paths and queries may hold tokens of links. */
const REDACTED: readonly CfnLoggingConfiguration.FieldToMatchProperty[] = [
  ...['authorization', 'cookie'].map((name) => ({ singleHeader: { Name: name } })),
  { uriPath: {} },
  { queryString: {} },
];

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
  readonly environment: Environment;
}

/** AWS WAF before a stage of the API. What it blocks is logged, without what lets anybody in. */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, { name, resourceArn, environment }: WebFirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      customResponseBodies: { [TOO_MANY]: tooManyRequests() },
      rules: [
        rateLimit(environment.requestsPerAddress),
        ...MANAGED_GROUPS.map(({ name: group, counted }, index) => managed(group, counted, index + 1)),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { webAclArn: acl.attrArn, resourceArn });
    this.#logBlocked(acl, environment);
  }

  #logBlocked(acl: CfnWebACL, environment: Environment): void {
    // WAF writes only to groups whose names begin like this; a group that outlived the firewall would stop the next one.
    const logs = new LogGroup(this, 'Log', {
      logGroupName: `aws-waf-logs-vestry-${environment.name}`,
      retention: environment.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const destination = Arn.format(
      {
        service: 'logs',
        resource: 'log-group',
        resourceName: logs.logGroupName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      Stack.of(this),
    );
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [destination],
      redactedFields: [...REDACTED],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
    });
  }
}

/** The problem that functions answer too, as far as WAF can: it knows no request id, and no media type of problems. */
function tooManyRequests(): CfnWebACL.CustomResponseBodyProperty {
  const problem = {
    type: problemType(TOO_MANY),
    ...problemRegistry[TOO_MANY],
    detail:
      'Too many requests come from this address. Wait as long as Retry-After says, then send fewer at a time.',
  };
  return { contentType: 'APPLICATION_JSON', content: JSON.stringify(problem) };
}

/** Answers 429, which stands above the gateway's own answer to what WAF blocks. */
function rateLimit(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'RatePerAddress',
    priority: 0,
    action: {
      block: {
        customResponse: {
          responseCode: problemRegistry[TOO_MANY].status,
          customResponseBodyKey: TOO_MANY,
          responseHeaders: [
            { name: 'Retry-After', value: String(RETRY_AFTER_SECONDS) },
            { name: 'Cache-Control', value: 'no-store' },
          ],
        },
      },
    },
    statement: {
      rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: WINDOW_SECONDS },
    },
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
