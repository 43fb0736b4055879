import type { Day } from '#kernel/calendar.ts';
import { dayOfNachaDate } from './nacha-date.ts';
import type { Layout } from './nacha-layout.ts';
import { UnreadableAchFile, type UnreadableAchFileCode } from './unreadable-ach-file.ts';

/** The fields of one record, by the names of its layout. */
export class AchRecord<L extends Layout<string>> {
  readonly line: number;
  readonly #layout: L;
  readonly #text: string;

  /** @throws UnreadableAchFile when a numeric field has anything but digits, or a reserved one anything but spaces */
  constructor(layout: L, text: string, line: number) {
    this.line = line;
    this.#layout = layout;
    this.#text = text;
    for (const [name, [first, last, kind]] of Object.entries(layout)) {
      const field = text.slice(first - 1, last);
      if (kind === 'numeric' ? !/^\d+$/.test(field) : kind === 'blank' && field.trim() !== '') {
        const rule = kind === 'numeric' ? 'digits' : 'spaces';
        throw this.fault('field', `${name} (columns ${first} to ${last}) must be ${rule}.`);
      }
    }
  }

  /** Returns the field's unchanged text. */
  raw(name: keyof L & string): string {
    const [first, last] = this.#layout[name] as L[keyof L];
    return this.#text.slice(first - 1, last);
  }

  text(name: keyof L & string): string {
    return this.raw(name).trim();
  }

  count(name: keyof L & string): number {
    return Number(this.raw(name));
  }

  /** Cents, or an entry hash. */
  exact(name: keyof L & string): bigint {
    return BigInt(this.raw(name));
  }

  /** Undefined where there is none: spaces, or the zeros that some banks write. */
  day(name: keyof L & string): Day | undefined {
    const text = this.text(name);
    if (text === '' || text === '000000') return undefined;
    const day = dayOfNachaDate(text);
    if (day === undefined) throw this.fault('date', `${name} must be a day that exists, as YYMMDD.`);
    return day;
  }

  expect(name: keyof L & string, value: string): void {
    if (this.raw(name) !== value) throw this.fault('field', `${name} must be ${value}.`);
  }

  fault(code: UnreadableAchFileCode, message: string): UnreadableAchFile {
    return new UnreadableAchFile(code, message, this.line);
  }
}
