import type { TraceContext } from './traceparent.ts';

export type SpanKind = 'server' | 'client' | 'consumer' | 'internal';

/** The attributes of a span: ids and our own names only, never values of requests or texts of errors. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;

/** A finished span, for the collector of traces. */
export interface SpanRecord {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: TraceContext;
  readonly parent: TraceContext | undefined;
  /** Whether another function, or a client, was the parent. */
  readonly isParentRemote: boolean;
  /** Milliseconds since 1970, with fractions. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly attributes: SpanAttributes;
  /** The kind of error that ended it. */
  readonly errorType: string | undefined;
}
