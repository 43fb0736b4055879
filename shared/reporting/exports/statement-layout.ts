import type { StatementDocument } from './statement-document.ts';

/** A text at its place, in points from the upper left corner of the page. */
export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly text: string;
}

export interface LaidOutPage {
  readonly texts: readonly PlacedText[];
  /** The heights at which a line is drawn across the page. */
  readonly rules: readonly number[];
}

/** The letters of a font. */
export interface Letters {
  /** Whether the font has the letter and can set it in its place. */
  has(letter: string): boolean;
  /** The width of a letter that is one point high. */
  width(letter: string): number;
}

/** A4, landscape. */
export const PAGE = { width: 841.89, height: 595.28, margin: 36 } as const;

const TITLE = 14;
const BODY = 9;
const SMALL = 7;
const LEADING = 1.35;
/** The columns of a table stand apart by it. */
const GAP = 6;
/** The footer stands below it. */
const BOTTOM = PAGE.height - PAGE.margin - 2 * SMALL;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
}

const POSITIONS = (of: string): readonly Column[] => [
  { title: of, width: 200 },
  { title: 'Opening', width: 140, right: true },
  { title: 'Closing', width: 140, right: true },
];

const LINES = (of: string): readonly Column[] => [
  { title: 'Day', width: 42 },
  { title: 'What', width: 72 },
  { title: of, width: 70 },
  { title: 'Quantity', width: 90, right: true },
  { title: 'Balance', width: 90, right: true },
  { title: 'Amount', width: 80, right: true },
  { title: 'Currency', width: 36 },
  { title: 'Reference', width: 136 },
  { title: 'Note', width: 105 },
];

const LACKING =
  'Letters that the font of this document lacks, or that run from right to left, stand as [U+…], by their number in Unicode. The CSV of the statement has them themselves.';

/** Places a statement on pages: what it is of, the positions, and every line, below a header that each page repeats. */
export function layOutStatement(document: StatementDocument, letters: Letters): readonly LaidOutPage[] {
  return new Layout(letters).pages(document);
}

class Layout {
  readonly #letters: Letters;
  readonly #pages: { texts: PlacedText[]; rules: number[] }[] = [];
  #y = 0;
  #isLacking = false;

  constructor(letters: Letters) {
    this.#letters = letters;
  }

  pages({ issuer, holder, from, to, of, positions, lines }: StatementDocument): readonly LaidOutPage[] {
    this.#turn();
    const name = `${holder.name} (${holder.external_ref})`;
    this.#paragraph(`Statement, ${from} to ${to}`, TITLE);
    this.#paragraph(issuer, BODY);
    this.#paragraph(name, BODY);
    this.#y += BODY;
    this.#table(
      POSITIONS(of),
      positions.map((position) => [position.of, position.opening, position.closing]),
    );
    this.#y += BODY;
    this.#table(
      LINES(of),
      lines.map((line) => [
        line.day,
        spoken(line.kind),
        line.of ?? '',
        line.quantity ?? '',
        line.balance ?? '',
        line.amount ?? '',
        line.currency ?? '',
        line.reference ?? '',
        line.note ?? '',
      ]),
    );
    if (lines.length === 0) this.#paragraph('There is nothing between these days.', SMALL);
    const [footer = ''] = this.#wrap(`${issuer} · ${name}`, SMALL, PAGE.width / 2);
    if (this.#isLacking) {
      this.#y += SMALL;
      this.#paragraph(LACKING, SMALL);
    }
    return this.#pages.map((page, index) => {
      const at = `${from} to ${to} · page ${index + 1} of ${this.#pages.length}`;
      const y = PAGE.height - PAGE.margin - SMALL;
      const x = PAGE.width - PAGE.margin - this.#width(at, SMALL);
      const texts = [
        { x: PAGE.margin, y, size: SMALL, text: footer },
        { x, y, size: SMALL, text: at },
      ];
      return { ...page, texts: [...page.texts, ...texts] };
    });
  }

  #turn(): void {
    this.#pages.push({ texts: [], rules: [] });
    this.#y = PAGE.margin;
  }

  #put(x: number, size: number, text: string): void {
    if (text !== '') this.#pages.at(-1)?.texts.push({ x, y: this.#y, size, text });
  }

  #paragraph(text: string, size: number): void {
    for (const line of this.#wrap(text, size, PAGE.width - 2 * PAGE.margin)) {
      if (this.#y + size > BOTTOM) this.#turn();
      this.#put(PAGE.margin, size, line);
      this.#y += size * LEADING;
    }
  }

  #table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    const height = SMALL * LEADING;
    const header = (): void => {
      this.#across(
        columns,
        columns.map(({ title }) => title),
      );
      this.#y += height;
      this.#pages.at(-1)?.rules.push(this.#y - 1);
      this.#y += 2;
    };
    if (this.#y + 3 * height > BOTTOM) this.#turn();
    header();
    const room = BOTTOM - PAGE.margin - height - 2;
    for (const row of rows) {
      const cells = row.map((text, at) => this.#wrap(text, SMALL, columns[at]?.width ?? 0));
      const depth = Math.max(...cells.map(({ length }) => length));
      // A row that fits onto a page isn't torn in two; a longer one goes on where the page ends.
      const whole = depth * height <= room ? depth : 1;
      for (let line = 0; line < depth; line += 1) {
        if (this.#y + (line === 0 ? whole : 1) * height > BOTTOM) {
          this.#turn();
          header();
        }
        this.#across(
          columns,
          cells.map((cell) => cell[line] ?? ''),
        );
        this.#y += height;
      }
    }
  }

  #across(columns: readonly Column[], texts: readonly string[]): void {
    let x: number = PAGE.margin;
    columns.forEach(({ width, right }, at) => {
      const text = texts[at] ?? '';
      this.#put(right ? x + width - this.#width(text, SMALL) : x, SMALL, text);
      x += width + GAP;
    });
  }

  #width(text: string, size: number): number {
    let sum = 0;
    for (const letter of text) sum += this.#letters.width(letter);
    return sum * size;
  }

  /** Breaks a text into lines, at spaces where there are any. */
  #wrap(text: string, size: number, width: number): string[] {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    let space = -1;
    for (const letter of this.#settable(text)) {
      const more = this.#letters.width(letter) * size;
      if (used + more > width && line !== '') {
        const cut = letter === ' ' || space < 0 ? line.length : space;
        lines.push(line.slice(0, cut));
        line = line.slice(cut).trimStart();
        used = this.#width(line, size);
        space = -1;
        if (letter === ' ' && line === '') continue;
      }
      if (letter === ' ') space = line.length;
      line += letter;
      used += more;
    }
    return line === '' && lines.length > 0 ? lines : [...lines, line];
  }

  /** Nothing is left out: a letter that can't be set stands there by its number. */
  #settable(text: string): string {
    let settable = '';
    for (const letter of text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim()) {
      const isThere = this.#letters.has(letter);
      if (!isThere) this.#isLacking = true;
      settable += isThere ? letter : `[U+${numberOf(letter)}]`;
    }
    return settable;
  }
}

function numberOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** `DIVIDEND_PAYMENT` → `Dividend payment`. */
function spoken(kind: string): string {
  return `${kind.charAt(0)}${kind.slice(1).replaceAll('_', ' ').toLowerCase()}`;
}
