import { AsyncLocalStorage } from 'node:async_hooks';
import { maskText } from '#platform/observability/mask.ts';

/** The place that a request came from, as its audit entries say it. */
export interface Origin {
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** The name and path by which API Gateway was reached, which it says itself. */
  readonly reached?: string;
}

const MAX_USER_AGENT_LENGTH = 256;
/** More is looked at than is kept, so that what the cut leaves of an address was masked whole. */
const MAX_LOOKED_AT_LENGTH = 1024;
const UNPRINTABLE = /[^\x20-\x7e]/g;

const origins = new AsyncLocalStorage<Origin>();

/** Runs a request: every entry that it leaves says from where it came. */
export function fromOrigin<T>(origin: Origin, run: () => T): T {
  const { userAgent } = origin;
  return origins.run({ ...origin, userAgent: userAgent === undefined ? undefined : bounded(userAgent) }, run);
}

/** Takes the client's own word for what it is. */
function bounded(userAgent: string): string {
  const printable = userAgent.slice(0, MAX_LOOKED_AT_LENGTH).replace(UNPRINTABLE, '?');
  return maskText(printable).slice(0, MAX_USER_AGENT_LENGTH);
}

/** Returns nothing for jobs, which nobody asked for from anywhere. */
export function originOfRequest(): Origin | undefined {
  return origins.getStore();
}
