import { isDay } from '#kernel/calendar.ts';
import { HOLDER_KINDS } from '#register/holder-fields.ts';
import { BALLOT_COLUMNS, ballotRowSchema } from '#uploads/checking/ballot-upload.schema.ts';
import { BANK_ACCOUNT_COLUMNS, bankAccountRowSchema } from '#uploads/checking/bank-account-upload.schema.ts';
import { CONTRIBUTION_COLUMNS, contributionRowSchema } from '#uploads/checking/contribution-upload.schema.ts';
import { DERIVED_NAME } from '#uploads/checking/detail-columns.ts';
import { KYC_COLUMNS, kycRowSchema } from '#uploads/checking/kyc-upload.schema.ts';
import { PARTICIPANT_COLUMNS, participantRowSchema } from '#uploads/checking/participant-upload.schema.ts';
import { REGISTER_COLUMNS, shareholderRowSchema } from '#uploads/checking/shareholder-upload.schema.ts';
import { TAX_COLUMNS, taxRowSchema } from '#uploads/checking/tax-certification-upload.schema.ts';
import type { Encoding } from '#uploads/formats/upload-row.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';

/** The separators of cells that a mapping can name. */
export const SEPARATORS = [',', ';', '\t', '|'] as const;

/** One column of a source's file, and what it is here. */
interface MappedColumn {
  /** Its name in the header, in whatever case. */
  readonly from: string;
  readonly to: string;
  /** The values of other columns in the rows that this one gives: a wide file has a column of amounts for each source. */
  readonly value?: Readonly<Record<string, string>> | undefined;
  /** Our values by those of the source. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

/** The meaning of a source's files. */
export interface Mapping {
  readonly columns: readonly MappedColumn[];
  readonly separator?: (typeof SEPARATORS)[number] | undefined;
  readonly encoding?: Encoding | undefined;
  readonly decimal?: '.' | ',' | undefined;
  readonly date_format?: string | undefined;
  /** Lines above the header. */
  readonly skip_lines?: number | undefined;
}

interface MappedKind {
  readonly columns: readonly string[];
  readonly required: readonly string[];
  /** A required column that others make where none gives it. @default none */
  readonly derived?: { readonly column: string; readonly from: readonly string[] };
  /** The column of numbers, which several columns of a file may give. */
  readonly number: string;
  /** Whether it holds no number that could be written with a decimal. @default false */
  readonly hasNoDecimals?: boolean;
  /** The column that several may give where none gives the number. @default none */
  readonly spread?: string;
  /** Whether a month will do for a day. @default there are no days */
  readonly day?: { readonly takesMonth: boolean };
  /** The values that a column may have, where it may not have any. */
  readonly valuesOf: (column: string) => readonly (string | null)[] | undefined;
}

const KINDS: Readonly<Record<UploadKind, MappedKind>> = {
  shareholders: {
    columns: REGISTER_COLUMNS,
    required: shareholderRowSchema.required,
    derived: DERIVED_NAME,
    number: 'holdings',
    day: { takesMonth: false },
    valuesOf: (column) => (column === 'kind' ? HOLDER_KINDS : undefined),
  },
  contributions: {
    columns: CONTRIBUTION_COLUMNS,
    required: contributionRowSchema.required,
    number: 'amount',
    day: { takesMonth: true },
    valuesOf: (column) => {
      const { plan_type, source } = contributionRowSchema.properties;
      return { plan_type: plan_type.enum, source: source.enum }[column];
    },
  },
  ballots: {
    columns: BALLOT_COLUMNS,
    required: ballotRowSchema.required,
    number: 'votes',
    spread: 'choice',
    valuesOf: (column) => (column === 'choice' ? ballotRowSchema.properties.choice.enum : undefined),
  },
  kyc: {
    columns: KYC_COLUMNS,
    required: kycRowSchema.required,
    number: 'status',
    hasNoDecimals: true,
    valuesOf: (column) => (column === 'status' ? kycRowSchema.properties.status.enum : undefined),
  },
  'bank-accounts': {
    columns: BANK_ACCOUNT_COLUMNS,
    required: bankAccountRowSchema.required,
    number: 'account_number',
    hasNoDecimals: true,
    valuesOf: (column) => {
      const { account_type, holder_type } = bankAccountRowSchema.properties;
      return { account_type: account_type.enum, holder_type: holder_type.enum }[column];
    },
  },
  'tax-certifications': {
    columns: TAX_COLUMNS,
    required: taxRowSchema.required,
    number: 'tax_id',
    hasNoDecimals: true,
    spread: 'certification',
    day: { takesMonth: false },
    valuesOf: (column) => {
      const { tax_id_type, certification, exempt_payee, backup_withholding } = taxRowSchema.properties;
      return {
        tax_id_type: tax_id_type.enum,
        certification: certification.enum,
        exempt_payee: exempt_payee.enum,
        backup_withholding: backup_withholding.enum,
      }[column];
    },
  },
  participants: {
    columns: PARTICIPANT_COLUMNS,
    required: participantRowSchema.required,
    number: 'compensation',
    spread: 'name',
    day: { takesMonth: false },
    valuesOf: (column) =>
      column === 'plan_type' ? participantRowSchema.properties.plan_type.enum : undefined,
  },
};

/** A member of a mapping that means nothing. */
interface MappingFault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** Returns the first member of a mapping by which no file could be read as its kind. */
export function findMappingFault(kind: UploadKind, mapping: Mapping): MappingFault | undefined {
  const known = KINDS[kind];
  const { columns, date_format, decimal } = mapping;
  for (const [at, column] of columns.entries()) {
    const fault = findColumnFault(known, columns, at, column);
    if (fault !== undefined) return fault;
  }
  const maker = makerOf(known, columns);
  const makers = columns.filter(({ to }) => to === maker);
  const given = new Set(columns.flatMap(({ to, value = {} }) => [to, ...Object.keys(value)]));
  const { derived } = known;
  const isDerived = derived?.from.some((column) => given.has(column)) === true;
  const missing = known.required.filter(
    (column) => !given.has(column) && !(isDerived && column === derived?.column),
  );
  if (missing.length > 0)
    return { pointer: '/columns', code: 'required', message: `must give ${missing.join(', ')}` };
  const [first] = makers;
  const odd = makers.find(({ value }) => namesOf(value) !== namesOf(first?.value));
  if (odd !== undefined)
    return {
      pointer: `/columns/${columns.indexOf(odd)}/value`,
      code: 'invalid-value',
      message: `must give the same columns as that of ${JSON.stringify(first?.from)}`,
    };
  if (decimal !== undefined && known.hasNoDecimals === true)
    return {
      pointer: '/decimal',
      code: 'invalid-value',
      message: 'is for files with shares, amounts or votes',
    };
  if (date_format === undefined) return undefined;
  if (known.day === undefined)
    return { pointer: '/date_format', code: 'invalid-format', message: 'is for files with days' };
  if (!isReadable(date_format, known.day.takesMonth))
    return {
      pointer: '/date_format',
      code: 'invalid-format',
      message: `must have YYYY, MM or M${known.day.takesMonth ? ', and DD or D for days' : ', and DD or D'}, once each, as in DD.MM.YYYY`,
    };
  return undefined;
}

/** Returns the column of which each one that gives it makes a row. */
function makerOf({ number, spread }: MappedKind, columns: readonly MappedColumn[]): string {
  return spread === undefined || columns.some(({ to }) => to === number) ? number : spread;
}

const namesOf = (value: MappedColumn['value'] = {}): string => Object.keys(value).sort().join();

function findColumnFault(
  known: MappedKind,
  columns: readonly MappedColumn[],
  at: number,
  { from, to, value, values }: MappedColumn,
): MappingFault | undefined {
  const pointer = `/columns/${at}`;
  const before = columns.slice(0, at);
  if (!known.columns.includes(to))
    return {
      pointer: `${pointer}/to`,
      code: 'unknown-column',
      message: `must be one of ${known.columns.join(', ')}`,
    };
  const same = before.filter((column) => column.to === to);
  const maker = makerOf(known, columns);
  const isMaker = to === maker;
  if (
    same.some(
      (column) => !isMaker || textOf(column.value) === textOf(value) || fold(column.from) === fold(from),
    )
  )
    return {
      pointer: `${pointer}/to`,
      code: 'repeated',
      message: isMaker ? 'is given by another column without another value' : 'is given by another column',
    };
  if (value !== undefined && !isMaker)
    return {
      pointer: `${pointer}/value`,
      code: 'invalid-value',
      message: `is for columns that give ${maker}`,
    };
  for (const [name, text] of Object.entries(value ?? {})) {
    if (!known.columns.includes(name) || columns.some((column) => column.to === name))
      return {
        pointer: `${pointer}/value/${name}`,
        code: known.columns.includes(name) ? 'repeated' : 'unknown-column',
        message: known.columns.includes(name) ? 'is given by a column' : 'is not a column',
      };
    const fault = findValueFault(known, name, text, `${pointer}/value/${name}`);
    if (fault !== undefined) return fault;
  }
  for (const text of Object.values(values ?? {})) {
    const fault = findValueFault(known, to, text, `${pointer}/values`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const textOf = (value: MappedColumn['value'] = {}): string => JSON.stringify(Object.entries(value).sort());

function findValueFault(
  known: MappedKind,
  column: string,
  text: string,
  pointer: string,
): MappingFault | undefined {
  const allowed = known.valuesOf(column);
  if (allowed === undefined || allowed.includes(text)) return undefined;
  const names = allowed.filter((one) => one !== null).join(', ');
  return { pointer, code: 'unknown-value', message: `must be one of ${names}` };
}

/** The name of a column, in whatever case and composition it is written. */
export function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

const TOKEN = /YYYY|MM?|DD?/g;
const DATE_FORMAT = /^[YMD./ -]+$/;

/** Returns the parts of a format of days: year, month and day, each where it has it. */
function tokensOf(format: string): string[] {
  return format.match(TOKEN) ?? [];
}

function isReadable(format: string, takesMonth: boolean): boolean {
  if (!DATE_FORMAT.test(format) || /[YMD]/.test(format.replace(TOKEN, ''))) return false;
  const kinds = tokensOf(format)
    .map((token) => token[0])
    .sort()
    .join('');
  // Digits of varying number need something between them.
  const isParted = !/(?<!M)M(?!M)[YD]|[YMD](?<!M)M(?!M)|(?<!D)D(?!D)[YM]|[YM](?<!D)D(?!D)/.test(format);
  return isParted && (kinds === 'DMY' || (takesMonth && kinds === 'MY'));
}

/** Returns what reads days of a format as ours: `2026-01-31`, or `2026-01`; undefined for what isn't of the format, or no day of the calendar. */
export function dayReader(format: string): (text: string) => string | undefined {
  const tokens = tokensOf(format);
  const pattern = format
    .replaceAll('.', '\\.')
    .replace(TOKEN, (token) => (token.length === 1 ? '(\\d{1,2})' : `(\\d{${token.length}})`));
  const expression = new RegExp(`^${pattern}$`);
  return (text) => {
    const found = expression.exec(text);
    if (found === null) return undefined;
    const part = (kind: string): string | undefined =>
      found[tokens.findIndex((token) => token.startsWith(kind)) + 1]?.padStart(2, '0');
    const hasDay = tokens.some((token) => token.startsWith('D'));
    const month = `${part('Y')}-${part('M')}`;
    const day = `${month}-${hasDay ? part('D') : '01'}`;
    if (!isDay(day)) return undefined;
    return hasDay ? day : month;
  };
}

const NUMBERS = {
  '.': /^-?(?:\d+|\d{1,3}(?:([,' \u00a0\u202f’])\d{3})(?:\1\d{3})*)(?:\.\d+)?$/,
  ',': /^-?(?:\d+|\d{1,3}(?:([.' \u00a0\u202f’])\d{3})(?:\1\d{3})*)(?:,\d+)?$/,
} as const;

/** A negative number as accountants write it. */
const IN_BRACKETS = /^\((.*)\)$/;

/** Returns a number, which may have its thousands apart, as a plain decimal; undefined for what is none with this sign. */
export function readNumber(text: string, decimal: '.' | ','): string | undefined {
  const signed = text.replace(IN_BRACKETS, '-$1');
  if (!NUMBERS[decimal].test(signed)) return undefined;
  const plain = signed.replace(decimal === '.' ? /[,' \u00a0\u202f’]/g : /[.' \u00a0\u202f’]/g, '');
  return plain.replace(',', '.');
}
