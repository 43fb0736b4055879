import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './json.ts';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** The kind in OTLP's numbers: 2 server, 3 client, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number };
  /** The name of the function. */
  readonly service: string;
}

export interface TraceCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The bodies in the order in which they arrived. */
  readonly bodies: readonly string[];
  /** The behaviour towards exporters. @default accepts everything */
  behaves: 'well' | 'refuses' | 'hangs';
  ofTrace(traceId: string): CollectedSpan[];
  close(): Promise<void>;
}

const contentOf = (value: Json): unknown => Object.values(value)[0];

const attributesOf = (list: Json): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }: Json) => [key, contentOf(value)]));

/** Takes spans by OTLP over HTTP in JSON, as a collector of OpenTelemetry does. */
export async function traceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json')
        return response.writeHead(415).end();
      if (collector.behaves === 'hangs') return undefined;
      if (collector.behaves === 'refuses') return response.writeHead(400).end();
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans as Json[])
        for (const span of scopeSpans.flatMap((scope: Json) => scope.spans) as Json[])
          spans.push({
            ...span,
            attributes: attributesOf(span.attributes),
            service: String(attributesOf(resource.attributes)['service.name']),
          });
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const collector: TraceCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, bodies },
    behaves: 'well',
    ofTrace: (traceId) => spans.filter((span) => span.traceId === traceId),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

/** The parents that spans name and that are none of them: a connected trace has one at most, its caller. */
export function missingParents(spans: readonly CollectedSpan[]): string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  return [
    ...new Set(spans.map(({ parentSpanId = 'none' }) => parentSpanId).filter((parent) => !known.has(parent))),
  ];
}
