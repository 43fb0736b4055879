import { randomBytes } from 'node:crypto';

/** A position in a trace, as W3C Trace Context defines it: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 lower-case hex digits, not all of them zero. */
  readonly traceId: string;
  /** 16 of the same kind. */
  readonly spanId: string;
  /** Whether those before us record the trace. */
  readonly sampled: boolean;
}

/** Version, trace, parent, flags; a later version may have more behind a further dash. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]*)?$/;
/** Longer ones are of no version that there is. */
const MAX_CHARACTERS = 256;
const SAMPLED = 1;

/**
 * Reads a received `traceparent`. Returns undefined unless it conforms to the specification exactly: a forged one
 * begins a new trace, and never reaches a log, a span or an answer.
 */
export function parseTraceparent(sent: string | undefined): TraceContext | undefined {
  if (sent === undefined || sent.length > MAX_CHARACTERS) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(sent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function renderTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** The next span of the trace, or the first of a new one. */
export function nextContext(parent: TraceContext | undefined): TraceContext {
  const spanId = randomBytes(8).toString('hex');
  return parent === undefined
    ? { traceId: randomBytes(16).toString('hex'), spanId, sampled: true }
    : { traceId: parent.traceId, spanId, sampled: parent.sampled };
}
