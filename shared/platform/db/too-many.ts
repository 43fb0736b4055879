import {
  CALLER_CLASSES,
  LIMIT_WINDOW_SECONDS,
  type RequestClass,
  SOURCE_CLASSES,
} from '#contracts/request-classes.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { Left } from './known-quotas.ts';

const WHO = {
  user: 'A user may send',
  tenant: 'The users of a tenant together may send',
  source: 'One network may send',
} as const;

interface Counted {
  readonly requestClass: RequestClass;
  readonly quotas: readonly { readonly of: keyof typeof WHO; readonly requests: number }[];
}

const KINDS = { ...CALLER_CLASSES, ...SOURCE_CLASSES };

/** Returns the error of a request that came too many. Only those load this file. */
export function tooMany({ quotas, requestClass }: Counted, left: Left, cause?: unknown): DomainError {
  const quota = quotas[left.remaining.indexOf(0)];
  const retryAfterSeconds = Math.max(1, Math.ceil(left.resetMs / 1000));
  const rule =
    quota === undefined
      ? ''
      : `${WHO[quota.of]} ${quota.requests} ${KINDS[requestClass]} in ${LIMIT_WINDOW_SECONDS} seconds. `;
  const detail = `${rule}Wait ${retryAfterSeconds} seconds, as Retry-After says, and send fewer at a time after that.`;
  return new DomainError('too-many-requests', detail, { retryAfterSeconds, cause });
}
