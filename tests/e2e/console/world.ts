import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startBrowser } from '#tests/support/browser.ts';
import { ConsoleVisit, type Credentials } from '#tests/support/console-visit.ts';
import { loadedDemo } from '../loaded-demo.ts';
import { type RunningPlatform, removeDataDir, startedPlatform } from '../platform.ts';

/** The platform with its demo and one browser, which the journeys of a file share. */
export class ConsoleWorld {
  #platform: RunningPlatform | undefined;
  #browser: Browser | undefined;
  readonly #visits: ConsoleVisit[] = [];

  /** Starts them before the tests of the file that calls it, and ends them afterwards. The options are those of `loadedDemo`. */
  static ofFile(options?: Parameters<typeof loadedDemo>[0]): ConsoleWorld {
    const world = new ConsoleWorld();
    beforeAll(async () => {
      const { dataDir } = await loadedDemo(options);
      world.#platform = await startedPlatform({ dataDir });
      world.#browser = await startBrowser();
    });
    afterEach(async () => {
      for (const visit of world.#visits.splice(0)) await visit.close();
    });
    afterAll(async () => {
      await world.#browser?.close();
      await world.#platform?.stop();
      if (world.#platform !== undefined) removeDataDir(world.#platform.dataDir);
    });
    return world;
  }

  get platform(): RunningPlatform {
    if (this.#platform === undefined) throw new Error('the platform has not been started');
    return this.#platform;
  }

  credentials(tenant: string, role: string): Credentials {
    const { operator, tenants } = this.platform.file;
    if (tenant === 'operator') return operator;
    const users = tenants.find(({ slug }) => slug === tenant)?.users ?? [];
    const user = users.find((candidate) => candidate.role === role);
    if (user === undefined) throw new Error(`the demo has no ${role} of ${tenant}`);
    return { tenant, email: user.email, password: user.password };
  }

  /** Opens a browser of its own, which is closed after the test. */
  async visit(options: BrowserContextOptions = {}): Promise<ConsoleVisit> {
    if (this.#browser === undefined) throw new Error('the browser has not been started');
    const begun = await ConsoleVisit.begin(this.#browser, this.platform.file.apiUrl, options);
    this.#visits.push(begun);
    return begun;
  }

  /** Signs in a demo user in a browser of their own. */
  async signedIn(tenant: string, role: string, options: BrowserContextOptions = {}): Promise<ConsoleVisit> {
    const begun = await this.visit(options);
    await begun.signIn(this.credentials(tenant, role));
    return begun;
  }
}
