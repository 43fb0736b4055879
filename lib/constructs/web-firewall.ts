import { Arn, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CfnLoggingConfiguration,
  CfnWebACL,
  CfnWebACLAssociation,
  type CfnWebACLProps,
} from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { type ProblemSlug, problemRegistry, problemType } from '#contracts/problems.ts';
import { EDGE_HEADER } from '#lib/edge.ts';
import type { Environment } from '#lib/environment.ts';

/** WAF counts the requests of an address over this time, and blocks it until it is below its limit again. */
const WINDOW_SECONDS = 300;
/** WAF looks at its counts every half a minute. */
const RETRY_AFTER_SECONDS = 30;
const TOO_MANY = 'too-many-requests';
const TOO_MANY_DETAIL =
  'Too many requests come from this address. Wait as long as Retry-After says, then send fewer at a time.';
const FORBIDDEN = 'forbidden';
const FORBIDDEN_DETAIL =
  'Requests from this address are not accepted, because of what others have seen of it.';

/** Headers that let their bearer in. Paths and queries may hold tokens of links. */
const REDACTED: readonly CfnLoggingConfiguration.FieldToMatchProperty[] = [
  ...['authorization', 'cookie', EDGE_HEADER].map((name) => ({ singleHeader: { Name: name } })),
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

/** Rules about addresses, which are the clients' only where the clients arrive. */
const REPUTATION = 'AWSManagedRulesAmazonIpReputationList';
/** The labels that its blocking rules give a request: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html */
const BAD_REPUTATION = ['AWSManagedIPReputationList', 'AWSManagedReconnaissanceList'].map(
  (rule) => `awswaf:managed:aws:amazon-ip-list:${rule}`,
);

/** Rules about what a request holds. */
const CONTENT_GROUPS = [
  { name: 'AWSManagedRulesCommonRuleSet', counted: COUNTED_COMMON_RULES },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', counted: [] },
];

export interface WebFirewallProps {
  readonly name: string;
  readonly environment: Environment;
  /** CloudFront's, whose distribution names the firewall; or the stage of an API, and the keys of which the edge shows one if there is one. */
  readonly place: 'edge' | { readonly stageArn: string; readonly edgeKeys?: readonly string[] | undefined };
}

/**
 * AWS WAF before the API, or in two parts: at the edge, where each client has its address, and behind it, where only the edge is let in. What
 * requests hold is examined before the API in any case, because API Gateway answers what is refused there with a problem. What is blocked is logged,
 * without what lets anybody in.
 */
export class WebFirewall extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { name, environment, place }: WebFirewallProps) {
    super(scope, id);
    const edgeKeys = place === 'edge' ? undefined : place.edgeKeys;
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: place === 'edge' ? 'CLOUDFRONT' : 'REGIONAL',
      defaultAction: edgeKeys === undefined ? { allow: {} } : { block: {} },
      visibilityConfig: visibility(name),
      ...rulesAt(place, environment),
    });
    this.arn = acl.attrArn;
    if (place !== 'edge')
      new CfnWebACLAssociation(this, 'Association', {
        webAclArn: acl.attrArn,
        resourceArn: place.stageArn,
      });
    this.#logBlocked(acl, environment, place === 'edge' ? '-edge' : '');
  }

  #logBlocked(acl: CfnWebACL, environment: Environment, suffix: string): void {
    // WAF writes only to groups whose names begin like this; a group that outlived the firewall would stop the next one.
    const logs = new LogGroup(this, 'Log', {
      logGroupName: `aws-waf-logs-vestry-${environment.name}${suffix}`,
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

type Rules = Pick<CfnWebACLProps, 'rules' | 'customResponseBodies'>;

function rulesAt(place: WebFirewallProps['place'], { requestsPerAddress }: Environment): Rules {
  const ofContent = CONTENT_GROUPS.map(({ name, counted }) => managed(name, counted));
  const tooMany = { [TOO_MANY]: problemText(TOO_MANY, TOO_MANY_DETAIL) };
  if (place === 'edge')
    return {
      customResponseBodies: { ...tooMany, [FORBIDDEN]: problemText(FORBIDDEN, FORBIDDEN_DETAIL) },
      rules: inOrder([rateLimit(requestsPerAddress), ...badReputation()]),
    };
  if (place.edgeKeys !== undefined) return { rules: inOrder([...ofContent, fromEdge(place.edgeKeys)]) };
  return {
    customResponseBodies: tooMany,
    rules: inOrder([rateLimit(requestsPerAddress), managed(REPUTATION, []), ...ofContent]),
  };
}

type Rule = Omit<CfnWebACL.RuleProperty, 'priority'>;

function inOrder(rules: readonly Rule[]): CfnWebACL.RuleProperty[] {
  return rules.map((rule, priority) => ({ ...rule, priority }));
}

/** The problem that functions answer too, as far as WAF can: it knows no request id, and no media type of problems. */
function problemText(slug: ProblemSlug, detail: string): CfnWebACL.CustomResponseBodyProperty {
  const problem = { type: problemType(slug), ...problemRegistry[slug], detail };
  return { contentType: 'APPLICATION_JSON', content: JSON.stringify(problem) };
}

/** The answer stands above the gateway's own to what WAF blocks, and above CloudFront's page. */
function refusal(
  slug: typeof TOO_MANY | typeof FORBIDDEN,
  headers: Readonly<Record<string, string>> = {},
): CfnWebACL.RuleActionProperty {
  return {
    block: {
      customResponse: {
        responseCode: problemRegistry[slug].status,
        customResponseBodyKey: slug,
        responseHeaders: Object.entries({ ...headers, 'Cache-Control': 'no-store' }).map(([name, value]) => ({
          name,
          value,
        })),
      },
    },
  };
}

function rateLimit(limit: number): Rule {
  return {
    name: 'RatePerAddress',
    action: refusal(TOO_MANY, { 'Retry-After': String(RETRY_AFTER_SECONDS) }),
    statement: {
      rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: WINDOW_SECONDS },
    },
    visibilityConfig: visibility('RatePerAddress'),
  };
}

/** Blocks by the labels of the group, which itself only counts: the answer of a group can't be chosen, and CloudFront's is a page. */
function badReputation(): Rule[] {
  const counted = { ...managed(REPUTATION, []), overrideAction: { count: {} } };
  const blocking = {
    name: 'BadReputation',
    action: refusal(FORBIDDEN),
    statement: {
      orStatement: {
        statements: BAD_REPUTATION.map((key) => ({ labelMatchStatement: { scope: 'LABEL', key } })),
      },
    },
    visibilityConfig: visibility('BadReputation'),
  };
  return [counted, blocking];
}

/** Lets in who knows one of the keys. Everything else is blocked by default. */
function fromEdge(keys: readonly string[]): Rule {
  const statements = keys.map((key) => ({
    byteMatchStatement: {
      fieldToMatch: { singleHeader: { Name: EDGE_HEADER } },
      positionalConstraint: 'EXACTLY',
      searchString: key,
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  }));
  const [only, ...others] = statements;
  return {
    name: 'FromEdge',
    action: { allow: {} },
    // WAF takes no disjunction of one.
    statement: only !== undefined && others.length === 0 ? only : { orStatement: { statements } },
    visibilityConfig: visibility('FromEdge'),
  };
}

function managed(name: string, counted: readonly string[]): Rule {
  return {
    name,
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
