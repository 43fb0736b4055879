import { AsyncLocalStorage } from 'node:async_hooks';
import * as environment from '#platform/environment.ts';
import { logger } from './logger.ts';
import type { SpanAttributes, SpanKind, SpanRecord } from './span-record.ts';
import { nextContext, parseTraceparent, renderTraceparent, type TraceContext } from './traceparent.ts';

/** A span while it lasts. */
export interface Span {
  readonly context: TraceContext;
  set(attributes: SpanAttributes): void;
  /** Ends as an error without throwing one: an answer with a status of 500. */
  fail(errorType: string): void;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: SpanAttributes;
}

interface Place {
  readonly context: TraceContext | undefined;
  /** Absent if traces aren't collected. */
  readonly records: SpanRecord[] | undefined;
}

const places = new AsyncLocalStorage<Place>();

/** A file of a million rows makes thousands of round trips; the first of them show enough. */
const MAX_RECORDS = 1_000;

/** Runs an invocation, and hands over what was recorded in it before its answer: afterwards the environment is frozen. */
export async function invocation<T>(run: () => Promise<T>): Promise<T> {
  const records: SpanRecord[] | undefined =
    environment.exportsTraces() || environment.isTracedByXRay() ? [] : undefined;
  try {
    return await places.run({ context: undefined, records }, run);
  } finally {
    if (records !== undefined && records.length > 0) await handOver(records);
  }
}

/** A failing collector must not fail the work that the traces describe. */
async function handOver(records: readonly SpanRecord[]): Promise<void> {
  const collectors = [
    ...(environment.exportsTraces() ? [exportByOtlp] : []),
    ...(environment.isTracedByXRay() ? [sendToXRay] : []),
  ];
  for (const outcome of await Promise.allSettled(collectors.map((collect) => collect(records))))
    if (outcome.status === 'rejected')
      logger.warn('spans were not exported', { spans: records.length, error: outcome.reason as Error });
}

async function exportByOtlp(records: readonly SpanRecord[]): Promise<void> {
  const { exportSpans } = await import('./export-spans.ts');
  await exportSpans(records);
}

async function sendToXRay(records: readonly SpanRecord[]): Promise<void> {
  const { sendSubsegments } = await import('./x-ray.ts');
  await sendSubsegments(records);
}

/** Runs in a span that continues the trace of `sent`, if that is a valid `traceparent`, or else in a new trace. */
export function continued<T>(
  sent: string | undefined,
  start: SpanStart,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  return spanIn(parseTraceparent(sent), true, start, run);
}

/** A part of the current span. */
export function inSpan<T>(start: SpanStart, run: (span: Span) => Promise<T>): Promise<T> {
  return spanIn(places.getStore()?.context, false, start, run);
}

async function spanIn<T>(
  parent: TraceContext | undefined,
  isParentRemote: boolean,
  { name, kind, attributes = {} }: SpanStart,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const context = nextContext(parent);
  const records = context.sampled ? places.getStore()?.records : undefined;
  const startedMs = nowMs();
  let errorType: string | undefined;
  const said: SpanAttributes = { ...attributes };
  const span: Span = {
    context,
    set: (more) => void Object.assign(said, more),
    fail: (type) => {
      errorType = type;
    },
  };
  try {
    return await places.run({ context, records: places.getStore()?.records }, () => run(span));
  } catch (error) {
    errorType = error instanceof Error ? error.name : typeof error;
    throw error;
  } finally {
    if (records !== undefined && records.length < MAX_RECORDS)
      records.push({
        ...{ name, kind, context, parent, isParentRemote, startedMs, errorType },
        endedMs: nowMs(),
        attributes: said,
      });
  }
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Whether spans are needed: traces are collected, and this one is sampled. */
export function isRecording(): boolean {
  const place = places.getStore();
  return place?.records !== undefined && place.context?.sampled === true;
}

/** Returns the `traceparent` by which the next function continues this trace, or undefined outside any trace. */
export function currentTraceparent(): string | undefined {
  const context = places.getStore()?.context;
  return context && renderTraceparent(context);
}

/** Returns the headers that carry the trace over HTTP. */
export function traceHeaders(): Record<string, string> {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
}
