import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import { ENVIRONMENT_DIMENSION, METRICS, type MetricName } from '#contracts/metrics.ts';
import { SECURITY_KINDS } from '#contracts/security-kinds.ts';
import { readEnvironment } from '#lib/environment.ts';
import { Synthesised, type TemplateProperties } from './synthesised.ts';

const ROOT = join(import.meta.dirname, '../..');
const environment = readEnvironment('acme-prod');
const synthesised = Synthesised.of({ ...environment, otlpEndpoint: 'https://collector.acme.example' });
const stack = 'vestry-acme-prod-observability';
const alarms = synthesised.ofType('AWS::CloudWatch::Alarm').filter((alarm) => alarm.stack === stack);
const [dashboard] = synthesised.ofType('AWS::CloudWatch::Dashboard');

/** The metrics that an alarm looks at, straight or by an expression. */
function metricsOf({ Metrics, ...alarm }: TemplateProperties): TemplateProperties[] {
  const stats = (Metrics ?? []).flatMap(({ MetricStat }: TemplateProperties) =>
    MetricStat === undefined ? [] : [MetricStat.Metric],
  );
  return Metrics === undefined ? [alarm] : stats;
}

describe('alarms on the platform', () => {
  test('watch errors, latency, payments, the outbox, the audit trail, returns and security', () => {
    const ids = alarms.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(ids.sort()).toEqual(
      [
        ...['AuditChain', 'ErrorRate', 'Latency', 'OutboxLag', 'PaymentsStuck', 'ReturnRate'],
        ...['ControlledChanges', 'Denials', 'FailedSignIns', 'Firewall'],
      ].sort(),
    );
  });

  test.each(alarms.map(({ id, Properties }) => [id, Properties]))(
    '%s tells somebody, and when it is over',
    (_, alarm) => {
      expect(alarm.AlarmActions).toHaveLength(1);
      expect(alarm.OKActions).toEqual(alarm.AlarmActions);
      expect(alarm.AlarmDescription.length).toBeGreaterThan(20);
    },
  );

  test('look at metrics that functions print, by the dimensions that these have', () => {
    const ours = alarms
      .flatMap(({ Properties }) => metricsOf(Properties))
      .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE);
    expect(ours.length).toBeGreaterThan(3);
    for (const { MetricName: name, Dimensions } of ours) {
      const { dimensions } = METRICS[name as MetricName];
      expect(Dimensions.map(({ Name }: TemplateProperties) => Name).sort(), name).toEqual(
        [ENVIRONMENT_DIMENSION, ...dimensions].sort(),
      );
    }
  });

  test('watch every kind of security event, and what the firewall blocks', () => {
    const kinds = alarms
      .filter(({ Properties }) => Properties.MetricName === 'SecurityEvents')
      .flatMap(({ Properties }) => Properties.Dimensions)
      .filter(({ Name }: TemplateProperties) => Name === 'kind')
      .map(({ Value }: TemplateProperties) => Value);
    expect(kinds.sort()).toEqual([...SECURITY_KINDS].sort());
    const firewall = alarms.find(({ Properties }) => Properties.Namespace === 'AWS/WAFV2');
    const [acl] = synthesised
      .ofType('AWS::WAFv2::WebACL')
      .filter(({ Properties }) => Properties.Scope === 'REGIONAL');
    expect(firewall?.Properties.Dimensions).toContainEqual({
      Name: 'WebACL',
      Value: acl?.Properties.VisibilityConfig.MetricName,
    });
  });

  test('name runbooks that there are', () => {
    const named = synthesised
      .ofType('AWS::CloudWatch::Alarm')
      .flatMap(({ Properties }) => Properties.AlarmDescription?.match(/docs\/runbooks\/[\w-]+\.md/g) ?? []);
    expect(named.filter((file: string) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('take the silence of the sweeper for a lag', () => {
    const lag = alarms.find(({ id }) => id.startsWith('OutboxLag'));
    expect(lag?.Properties.TreatMissingData).toBe('breaching');
  });
});

test('the dashboard is JSON that shows every alarm, and metrics that there are', () => {
  const parts = dashboard?.Properties.DashboardBody['Fn::Join'][1] as unknown[];
  const body = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''));
  expect(body.widgets[0].properties.alarms).toHaveLength(alarms.length);
  const searched = [...JSON.stringify(body).matchAll(/\{Vestry,[^}]*\} MetricName=\\+"(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(searched.length).toBeGreaterThan(3);
  expect(searched.filter((name) => !(String(name) in METRICS))).toEqual([]);
});

test('functions export traces to the collector that the environment names', () => {
  const endpoints = synthesised
    .ofType('AWS::Lambda::Function')
    .filter(({ Properties }) => Properties.Handler === 'index.handler')
    .map(({ Properties }) => Properties.Environment.Variables.OTEL_EXPORTER_OTLP_ENDPOINT);
  expect([...new Set(endpoints)]).toEqual(['https://collector.acme.example']);
});

test('only the routes for operators read metrics', () => {
  const readers = synthesised
    .ofType('AWS::IAM::Role')
    .filter(({ Properties }) => JSON.stringify(Properties).includes('cloudwatch:GetMetricData'));
  expect(readers.map(({ id }) => id.replace(/Role.*/, '')).toSorted()).toEqual([
    'getMetrics',
    'listQueues',
    'listSchedules',
  ]);
});
