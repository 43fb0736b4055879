import { optional, required } from '#platform/environment.ts';
import type { SecurityContact } from './security-txt.ts';

/** The variables of functions that describe the platform. */
export const metaEnvironment = {
  /** The bucket from which the edge serves the console. */
  consoleBucket: (): string => required('CONSOLE_BUCKET'),
  /** The environment's own words on where weaknesses are reported. */
  securityContact: (): SecurityContact => ({
    contact: optional('SECURITY_CONTACT'),
    policy: optional('SECURITY_POLICY'),
    domain: optional('SECURITY_DOMAIN'),
  }),
};
