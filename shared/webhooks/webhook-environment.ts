import { optional } from '#platform/environment.ts';

/** The variables of functions that deliver events. */
export const webhookEnvironment = {
  /** Whether webhooks may be this machine's own, see #platform/outbound/public-address.ts. */
  webhooksToLoopback: (): boolean => optional('WEBHOOKS_TO_LOOPBACK') === 'on',
};
