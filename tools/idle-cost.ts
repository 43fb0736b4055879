import prices from './prices.json' with { type: 'json' };

/** A resource of a template, as far as its price depends on it. */
export interface PricedResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type of resource
  readonly Properties: any;
}

export interface CostLine {
  readonly item: string;
  /** US dollars a month. */
  readonly dollars: number;
}

const { perHour, perMonth, perMillionQueueRequests, hoursPerMonth, proxyMinimumCapacityUnits, polling } =
  prices;
/** Lambda asks each queue again as soon as an empty answer has come. */
const POLLS_PER_QUEUE = (polling.pollersPerQueue * hoursPerMonth * 3_600) / polling.secondsPerPoll;

/**
 * Computes what the resources of an environment cost in a month in which nobody uses it, at list prices (`tools/prices.json`): what is charged by the
 * hour or the month. Calls, data and storage come on top.
 */
export function idleCost(resources: readonly PricedResource[]): CostLine[] {
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const [cluster] = ofType('AWS::RDS::DBCluster');
  const minAcu = Number(cluster?.Properties.ServerlessV2ScalingConfiguration.MinCapacity ?? 0);
  const instances = ofType('AWS::RDS::DBInstance').length;
  const proxyAcu = Math.max(proxyMinimumCapacityUnits, instances * minAcu);
  const endpointZones = ofType('AWS::EC2::VPCEndpoint')
    .filter(({ Properties }) => Properties.VpcEndpointType === 'Interface')
    .reduce((zones, { Properties }) => zones + Properties.SubnetIds.length, 0);
  const secrets = ofType('AWS::SecretsManager::Secret').reduce(
    (copies, { Properties }) => copies + 1 + (Properties.ReplicaRegions?.length ?? 0),
    0,
  );
  const masterSecrets = cluster?.Properties.ManageMasterUserPassword === true ? 1 : 0;
  const alarmMetrics = ofType('AWS::CloudWatch::Alarm').reduce(
    (metrics, { Properties }) => metrics + watched(Properties.Metrics),
    0,
  );
  const rules = ofType('AWS::WAFv2::WebACL').reduce(
    (sum, { Properties }) => sum + Properties.Rules.length,
    0,
  );
  const polledQueues = ofType('AWS::Lambda::EventSourceMapping').length;
  const hourly = (price: number, count: number) => price * count * hoursPerMonth;
  const lines: [string, number][] = [
    ['database', hourly(perHour.auroraCapacityUnit, instances * minAcu)],
    ['proxy', hourly(perHour.proxyCapacityUnit, ofType('AWS::RDS::DBProxy').length * proxyAcu)],
    ['endpoints', hourly(perHour.interfaceEndpointZone, endpointZones)],
    ['key', ofType('AWS::KMS::Key').length * perMonth.key],
    ['secrets', (secrets + masterSecrets) * perMonth.secret],
    ['alarms', alarmMetrics * perMonth.alarmMetric],
    ['dashboard', ofType('AWS::CloudWatch::Dashboard').length * perMonth.dashboard],
    ['firewall', ofType('AWS::WAFv2::WebACL').length * perMonth.webAcl + rules * perMonth.webAclRule],
    ['queues', (polledQueues * POLLS_PER_QUEUE * perMillionQueueRequests) / 1e6],
  ];
  return lines.map(([item, dollars]) => ({ item, dollars }));
}

/** An alarm on an expression costs as much as those on each of its metrics. */
function watched(metrics: readonly { readonly MetricStat?: unknown }[] | undefined): number {
  return metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
}

export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
