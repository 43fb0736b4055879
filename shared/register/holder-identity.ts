import { invalidField } from '#kernel/domain-error.ts';
import type { HolderKind } from './holder-fields.ts';

export interface PostalAddress {
  readonly lines: readonly string[];
  readonly city: string | null;
  readonly region: string | null;
  readonly postal_code: string | null;
  /** ISO 3166-1, two letters. */
  readonly country: string;
}

/** The words by which a holder is known: one text, and for a person its parts, where they are known. */
export interface HolderIdentity {
  readonly name: string;
  readonly kind: HolderKind | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
}

type Partly<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** Returns the name that parts make; undefined where there is none. */
export function nameOf({ given_name, family_name }: Partly<HolderIdentity>): string | undefined {
  const parts = [given_name, family_name].filter((part) => part !== null && part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}

/**
 * Returns what a change of names comes to. Parts make the name unless it is given beside them; a name that is changed alone, or a holder who is no
 * person, has no parts any more.
 * @param current undefined: a new holder
 * @throws DomainError `validation-failed`
 */
export function settleIdentity(
  current: HolderIdentity | undefined,
  { name, kind, given_name, family_name }: Partly<HolderIdentity>,
): Partly<HolderIdentity> {
  const namesParts = given_name !== undefined || family_name !== undefined;
  const parts = {
    given_name: given_name === undefined ? (current?.given_name ?? null) : given_name,
    family_name: family_name === undefined ? (current?.family_name ?? null) : family_name,
  };
  if (namesParts && nameOf(parts) !== undefined) {
    if (kind !== undefined && kind !== 'PERSON')
      throw invalidField('/kind', 'invalid-value', 'must be PERSON for a name in parts');
    return { ...parts, kind: 'PERSON', name: name ?? nameOf(parts) };
  }
  const isOther = name !== undefined && name !== current?.name;
  const isNoPerson = kind !== undefined && kind !== 'PERSON';
  const none = namesParts || isOther || isNoPerson ? { given_name: null, family_name: null } : {};
  return { ...none, ...(name === undefined ? {} : { name }), ...(kind === undefined ? {} : { kind }) };
}

/** Tells whether a change makes the holder somebody else. To learn the parts of a name that stays is no such change. */
export function isSomebodyElse(current: HolderIdentity, changed: Partly<HolderIdentity>): boolean {
  if (changed.name !== undefined && changed.name !== current.name) return true;
  const becomes = { ...current, ...changed };
  if (nameOf(current) === undefined || nameOf(becomes) === undefined) return false;
  return becomes.given_name !== current.given_name || becomes.family_name !== current.family_name;
}

/** An address as one text, and in parts where they are known. */
export interface HolderAddress {
  readonly address: string | null;
  readonly postal_address: PostalAddress | null;
}

/** Returns an address as one text. */
export function addressText({ lines, city, region, postal_code, country }: PostalAddress): string {
  const place = [city, region, postal_code].filter((part) => part !== null).join(' ');
  return [...lines, place, country].filter((part) => part !== '').join(', ');
}

/**
 * Returns what a change of an address comes to. Parts make the text unless it is given beside them, and go with it; a text that is changed alone has no
 * parts any more.
 * @param current undefined: of a new holder
 */
export function settleAddress(
  current: HolderAddress | undefined,
  { address, postal_address }: Partly<HolderAddress>,
): Partly<HolderAddress> {
  if (postal_address === undefined) {
    const isOther = address !== undefined && address !== (current?.address ?? null);
    return { ...(address === undefined ? {} : { address }), ...(isOther ? { postal_address: null } : {}) };
  }
  if (address !== undefined) return { address, postal_address };
  if (postal_address !== null) return { address: addressText(postal_address), postal_address };
  return { postal_address, ...((current?.postal_address ?? null) === null ? {} : { address: null }) };
}
