import type { Day } from '#kernel/calendar.ts';
import type { TaxIdType } from './tax-id.ts';

export const CERTIFICATIONS = ['W9', 'W8BEN', 'W8BENE', 'NONE'] as const;
type Certification = (typeof CERTIFICATIONS)[number];

/** The statement of a holder on their status for taxes, with the number beside it. */
interface Certified {
  readonly certification: Certification;
  readonly signed_on: string | null;
  readonly treaty_country: string | null;
  /** Percent. */
  readonly treaty_rate: string | null;
  readonly exempt_payee: boolean;
  readonly backup_withholding: boolean;
  readonly tax_id_type: TaxIdType | null;
}

interface CertificationFault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The percentage of 26 USC 1441(a), which a treaty can only lower. */
const NONRESIDENT_PERCENT = 30;

function isW8(certification: Certification): boolean {
  return certification === 'W8BEN' || certification === 'W8BENE';
}

/**
 * Returns the first thing by which a statement contradicts its form.
 * @param kind of the holder, where it is known: persons sign another W-8 than organisations
 */
export function findCertificationFault(
  {
    certification,
    signed_on,
    treaty_country,
    treaty_rate,
    exempt_payee,
    backup_withholding,
    tax_id_type,
  }: Certified,
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
  if (treaty_rate !== null && treaty_country === null)
    return { pointer: '/treaty_rate', code: 'unexpected', message: 'is that of a treaty: name its country' };
  if (treaty_rate !== null && Number(treaty_rate) > NONRESIDENT_PERCENT)
    return {
      pointer: '/treaty_rate',
      code: 'too-large',
      message: `must be at most ${NONRESIDENT_PERCENT}, the rate without a treaty`,
    };
  if (exempt_payee && certification !== 'W9')
    return { pointer: '/exempt_payee', code: 'unexpected', message: 'is for the form W-9' };
  if (backup_withholding && (isW8(certification) || exempt_payee))
    return {
      pointer: '/backup_withholding',
      code: 'unexpected',
      message: 'must be false for a form W-8 or an exempt payee',
    };
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
