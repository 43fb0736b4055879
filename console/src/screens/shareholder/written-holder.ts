import type { Answer } from '../../api/routes.ts';

type Holder = Pick<
  Answer<'GET /shareholders/{id}'>,
  'name' | 'kind' | 'given_name' | 'family_name' | 'contact'
>;

/** The form of a holder before anything is written: an empty text is none. */
export const EMPTY_HOLDER = {
  kind: '' as '' | 'PERSON' | 'ORGANISATION',
  given_name: '',
  family_name: '',
  name: '',
  email: '',
  phone: '',
  address: '',
  lines: '',
  city: '',
  region: '',
  postal_code: '',
  country: '',
};
export type WrittenHolder = typeof EMPTY_HOLDER;

const NAMES = ['given_name', 'family_name', 'name'] as const;
const CONTACTS = ['email', 'phone', 'address'] as const;
const PARTS = ['lines', 'city', 'region', 'postal_code', 'country'] as const;

/** Returns what the form of a holder has in it at first. */
export function writtenOf({ name, kind, given_name, family_name, contact }: Holder): WrittenHolder {
  const { email, phone, address, postal_address: postal } = contact;
  return {
    ...{ name, kind: kind ?? '', given_name: given_name ?? '', family_name: family_name ?? '' },
    ...{ email: email ?? '', phone: phone ?? '', address: address ?? '' },
    lines: postal?.lines.join('\n') ?? '',
    city: postal?.city ?? '',
    region: postal?.region ?? '',
    postal_code: postal?.postal_code ?? '',
    country: postal?.country ?? '',
  };
}

const orNothing = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Returns the body that makes what was there into what is written: only what differs, since a name or an address that is sent has no parts any more. */
export function changeOf(seen: WrittenHolder, written: WrittenHolder) {
  const differs = (name: keyof WrittenHolder): boolean => written[name].trim() !== seen[name].trim();
  const changed = <Name extends keyof WrittenHolder>(names: readonly Name[]) =>
    Object.fromEntries(names.filter(differs).map((name) => [name, orNothing(written[name])]));
  const contact = {
    ...changed(CONTACTS),
    ...(PARTS.some(differs) ? { postal_address: postalOf(written) } : {}),
  };
  const { name, ...parts } = changed(NAMES);
  return {
    ...(differs('kind') ? { kind: written.kind === '' ? null : written.kind } : {}),
    ...(written.kind === 'PERSON' ? parts : {}),
    // A name that is emptied is left to its parts.
    ...(typeof name === 'string' ? { name } : {}),
    ...(Object.keys(contact).length === 0 ? {} : { contact }),
  };
}

function postalOf(written: WrittenHolder) {
  if (PARTS.every((part) => orNothing(written[part]) === null)) return null;
  const { city, region, postal_code, country } = written;
  return {
    lines: written.lines.split('\n').flatMap((line) => orNothing(line) ?? []),
    ...{ city: orNothing(city), region: orNothing(region), postal_code: orNothing(postal_code) },
    country: country.trim().toUpperCase(),
  };
}
