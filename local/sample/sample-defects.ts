import type { RowErrorCode, UploadFormat } from '#uploads/formats/upload-row.ts';

/** A row as an issuer would have it; texts are what the reader must give back. */
export interface SampleValues {
  readonly external_ref: string;
  readonly name: string;
  readonly email: string | null;
  readonly holdings: string;
}

/** A way in which one row is wrong. Either a cell is bad in every format, or the row's own text is. */
export type Defect = { readonly code: RowErrorCode; readonly of?: UploadFormat | 'any-json' } & (
  | { readonly cells: (row: SampleValues) => Partial<Record<keyof SampleValues, string>> }
  | { readonly text: (written: string) => string }
  /** The bytes of `\u00e9` as Latin-1 in place of the first character of the name. */
  | { readonly latin1: true }
  /** Repeats the reference of an earlier good row; the reader takes it, the register doesn't. */
  | { readonly repeats: true }
);

const holdings = (code: RowErrorCode, ...bad: string[]): Defect[] =>
  bad.map((text) => ({ code, cells: () => ({ holdings: text }) }));

const inName =
  (character: string) =>
  ({ name }: SampleValues) => ({ name: `${name[0]}${character}${name.slice(1)}` });

/** Every kind of row that the register rejects. */
const DEFECTS: readonly Defect[] = [
  ...holdings(
    'invalid-number',
    'NaN',
    'Infinity',
    '1e309',
    '1e3',
    '0x10',
    '1_000',
    '1,000.5',
    '٣',
    '$5',
    '+7',
    '12.',
    '.5',
    'n/a',
  ),
  ...holdings('negative', '-1', '-0.00000001'),
  ...holdings('too-many-decimals', '1.123456789'),
  ...holdings('too-long', '123456789012345678901'),
  ...holdings('required', ''),
  { code: 'required', cells: () => ({ external_ref: '' }) },
  { code: 'required', cells: () => ({ name: '' }) },
  { code: 'too-long', cells: ({ external_ref }) => ({ external_ref: external_ref.padEnd(101, 'x') }) },
  { code: 'too-long', cells: ({ name }) => ({ name: name.padEnd(250, 'x') }) },
  { code: 'invalid-email', cells: () => ({ email: 'not-an-address' }) },
  { code: 'invalid-email', cells: () => ({ email: 'two@@example.com' }) },
  { code: 'control-character', cells: inName('\u0007') },
  { code: 'control-character', cells: ({ external_ref }) => ({ external_ref: `${external_ref}\u0085.` }) },
  { code: 'bidi-override', cells: inName('\u202e') },
  { code: 'bidi-override', cells: inName('\u2066') },
  { code: 'nul', cells: inName('\0') },
  { code: 'duplicate-external-ref', repeats: true },
  { code: 'invalid-encoding', latin1: true },
  { code: 'cell-count', of: 'csv', text: (written) => `${written},surplus` },
  { code: 'cell-count', of: 'csv', text: () => 'x,' },
  { code: 'text-after-quote', of: 'csv', text: (written) => `"Q"x${written}` },
  { code: 'invalid-json', of: 'any-json', text: (written) => written.replace(/}$/, ',}') },
  { code: 'invalid-json', of: 'ndjson', text: (written) => written.slice(0, -5) },
  { code: 'duplicate-key', of: 'any-json', text: (written) => written.replace(/}$/, ',"name":"Twice"}') },
  { code: 'wrong-type', of: 'any-json', text: (written) => `[${written}]` },
  {
    code: 'wrong-type',
    of: 'any-json',
    text: (written) => written.replace(/}$/, ',"email":false}').replace(/"email":"[^"]*",/, ''),
  },
  {
    code: 'too-deep',
    of: 'any-json',
    text: (written) => written.replace(/}$/, `,"note":${'['.repeat(70)}${']'.repeat(70)}}`),
  },
  {
    code: 'invalid-encoding',
    of: 'any-json',
    text: (written) => written.replace('"name":"', '"name":"\\ud800'),
  },
];

export function defectsOf(format: UploadFormat): readonly Defect[] {
  return DEFECTS.filter(
    ({ of }) => of === undefined || of === format || (of === 'any-json' && format !== 'csv'),
  );
}
