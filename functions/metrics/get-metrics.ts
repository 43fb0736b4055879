import { collectMetrics } from '#metrics/collect-metrics.ts';
import * as routes from '#metrics/metrics.routes.ts';
import { PROMETHEUS_TEXT, renderPrometheus } from '#metrics/prometheus-text.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getMetrics, async () =>
  reply(renderPrometheus(await collectMetrics(new Date())), { headers: { 'content-type': PROMETHEUS_TEXT } }),
);
