import type { Day } from '#kernel/calendar.ts';
import type { TaxIdType } from './tax-id.ts';

export const CERTIFICATIONS = ['W9', 'W8BEN', 'W8BENE', 'NONE'] as const;
type Certification = (typeof CERTIFICATIONS)[number];

/** The statement of a holder on their status for taxes, with the number beside it. */
interface Certified {
  readonly certification: Certification;
  readonly signed_on: string | null;
  readonly treaty_country: string | null;
  readonly tax_id_type: TaxIdType | null;
}

interface CertificationFault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

function isW8(certification: Certification): boolean {
  return certification === 'W8BEN' || certification === 'W8BENE';
}

/**
 * Returns the first thing by which a statement contradicts its form.
 * @param kind of the holder, where it is known: persons sign another W-8 than organisations
 */
export function findCertificationFault(
  { certification, signed_on, treaty_country, tax_id_type }: Certified,
  { today, kind }: { readonly today: Day; readonly kind: 'PERSON' | 'ORGANISATION' | null },
): CertificationFault | undefined {
  if (certification === 'NONE' && signed_on !== null)
    return { pointer: '/signed_on', code: 'unexpected', message: 'is for a form that was signed' };
  if (certification !== 'NONE' && signed_on === null)
    return { pointer: '/signed_on', code: 'required', message: 'is required with a form' };
  if (signed_on !== null && signed_on > today)
    return { pointer: '/signed_on', code: 'in-the-future', message: `must not be after ${today}` };
  if (treaty_country !== null && !isW8(certification))
    return { pointer: '/treaty_country', code: 'unexpected', message: 'is for the forms W-8' };
  if (treaty_country === 'US')
    return { pointer: '/treaty_country', code: 'invalid-value', message: 'must be another country' };
  if (certification === 'W9' && (tax_id_type === null || tax_id_type === 'FOREIGN'))
    return {
      pointer: '/tax_id',
      code: 'required',
      message: 'must be an SSN, ITIN or EIN: the form W-9 has one',
    };
  if (certification === (kind === 'PERSON' ? 'W8BENE' : kind === 'ORGANISATION' ? 'W8BEN' : undefined))
    return {
      pointer: '/certification',
      code: 'invalid-value',
      message: 'must be W8BEN of a person, and W8BENE of an organisation',
    };
  return undefined;
}

/** Returns the last day on which a form holds: of a W-8, the last one of the third calendar year after it was signed (26 CFR 1.1441-1(e)(4)(ii)(A)). */
export function expiryOf(certification: Certification, signedOn: string | null): Day | null {
  if (signedOn === null || !isW8(certification)) return null;
  return `${Number(signedOn.slice(0, 4)) + 3}-12-31` as Day;
}
