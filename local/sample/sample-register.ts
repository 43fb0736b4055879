import type { RowErrorCode, UploadFormat } from '#uploads/formats/upload-row.ts';
import { type Defect, defectsOf, type SampleValues } from './sample-defects.ts';

export interface SampleOptions {
  readonly rows: number;
  readonly seed: number;
  readonly format: UploadFormat;
  /** None of the rows is bad. @default false: 2 % are, of every kind */
  readonly clean?: boolean;
}

/** The expected result of one row. `line` is the physical line on which it begins. */
export type ExpectedRow =
  | { readonly line: number; readonly code: undefined; readonly values: SampleValues }
  /** `values` only of a repeated reference, which is found by the register, not by the reader; `firstLine` has it first. */
  | {
      readonly line: number;
      readonly code: RowErrorCode;
      readonly values?: SampleValues;
      readonly firstLine?: number;
    };

export interface SampleChunk {
  readonly bytes: Buffer;
  readonly rows: readonly ExpectedRow[];
}

const CHUNK_LENGTH = 64 * 1024;
const BAD_OF_THOUSAND = 20;

const GIVEN = [
  'Anna',
  'José',
  'Łukasz',
  'Siobhán',
  'Nguyễn',
  'Олена',
  'Γιώργος',
  'محمد',
  'נועה',
  'प्रिया',
  '山田',
  '민수',
  'สมชาย',
  'Ngozi',
  'Null',
  'Zoë',
];
const FAMILY = [
  'Smith',
  "O'Brien",
  'Müller',
  'García',
  'Kowalski',
  'Коваленко',
  'Παπαδόπουλος',
  'الخطيب',
  'לוי',
  'शर्मा',
  '太郎',
  '김',
  'ใจดี',
  'Okafor',
  'de la Cruz',
  'Åström',
];
const COMPANIES = [
  'Acme, Inc.',
  'Hill "Top" Holdings, LLC',
  '<b>Bold</b> & Co',
  '=SUM(A1) Trust',
  '@home Ltd',
  '-Dash- Partners',
  "Robert'); DROP TABLE",
  'Star ⭐ Fund 🚀',
];

/** The register an issuer would export: many scripts, quoted commas, quotes and line breaks. Equal options, equal bytes. */
export function* sampleRegister({
  rows,
  seed,
  format,
  clean = false,
}: SampleOptions): Generator<SampleChunk, void> {
  const random = mulberry32(seed);
  const defects = defectsOf(format);
  const written = new SampleText(format);
  // A good row whose reference a rejected row may repeat.
  let repeatable: { line: number; ref: string } | undefined;
  let bad = Math.floor(random() * defects.length);
  for (let index = 0; index < rows; index += 1) {
    const values = sampleValues(index, random);
    if (clean || random() * 1000 >= BAD_OF_THOUSAND || repeatable === undefined) {
      const line = written.add(values, index === rows - 1);
      if (repeatable === undefined || random() < 0.01) repeatable = { line, ref: values.external_ref };
      written.expected.push({ line, code: undefined, values });
    } else {
      // Defects are used in rotation, so that every kind occurs even in a short file.
      const defect = defects[bad++ % defects.length] as Defect;
      written.addBad(defect, values, repeatable, index === rows - 1);
    }
    if (random() < 0.001 && format !== 'json') written.blankLine();
    if (written.length >= CHUNK_LENGTH) yield written.take();
  }
  written.end();
  yield written.take();
}

function sampleValues(index: number, random: () => number): SampleValues {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] as string;
  const kind = random();
  let name = `${pick(GIVEN)} ${pick(FAMILY)}`;
  if (kind < 0.03) name = `${pick(FAMILY)}, ${pick(GIVEN)}`;
  else if (kind < 0.06) name = `${pick(COMPANIES)} ${index}`;
  else if (kind < 0.08) name = `${name}\r\nc/o ${pick(FAMILY)}`;
  else if (kind < 0.09) name = `${name}\nand ${pick(GIVEN)}`;
  else if (kind < 0.1) name = `${pick(GIVEN)} "${pick(GIVEN)}" ${pick(FAMILY)}`;
  const whole = Math.floor(random() ** 4 * 1_000_000);
  const decimals =
    random() < 0.25
      ? `.${1 + Math.floor(random() * 99_999_999)}`.padEnd(9, '0').slice(0, 2 + Math.floor(random() * 8))
      : '';
  return {
    external_ref: `SH-${String(index + 1).padStart(7, '0')}`,
    name,
    email: random() < 0.15 ? null : `holder${index + 1}@example.com`,
    holdings:
      decimals.replace(/\.?0+$/, '') === '' ? String(whole) : `${whole}${decimals.replace(/0+$/, '')}`,
  };
}

/** Writes rows and keeps track of the line on which each begins. */
class SampleText {
  readonly #format: UploadFormat;
  readonly #parts: Buffer[] = [];
  readonly #lineBreak: string;
  #text: string;
  #line = 1;
  expected: ExpectedRow[] = [];
  length = 0;

  constructor(format: UploadFormat) {
    this.#format = format;
    // CSV is written as spreadsheets export it, with a byte order mark and CRLF. JSON has neither.
    this.#lineBreak = format === 'csv' ? '\r\n' : '\n';
    this.#text = '';
    if (format === 'csv') this.#append('\ufeffexternal_ref,name,email,holdings\r\n');
    if (format === 'json') this.#append('[\n');
  }

  /** Answers the line. */
  add(values: Readonly<Record<keyof SampleValues, string | null>>, last: boolean): number {
    return this.#addText(this.#format === 'csv' ? csvRow(values) : jsonRow(values), last);
  }

  addBad(defect: Defect, values: SampleValues, earlier: { line: number; ref: string }, last: boolean): void {
    const { code } = defect;
    if ('repeats' in defect) {
      const repeated = { ...values, external_ref: earlier.ref };
      this.expected.push({ line: this.add(repeated, last), code, values: repeated, firstLine: earlier.line });
    } else if ('cells' in defect) {
      this.expected.push({ line: this.add({ ...values, ...defect.cells(values) }, last), code });
    } else if ('text' in defect) {
      const good = { ...values, name: 'Plain Name', email: 'plain@example.com' };
      const row = defect.text(this.#format === 'csv' ? csvRow(good) : jsonRow(good));
      this.expected.push({ line: this.#addText(row, last), code });
    } else {
      const [before = '', after = ''] = this.#latin1Row(values, last);
      this.expected.push({ line: this.#line, code });
      this.#append(before);
      this.#flush();
      this.#parts.push(Buffer.from([0xe9]));
      this.#append(after);
    }
  }

  blankLine(): void {
    this.#append(this.#lineBreak);
  }

  end(): void {
    if (this.#format === 'json') this.#append(']\n');
  }

  take(): SampleChunk {
    this.#flush();
    const chunk = { bytes: Buffer.concat(this.#parts), rows: this.expected };
    this.#parts.length = 0;
    this.expected = [];
    this.length = 0;
    return chunk;
  }

  #latin1Row(values: SampleValues, last: boolean): string[] {
    const marked = { ...values, name: '\u0001' };
    const row = this.#format === 'csv' ? csvRow(marked) : jsonRow(marked).replace('\\u0001', '\u0001');
    return `${row}${this.#afterRow(last)}`.split('\u0001');
  }

  #addText(row: string, last: boolean): number {
    const line = this.#line;
    this.#append(`${row}${this.#afterRow(last)}`);
    return line;
  }

  #afterRow(last: boolean): string {
    return `${this.#format === 'json' && !last ? ',' : ''}${this.#lineBreak}`;
  }

  #append(text: string): void {
    this.#text += text;
    this.length += text.length;
    this.#line += text.split(/\r\n|\r|\n/).length - 1;
  }

  #flush(): void {
    this.#parts.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

function csvRow({
  external_ref,
  name,
  email,
  holdings,
}: Readonly<Record<keyof SampleValues, string | null>>): string {
  return [external_ref, name, email, holdings].map((cell) => csvCell(cell ?? '')).join(',');
}

/** Verbatim, as an issuer's own system writes it: nothing is neutralised. */
function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function jsonRow({
  external_ref,
  name,
  email,
  holdings,
}: Readonly<Record<keyof SampleValues, string | null>>): string {
  const text = JSON.stringify({ external_ref, name, ...(email === null ? {} : { email }) });
  const number = /^-?(0|[1-9]\d*)(\.\d+)?$/.test(holdings ?? '') ? holdings : JSON.stringify(holdings);
  return text.replace(/}$/, `,"holdings":${number}}`);
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
