import type { BrowserContextOptions } from 'playwright-core';
import type { ConsoleVisit } from '#tests/support/console-visit.ts';
import type { RunningPlatform } from '../platform.ts';

/** The platform with its demo and one browser, which the journeys of all people share. */
export interface ConsoleWorld {
  platform(): RunningPlatform;
  /** Signs in a demo user in a browser of their own, which is closed after the test. */
  signedIn(tenant: string, role: string, options?: BrowserContextOptions): Promise<ConsoleVisit>;
}
