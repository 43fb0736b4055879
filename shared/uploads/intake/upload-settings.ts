import * as z from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { id, isoDate, quantity } from '#kernel/fields.ts';
import { JsonNumber } from '#kernel/json.ts';
import { ENCODINGS, type Encoding, MAX_UPLOAD_ROWS } from '#uploads/formats/upload-row.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';

/** A whole number as its digits, which a query and a form write as text. */
const wholeNumberText = (min: number, max: number) =>
  z
    .preprocess(
      (value) => (value instanceof JsonNumber ? value.source : value),
      z
        .string('must be a whole number')
        .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
        .refine((value) => Number(value) >= min && Number(value) <= max, `must be from ${min} to ${max}`)
        .transform((value) => String(Number(value))),
    )
    .meta({ openapi: { type: ['integer', 'string'], minimum: min, maximum: max } });

/** The name of an encoding, whose case means nothing (IANA Character Sets). */
export const encoding = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase() : value),
    z.enum(ENCODINGS, `must be one of ${ENCODINGS.join(', ')}`),
  )
  .meta({ openapi: { type: 'string', enum: [...ENCODINGS] } });

export const UPLOAD_MODES = ['merge', 'replace'] as const;
type UploadMode = (typeof UPLOAD_MODES)[number];

/** The manner in which one file is to be read and loaded: parameters of the query, members of the body, or fields of the form. */
export const registerSettings = {
  /** The mapping that says what the columns of the file are. */
  mapping: id.optional(),
  /** The day of which the file speaks. */
  as_of: isoDate.optional(),
  /** Whether holders whom the file doesn't name are left alone, or set to zero in the classes that it names. @default merge */
  mode: z.enum(UPLOAD_MODES, `must be ${UPLOAD_MODES.join(' or ')}`).optional(),
  /** The rows that the file must have, and the sum of their holdings, or of their amounts. */
  expected_rows: wholeNumberText(0, MAX_UPLOAD_ROWS).optional(),
  expected_total: quantity.optional(),
  /** The encoding of a text file that is neither UTF-8 nor marked as UTF-16. */
  encoding: encoding.optional(),
};

/** The settings of files that have neither shares nor amounts: of ballots, of payees, and of participants. */
export const namedSettings = {
  mapping: registerSettings.mapping,
  expected_rows: registerSettings.expected_rows,
  encoding: registerSettings.encoding,
};

/** The settings of a payroll file. */
export const payrollSettings = { ...namedSettings, expected_total: registerSettings.expected_total };

/** The settings of each kind of file. */
export const SETTINGS_OF: Readonly<Record<UploadKind, object>> = {
  shareholders: registerSettings,
  contributions: payrollSettings,
  ballots: namedSettings,
  kyc: namedSettings,
  'bank-accounts': namedSettings,
  'tax-certifications': namedSettings,
  participants: namedSettings,
};

export interface UploadSettings {
  readonly mapping?: string | undefined;
  /** The version of it at which the file was received: by another one, it is another file. */
  readonly mapping_version?: string | undefined;
  readonly as_of?: string | undefined;
  readonly mode?: UploadMode | undefined;
  readonly expected_rows?: string | undefined;
  readonly expected_total?: string | undefined;
  readonly encoding?: Encoding | undefined;
}

/** A setting that is named as it is anyway makes no other file. */
const USUAL: UploadSettings = { mode: 'merge' };

const Settings = z.strictObject(registerSettings);
const NAMES = Object.keys(registerSettings) as (keyof UploadSettings)[];

/** @throws DomainError `validation-failed` */
export function settingsOfForm(fields: ReadonlyMap<string, string>): UploadSettings {
  const read = Settings.safeParse(Object.fromEntries(fields));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalidField(`/${String(issue?.path[0])}`, 'invalid-value', issue?.message ?? 'is not valid');
}

/**
 * Returns the settings that a request names, wherever it does.
 * @throws DomainError `validation-failed` for one that is given twice, and differs
 */
export function settingsOf(query: UploadSettings, body: UploadSettings): UploadSettings {
  for (const name of NAMES)
    if (query[name] !== undefined && body[name] !== undefined && query[name] !== body[name])
      throw invalidField(`/${name}`, 'repeated', 'is another one in the query');
  return Object.fromEntries(
    NAMES.map((name) => [name, body[name] ?? query[name]] as const).filter(
      ([name, value]) => value !== undefined && value !== USUAL[name],
    ),
  );
}

/** Returns the settings that {@link settingsText} wrote. */
export function settingsIn(text: string): UploadSettings {
  return text === '' ? {} : (JSON.parse(text) as UploadSettings);
}

/** Returns the settings as text: the same for the same ones, and empty where there are none. */
export function settingsText(settings: UploadSettings): string {
  const given = [...NAMES, 'mapping_version' as const]
    .filter((name) => settings[name] !== undefined)
    .map((name) => [name, settings[name]]);
  return given.length === 0 ? '' : JSON.stringify(Object.fromEntries(given));
}
