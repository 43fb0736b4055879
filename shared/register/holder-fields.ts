export const HOLDER_KINDS = ['PERSON', 'ORGANISATION'] as const;
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** The most characters of each part of an address, and of a person's name. */
export const ADDRESS_LENGTHS = { line: 80, city: 80, region: 80, postal_code: 20 } as const;
export const MAX_ADDRESS_LINES = 3;
/** Both parts and the space between them are as long as a name may be. */
export const NAME_LENGTHS = { given_name: 100, family_name: 99 } as const;
