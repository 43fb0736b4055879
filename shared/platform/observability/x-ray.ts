import { setImmediate as turn } from 'node:timers/promises';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { SpanRecord } from './span-record.ts';

/** Tracer is loaded only where X-Ray samples an invocation, see docs/adr/0061-traces.md. */

let tracer: Tracer | undefined;

/** Each is a datagram; a file of a million rows has thousands of round trips. */
const MAX_SUBSEGMENTS = 100;

type Parent = NonNullable<ReturnType<Tracer['getSegment']>>;
type Subsegment = ReturnType<Parent['addNewSubsegment']>;

/**
 * Sends an invocation's spans to X-Ray as subsegments of Lambda's segment, since a function may annotate only these.
 * They carry our own trace id, by which both can be found.
 */
export async function sendSubsegments(records: readonly SpanRecord[]): Promise<void> {
  tracer ??= new Tracer({ captureHTTPsRequests: false });
  const segment = tracer.getSegment();
  if (segment === undefined) return;
  const sent = records.filter((record, index) => index < MAX_SUBSEGMENTS || isOutermost(record));
  const made = new Map<string, { readonly parent: Parent; readonly subsegment: Subsegment }>();
  // A span is recorded when it ends, and so after its parts.
  for (const record of sent.toReversed()) {
    const parent = made.get(record.parent?.spanId ?? '')?.subsegment ?? segment;
    made.set(record.context.spanId, {
      parent,
      subsegment: describe(parent.addNewSubsegment(nameOf(record)), record),
    });
  }
  for (const { context } of sent) {
    const { parent, subsegment } = made.get(context.spanId) ?? {};
    subsegment?.flush();
    // Otherwise its parent would send it a second time.
    if (subsegment !== undefined) parent?.removeSubsegment(subsegment);
  }
  // A datagram leaves in the turn of the event loop after it is sent; Lambda may freeze the process in this one.
  await turn();
}

function isOutermost({ parent, isParentRemote }: SpanRecord): boolean {
  return parent === undefined || isParentRemote;
}

/** X-Ray takes few signs in names: `GET /tenants/:id`. */
function nameOf({ name }: SpanRecord): string {
  return name.replace(/\{(\w+)\}/g, ':$1').replace(/[^\p{L}\p{N}\s_.:/%&#=+\\@-]/gu, '');
}

function describe(subsegment: Subsegment, record: SpanRecord): Subsegment {
  const { context, startedMs, endedMs, errorType, attributes } = record;
  const said = { trace_id: context.traceId, ...attributes, 'error.type': errorType };
  for (const [key, value] of Object.entries(said))
    if (value !== undefined) subsegment.addAnnotation(key.replaceAll('.', '_'), value);
  // Only the kind of error is sent: messages quote the data they are about.
  if (errorType !== undefined) subsegment.addFaultFlag();
  subsegment.addAttribute('start_time', startedMs / 1_000);
  subsegment.addAttribute('end_time', endedMs / 1_000);
  delete (subsegment as { in_progress?: boolean }).in_progress;
  return subsegment;
}
