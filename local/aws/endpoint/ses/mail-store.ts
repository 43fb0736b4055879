import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderEml, type SentMail } from './eml.ts';

/** The newest are kept: nobody reads more, and a test may send any number. */
const KEPT = 1_000;

/** The mails that were sent, one `.eml` file each, which any mail program opens. */
export class MailStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The name of a file begins with its instant, so that names are in the order of sending. */
  put(mail: SentMail): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const name = `${mail.at.toISOString().replace(/[:.]/g, '-')}-${mail.messageId}.eml`;
    // Links in them let people in.
    writeFileSync(join(this.#directory, name), renderEml(mail), { mode: 0o600 });
    const names = readdirSync(this.#directory).sort();
    for (const old of names.slice(0, Math.max(0, names.length - KEPT)))
      rmSync(join(this.#directory, old), { force: true });
  }
}
