import type { PostalAddress } from '#register/holder-identity.ts';

/** The columns of a register that say more of a holder. Those that a file lacks say nothing; an empty cell clears. */
export const DETAIL_COLUMNS = [
  'kind',
  'given_name',
  'family_name',
  'phone',
  'address',
  'address_line_1',
  'address_line_2',
  'address_line_3',
  'city',
  'region',
  'postal_code',
  'country',
] as const;
export type DetailColumn = (typeof DETAIL_COLUMNS)[number];

/** The parts of a person's name make it in a file without a column for it, or in a row where that is empty. */
export const DERIVED_NAME = { column: 'name', from: ['given_name', 'family_name'] } as const;

/** The cells of those columns that the file has; null where one is empty. */
export type DetailCells = { readonly [Column in DetailColumn]?: unknown };

/** The fields of a holder that a row says, as they are stored. */
export interface HolderDetails {
  kind?: string | null;
  given_name?: string | null;
  family_name?: string | null;
  phone?: string | null;
  address?: string | null;
  postal_address?: PostalAddress | null;
}
