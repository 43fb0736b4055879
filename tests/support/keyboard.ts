import type { Locator, Page } from 'playwright-core';

const MOST_STOPS = 120;

/** Somebody who works without a mouse: what they reach, they reach by Tab, and see where they are. */
export class Keyboard {
  readonly #page: Page;
  /** Stops at which nobody could see where the focus is. */
  readonly unseen = new Set<string>();

  constructor(page: Page) {
    this.#page = page;
  }

  /** Goes on by Tab until something has the focus. */
  async to(target: Locator): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop <= MOST_STOPS; stop += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.#page.keyboard.press('Tab');
      const hidden = await this.#page.evaluate(hiddenFocus);
      if (hidden !== undefined) this.unseen.add(hidden);
    }
    throw new Error(`Tab does not lead to ${target}`);
  }

  async press(target: Locator, key = 'Enter'): Promise<void> {
    await this.to(target);
    await this.#page.keyboard.press(key);
  }

  async write(target: Locator, text: string): Promise<void> {
    await this.to(target);
    await this.#page.keyboard.press('ControlOrMeta+a');
    await this.#page.keyboard.insertText(text);
  }
}

/** Returns what has the focus where it is not seen: it has no size, or lies outside of the window or under something else. */
function hiddenFocus(): string | undefined {
  const active = document.activeElement;
  if (active === null || active === document.body) return undefined;
  // The design system draws the focus of an input around what stands for it.
  const focused = active instanceof HTMLInputElement ? (active.parentElement ?? active) : active;
  const { left, right, top, bottom, width, height } = focused.getBoundingClientRect();
  const name = `${active.tagName} ${active.getAttribute('aria-label') ?? active.textContent?.slice(0, 40)}`;
  if (width === 0 || height === 0) return `${name}: without size`;
  const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  if (above === null) return `${name}: outside of the window`;
  const isSeen =
    focused.contains(above) || above.contains(focused) || focused.closest('label')?.contains(above);
  return isSeen ? undefined : `${name}: under ${above.tagName}`;
}
