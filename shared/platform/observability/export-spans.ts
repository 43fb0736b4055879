import { SpanKind as Kind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import * as environment from '#platform/environment.ts';
import type { SpanKind, SpanRecord } from './span-record.ts';
import type { TraceContext } from './traceparent.ts';

/** The exporter is loaded only where traces are exported, see docs/adr/0061-traces.md. */

/** A collector that hangs keeps an answer back for this long. */
const TIMEOUT_MS = 2_000;

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  server: Kind.SERVER,
  client: Kind.CLIENT,
  consumer: Kind.CONSUMER,
  internal: Kind.INTERNAL,
};

let exporter: OTLPTraceExporter | undefined;

/**
 * Sends spans by OTLP over HTTP, as configured by `OTEL_EXPORTER_OTLP_ENDPOINT` and its sibling variables.
 * @throws if they weren't accepted in time
 */
export async function exportSpans(records: readonly SpanRecord[]): Promise<void> {
  exporter ??= new OTLPTraceExporter({ timeoutMillis: TIMEOUT_MS });
  const to = exporter;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  to.export(records.map(readable), ({ error }) => (error === undefined ? resolve() : reject(error)));
  await promise;
}

const resource = resourceFromAttributes({
  'service.namespace': 'vestry',
  'service.name': environment.serviceName(),
  'deployment.environment.name': environment.name(),
});

function readable(record: SpanRecord): ReadableSpan {
  const { name, kind, context, parent, isParentRemote, startedMs, endedMs, errorType } = record;
  const attributes = Object.fromEntries(
    Object.entries({ ...record.attributes, 'error.type': errorType }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return {
    ...{ name, attributes, resource },
    kind: KINDS[kind],
    spanContext: () => spanContext(context, false),
    ...(parent === undefined ? {} : { parentSpanContext: spanContext(parent, isParentRemote) }),
    startTime: hrTime(startedMs),
    endTime: hrTime(endedMs),
    duration: hrTime(endedMs - startedMs),
    status: { code: errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    links: [],
    events: [],
    ended: true,
    instrumentationScope: { name: 'vestry' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function spanContext({ traceId, spanId, sampled }: TraceContext, isRemote: boolean) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
