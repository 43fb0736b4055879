import type { ConsoleVisit } from '#tests/support/console-visit.ts';

/** Texts that somebody pastes, or a program writes, into a field that is for something else. */
const HARD: Readonly<Record<string, string>> = {
  'a megabyte': 'x'.repeat(1_000_000),
  'a number of thirty digits': '9'.repeat(30),
  markup: '<img src=x onerror=alert(1)><b>bold</b>&amp;',
  'right to left': '\u202eשלום עולם 123 مرحبا',
  'an emoji and characters of no width': '👩‍👩‍👧‍👦\u200b\ufeff',
  'control characters': 'a\u0000b\u0007c',
};

export interface Form {
  readonly path: string;
  /** The button that opens it in a window; a form that is a page has none. */
  readonly opens?: string;
  /** The button that sends it. */
  readonly sends: string;
  /** The option of a list without which nothing is sent. */
  readonly chooses?: RegExp;
  /** The box without which nothing is sent. */
  readonly ticks?: string;
}

/** Milliseconds in which a field has what was pasted into it, on a machine that does much else. */
const RESPONSIVE_MS = 2_000;
const ANSWERED_MS = 15_000;
const LONGEST_SHOWN = 10_000;

const FIELDS =
  'input:not([type=checkbox], [type=radio], [type=file], [readonly], [disabled]), textarea:not([disabled])';

/** Fills each field of a form with each text, sends it, and returns what is wrong with how the form takes it. */
export async function faultsOfForm(visit: ConsoleVisit, form: Form): Promise<string[]> {
  const { page } = visit;
  await visit.open(form.path);
  const inWindow = form.opens !== undefined;
  if (inWindow) await page.getByRole('button', { name: form.opens, exact: true }).first().click();
  const scope = inWindow ? page.getByRole('dialog') : page.getByRole('main');
  const send = scope.getByRole('button', { name: form.sends, exact: true });
  await send.waitFor();
  if (form.chooses !== undefined) {
    await scope.getByRole('button', { name: /Choose one/ }).click();
    await page.getByRole('option', { name: form.chooses }).click();
  }
  if (form.ticks !== undefined) await scope.getByLabel(form.ticks).check();
  const faults: string[] = [];
  for (const [name, text] of Object.entries(HARD)) {
    const say = (fault: string) => void faults.push(`${form.sends}, ${name}: ${fault}`);
    for (const field of await scope.locator(FIELDS).filter({ visible: true }).all()) {
      const begun = performance.now();
      await field.fill(text);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      const took = Math.round(performance.now() - begun);
      if (took > RESPONSIVE_MS) say(`takes ${took} ms to be filled in`);
    }
    // A fault that was said of another text is gone, so the next one is of this.
    const fault = scope.locator('[aria-invalid=true]').first();
    await fault.waitFor({ state: 'detached' });
    const answer = page.waitForResponse((one) => one.request().method() !== 'GET', { timeout: ANSWERED_MS });
    const status = answer.then(
      (one) => one.status(),
      () => 0,
    );
    await send.click();
    const isSaid = await fault.waitFor({ timeout: ANSWERED_MS }).then(
      () => true,
      () => false,
    );
    if (!isSaid) say(`names no field: ${(await scope.textContent())?.slice(0, 300)}`);
    else if ((await Promise.race([status, Promise.resolve(0)])) >= 500) say('is answered as a fault of ours');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) say(`makes the screen ${wide} pixels too wide`);
    const length = (await scope.textContent())?.length ?? 0;
    if (length > LONGEST_SHOWN) say(`shows ${length} characters`);
  }
  return faults;
}
