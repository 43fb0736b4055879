import { CfnOutput, Duration, RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { POLICY_OF_DATA } from '#contracts/answer-headers.ts';
import { alarmTopic } from '#lib/constructs/alarm-topic.ts';
import { ConsoleSite } from '#lib/constructs/console-site.ts';
import { NotifyingAlarm } from '#lib/constructs/notifying-alarm.ts';
import type { FunctionContext } from '#lib/constructs/platform-function.ts';
import { PlatformLogs } from '#lib/constructs/platform-logs.ts';
import { WebFirewall } from '#lib/constructs/web-firewall.ts';
import {
  EDGE_HEADER,
  EDGE_REGION,
  type Edge,
  edgeKeyName,
  originName,
  TRANSPORT_SECURITY,
} from '#lib/edge.ts';
import { VestryStack } from './vestry-stack.ts';

export interface EdgeStackProps {
  readonly context: FunctionContext;
  readonly edge: Edge;
}

/** API Gateway gives up after 29 seconds; CloudFront must not answer before it. */
const ORIGIN_TIMEOUT = Duration.seconds(35);
const KEEP_ALIVE = Duration.seconds(60);
const ALARM_PERIOD = Duration.minutes(5);
const ERROR_PERCENT = 5;
const REFUSED_PERCENT = 95;
/** The fewest requests of a period that say something: of a few, most only try what there is. */
const FEWEST_REQUESTS = 100;

/** All but paths and queries, which may hold tokens of links, cookies, and the pages that people come from. */
const LOGGED_FIELDS = [
  ...['date', 'time', 'c-ip', 'cs-method', 'x-host-header', 'sc-status', 'sc-bytes', 'time-taken'],
  ...['x-edge-location', 'x-edge-result-type', 'x-edge-detailed-result-type', 'x-edge-request-id'],
  ...['cs-protocol', 'cs-protocol-version', 'ssl-protocol', 'cs(User-Agent)'],
];

/** Returns the number of the key that the edge shows. */
function shownKey({ keys: [shown] }: Edge): number {
  if (shown === undefined) throw new Error('an edge has a key');
  return shown;
}

/**
 * The address of the environment: a distribution before the API, with a firewall and a certificate. The
 * console has behaviours of its own; all other paths are the API's.
 */
export class EdgeStack extends VestryStack {
  constructor(scope: Construct, { context, edge }: EdgeStackProps) {
    const { environment } = context;
    super(scope, 'edge', { environment, description: 'Vestry: CloudFront', region: EDGE_REGION });
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: edge.hostedZoneId,
      zoneName: edge.domain,
    });
    const firewall = new WebFirewall(this, 'Firewall', {
      name: `vestry-${environment.name}-edge`,
      place: 'edge',
      environment,
    });
    const console = new ConsoleSite(this, 'Console', context);
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Vestry ${environment.name}`,
      domainNames: [edge.domain],
      certificate: new Certificate(this, 'Certificate', {
        domainName: edge.domain,
        validation: CertificateValidation.fromDns(zone),
      }),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      // Limits are those of an address, of which everybody has any number in IPv6.
      enableIpv6: false,
      webAclId: firewall.arn,
      defaultBehavior: {
        origin: new HttpOrigin(originName(edge), {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          customHeaders: {
            [EDGE_HEADER]: SecretValue.secretsManager(
              edgeKeyName(environment, shownKey(edge)),
            ).unsafeUnwrap(),
          },
          readTimeout: ORIGIN_TIMEOUT,
          keepaliveTimeout: KEEP_ALIVE,
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        // A redirect would answer a client that has sent its token in the clear already.
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // API Gateway knows the API by the origin's name.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: this.#securityHeaders(),
        compress: false,
      },
      additionalBehaviors: Object.fromEntries(console.behaviors),
    });
    this.#acknowledge(distribution);
    this.#log(distribution);
    this.#watch(distribution);
    new ARecord(this, 'Address', {
      zone,
      target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)),
    });
    new CfnOutput(this, 'Url', { value: `https://${edge.domain}/` });
  }

  /** The API sends most of them too, but the edge also answers by itself. */
  #securityHeaders(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'SecurityHeaders', {
      comment: `Vestry ${this.config.name}`,
      securityHeadersBehavior: {
        strictTransportSecurity: TRANSPORT_SECURITY,
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        contentSecurityPolicy: { contentSecurityPolicy: POLICY_OF_DATA, override: false },
      },
    });
  }

  /** Logs each request. The logs of a bucket would have every field; these have those that are asked for. */
  #log(distribution: Distribution): void {
    const name = `vestry-${this.config.name}-edge`;
    const source = new CfnDeliverySource(this, 'LogSource', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    });
    const logs = new PlatformLogs(this, 'AccessLog', { environment: this.config });
    const destination = new CfnDeliveryDestination(this, 'LogDestination', {
      name,
      outputFormat: 'json',
      destinationResourceArn: logs.logGroupArn,
    });
    const delivery = new CfnDelivery(this, 'LogDelivery', {
      deliverySourceName: name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: LOGGED_FIELDS,
    });
    delivery.addResourceDependency(source);
  }

  /** CloudFront's metrics are in this region, and so are the alarms on them, with a topic of their own. */
  #watch({ distributionId }: Distribution): void {
    const key = new Key(this, 'AlarmKey', {
      description: 'Encrypts alarms of the edge',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const topic = alarmTopic(this, key);
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/CloudFront',
        metricName,
        statistic,
        dimensionsMap: { DistributionId: distributionId, Region: 'Global' },
        period: ALARM_PERIOD,
      });
    new NotifyingAlarm(this, 'Unreachable', {
      description:
        'CloudFront answers one request in twenty with a server error: it may not reach the API: docs/runbooks/edge.md',
      metric: metric('5xxErrorRate', Stats.AVERAGE),
      threshold: ERROR_PERCENT,
      periods: 2,
      topic,
    });
    new NotifyingAlarm(this, 'Refused', {
      description:
        'Nearly everything is refused: the API may not know the key of the edge: docs/runbooks/edge.md',
      metric: new MathExpression({
        expression: `IF(requests >= ${FEWEST_REQUESTS}, refused, 0)`,
        usingMetrics: {
          requests: metric('Requests', Stats.SUM),
          refused: metric('4xxErrorRate', Stats.AVERAGE),
        },
        period: ALARM_PERIOD,
      }),
      threshold: REFUSED_PERCENT,
      periods: 2,
      topic,
    });
  }

  #acknowledge(distribution: Distribution): void {
    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'Holders and employees live anywhere; who may do what is decided by their sign-in.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Requests are logged by a delivery to CloudWatch Logs, which leaves out paths and queries: they may hold tokens of links.',
      },
    );
  }
}
