import { setTimeout as sleep } from 'node:timers/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';

export interface Credentials {
  /** Operators have none. */
  readonly tenant?: string;
  readonly email: string;
  readonly password: string;
}

/** The levels of WCAG that every screen has to meet. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The texts of a screen that waits for an answer. */
const BUSY = /^(Loading|Computing|…)$/;

const POLL_MS = 10;
/** The time without a request after which a screen that has been drawn asks for nothing more. */
const QUIET_MS = 50;
/** The time after which a table has measured itself. */
const MEASURED_MS = 500;

/** A browser of its own at the console, and what it complains of. */
export class ConsoleVisit {
  readonly page: Page;
  /** Errors of the page, of the browser's console, and reports of the policy. */
  readonly complaints: string[] = [];
  readonly #url: string;
  readonly #inFlight = new Set<Request>();
  #requests = 0;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on('request', (request) => {
      this.#requests += 1;
      this.#inFlight.add(request);
    });
    const end = (request: Request) => this.#inFlight.delete(request);
    page.on('requestfinished', end).on('requestfailed', end);
    page.on('pageerror', (error) => this.complaints.push(`${error.name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${page.url()} ${message.text()}`);
    });
  }

  static async begin(
    browser: Browser,
    apiUrl: string,
    options: BrowserContextOptions = {},
  ): Promise<ConsoleVisit> {
    // A colour on its way from one to another is no fault of either.
    const still = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } as const;
    const context = await browser.newContext({ ...still, ...options });
    const page = await context.newPage();
    return new ConsoleVisit(page, `${apiUrl}/console`);
  }

  /** Opens a screen by its address, and waits until what it asks for is there. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.#url + path);
    await this.settled();
  }

  /** Follows what has been clicked: until nothing loads any more. */
  async settled(): Promise<void> {
    await this.page.locator('h1').first().waitFor();
    for (let asked = -1; asked !== this.#requests; ) {
      asked = await this.#answered();
      // A slow machine draws a screen that will ask for more while no request is on its way.
      await this.page.getByText(BUSY).first().waitFor({ state: 'detached' });
    }
  }

  /**
   * Waits until every request has its answer and what was drawn of them asks for nothing more, and returns how many there were. Half
   * a second of silence, by which Playwright knows it, is longer than most screens take.
   */
  async #answered(): Promise<number> {
    for (;;) {
      const asked = this.#requests;
      if (this.#inFlight.size === 0) await this.#drawn();
      else await sleep(POLL_MS);
      if (this.#inFlight.size === 0 && this.#requests === asked) return asked;
    }
  }

  /** Lets the page draw what it has, and do what it has left for later. */
  async #drawn(): Promise<void> {
    const frames = (quietMs: number) =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, quietMs))),
      );
    // A page that is left meanwhile has drawn enough: the next one makes requests.
    await this.page.evaluate(frames, QUIET_MS).catch(() => sleep(QUIET_MS));
  }

  /** Opens the first thing of a list. */
  async openFirst(): Promise<void> {
    await this.page.getByRole('table').getByRole('link').first().click();
    await this.page.getByText('The API call behind this').first().waitFor();
    await this.settled();
  }

  async fillIn({ tenant = '', email, password }: Credentials): Promise<void> {
    await this.page.getByLabel('Company').fill(tenant);
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  async signIn(credentials: Credentials): Promise<void> {
    await this.open('/');
    await this.fillIn(credentials);
    await this.page
      .getByRole('navigation', { name: 'Screens' })
      .or(this.page.getByRole('button', { name: 'Menu' }))
      .first()
      .waitFor();
    await this.settled();
  }

  /**
   * Returns what is wrong with the screen for people who use it by keyboard or screen reader, and by how much it is too wide. A table
   * that scrolls sideways finds that out by itself, and can be reached by keyboard a moment later.
   */
  async faults(): Promise<string[]> {
    if ((await this.#faultsNow()).length === 0) return [];
    await sleep(MEASURED_MS);
    return this.#faultsNow();
  }

  async #faultsNow(): Promise<string[]> {
    // A link that is scrolled half under the bar at the top is no smaller for that.
    await this.page.evaluate(() => scrollTo(0, 0));
    if (this.page.frames().length > 1) throw new Error('a screen with frames needs the slow mode of axe');
    const isLoaded = await this.page.evaluate(() => 'axe' in window);
    const axe = new AxeBuilder({ page: this.page, ...(isLoaded && { axeSource: 'axe.version' }) });
    // Its usual mode opens a second page each time, in which it puts the results of frames together.
    axe
      .setLegacyMode()
      .options({ resultTypes: ['violations'] })
      .withTags(WCAG);
    const { violations } = await axe.analyze();
    const tooWide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    return [
      ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
      ...(tooWide > 0 ? [`${tooWide} pixels too wide`] : []),
    ];
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
