import { isCountry } from '#kernel/countries.ts';
import { ADDRESS_LENGTHS, HOLDER_KINDS, MAX_ADDRESS_LINES, NAME_LENGTHS } from '#register/holder-fields.ts';
import { addressText, nameOf, type PostalAddress } from '#register/holder-identity.ts';
import type { RowError } from '#uploads/formats/upload-row.ts';
import { DETAIL_COLUMNS, type DetailCells, type DetailColumn, type HolderDetails } from './detail-columns.ts';
import { hostileTextError } from './validate-row.ts';

const LINES = [
  'address_line_1',
  'address_line_2',
  'address_line_3',
] as const satisfies readonly DetailColumn[];
const POSTAL = [...LINES, 'city', 'region', 'postal_code', 'country'] as const;

const MAX_LENGTH: Readonly<Record<DetailColumn, number>> = {
  kind: 12,
  ...NAME_LENGTHS,
  phone: 50,
  address: 500,
  address_line_1: ADDRESS_LENGTHS.line,
  address_line_2: ADDRESS_LENGTHS.line,
  address_line_3: ADDRESS_LENGTHS.line,
  city: ADDRESS_LENGTHS.city,
  region: ADDRESS_LENGTHS.region,
  postal_code: ADDRESS_LENGTHS.postal_code,
  country: 2,
};

/** Returns whether a header has one of the columns, by the place of each. */
export function hasDetails(at: Readonly<Record<DetailColumn, number>>): boolean {
  return DETAIL_COLUMNS.some((column) => at[column] >= 0);
}

/** Returns the first fault of the cells, in the order of the columns. */
export function detailsError(cells: DetailCells): RowError<DetailColumn> | undefined {
  for (const column of DETAIL_COLUMNS) {
    const value = cells[column] ?? null;
    if (value === null) continue;
    if (typeof value !== 'string') return { column, code: 'wrong-type', message: `${column} must be text.` };
    const error = cellError(column, value);
    if (error !== undefined) return error;
  }
  const { kind = null, given_name = null, family_name = null } = cells;
  if (kind !== null && kind !== 'PERSON' && (given_name ?? family_name) !== null)
    return { column: 'kind', code: 'unknown-value', message: 'kind must be PERSON for a name in parts.' };
  if (POSTAL.every((column) => (cells[column] ?? null) === null)) return undefined;
  for (const column of ['address_line_1', 'country'] as const)
    if ((cells[column] ?? null) === null)
      return { column, code: 'required', message: `${column} is required in an address in parts.` };
  return undefined;
}

function cellError(column: DetailColumn, value: string): RowError<DetailColumn> | undefined {
  if (column === 'kind')
    return (HOLDER_KINDS as readonly string[]).includes(value)
      ? undefined
      : { column, code: 'unknown-value', message: `kind must be ${HOLDER_KINDS.join(' or ')}.` };
  if (column === 'country')
    return isCountry(value)
      ? undefined
      : {
          column,
          code: 'unknown-value',
          message: 'country must be the two letters of a country in ISO 3166, such as US.',
        };
  const most = MAX_LENGTH[column];
  if ([...value].length > most)
    return { column, code: 'too-long', message: `${column} must have at most ${most} characters.` };
  return hostileTextError(column, value);
}

/** Returns what valid cells say. The parts of a name are set together, and so are those of an address. */
export function detailsOf(cells: DetailCells): HolderDetails {
  const texts = cells as { readonly [Column in DetailColumn]?: string | null };
  const details: HolderDetails = {};
  const parts = { given_name: texts.given_name ?? null, family_name: texts.family_name ?? null };
  if (nameOf(parts) !== undefined) Object.assign(details, parts, { kind: 'PERSON' });
  else {
    const isNoPerson = texts.kind !== undefined && texts.kind !== 'PERSON';
    if ('given_name' in texts || 'family_name' in texts || isNoPerson) Object.assign(details, parts);
    if (texts.kind !== undefined) details.kind = texts.kind;
  }
  if (texts.phone !== undefined) details.phone = texts.phone;
  if (texts.address !== undefined) details.address = texts.address;
  if (POSTAL.some((column) => texts[column] !== undefined)) {
    const postal = postalOf(texts);
    details.postal_address = postal;
    if (postal !== null) details.address ??= addressText(postal);
  }
  return details;
}

function postalOf(texts: { readonly [Column in DetailColumn]?: string | null }): PostalAddress | null {
  const { city = null, region = null, postal_code = null, country } = texts;
  if (typeof country !== 'string') return null;
  const lines = LINES.map((column) => texts[column] ?? null).filter((line) => line !== null);
  return { lines: lines.slice(0, MAX_ADDRESS_LINES), city, region, postal_code, country };
}
