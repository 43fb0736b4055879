export const TAX_ID_TYPES = ['SSN', 'ITIN', 'EIN', 'FOREIGN'] as const;
export type TaxIdType = (typeof TAX_ID_TYPES)[number];

/** A number whose form is that of its type, as it is kept: digits, or of a foreign one what its country writes, without spaces. */
interface ReadTaxId {
  readonly number: string;
}

/** The reason for which a text is no number of its type. */
interface TaxIdFault {
  readonly fault: string;
}

/** Nine digits, with the hyphens of a card or without. */
const PERSONAL = /^(\d{3})-?(\d{2})-?(\d{4})$/;
const EMPLOYER = /^(\d{2})-?(\d{7})$/;
const FOREIGN = /^(?=.*\d)[A-Z0-9](?:[A-Z0-9./-]{0,28}[A-Z0-9])?$/;

/** Middle digits of an ITIN (IRS Publication 1915; Internal Revenue Manual 3.21.263). */
const ITIN_GROUP = /^(?:5\d|6[0-5]|7\d|8[0-8]|9[0-2]|9[4-9])$/;

/** Prefixes that the IRS doesn't give out (“How EINs are assigned and valid EIN prefixes”). */
const NO_EIN_PREFIX: ReadonlySet<string> = new Set(
  '00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97'.split(' '),
);

/** Reads a tax id by the rules of its type. What the authority alone knows, whether it was given to this person, nobody can tell by the number. */
export function readTaxId(type: TaxIdType, text: string): ReadTaxId | TaxIdFault {
  const plain = text.replaceAll(' ', '').toUpperCase();
  if (type === 'FOREIGN')
    return FOREIGN.test(plain)
      ? { number: plain }
      : { fault: 'must be up to 30 letters, digits, points, hyphens and slashes, with a digit among them' };
  if (type === 'EIN') {
    const [, prefix = '', serial = ''] = EMPLOYER.exec(plain) ?? [];
    if (prefix === '') return { fault: 'must have nine digits, as 12-3456789' };
    if (NO_EIN_PREFIX.has(prefix)) return { fault: 'is no EIN: none begins with these two digits' };
    return { number: prefix + serial };
  }
  const [, area = '', group = '', serial = ''] = PERSONAL.exec(plain) ?? [];
  if (area === '') return { fault: 'must have nine digits, as 123-45-6789' };
  const number = area + group + serial;
  if (type === 'ITIN')
    return area.startsWith('9') && ITIN_GROUP.test(group)
      ? { number }
      : { fault: 'is no ITIN: it begins with 9, and its middle digits are of the range for ITINs' };
  // The Social Security Administration gives out no such parts (20 CFR 422.103; POMS RM 10201.035).
  if (area === '000' || area === '666' || area >= '900' || group === '00' || serial === '0000')
    return { fault: 'is no SSN: none has such an area, group or serial number' };
  return { number };
}

/** The only part of a tax id that may be shown or stored in the clear: at most its last four characters, and never the half of it. */
export function taxIdLast4(number: string): string {
  return number.slice(Math.max(number.length - 4, Math.ceil(number.length / 2)));
}

/** Returns a number of the United States as a statement to its holder may show it (26 CFR 301.6109-4); null for others. */
export function truncatedTaxId(type: string, last4: string): string | null {
  if (type === 'FOREIGN') return null;
  return type === 'EIN' ? `XX-XXX${last4}` : `XXX-XX-${last4}`;
}
