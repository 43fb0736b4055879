import { addDays, startOf } from '#kernel/calendar.ts';
import { getSecurityTxt } from './meta.routes.ts';

/** The day on which somebody last made sure that the contact answers. Whoever does so again moves it. */
export const CONTACT_CHECKED = '2026-11-27';
/** RFC 9116 recommends less than a year. */
export const TRUSTED_FOR_DAYS = 364;

/** The mailbox of the product, where an environment has neither a contact nor a domain. */
const PRODUCT_CONTACT = 'mailto:security@vestry.example';

export interface SecurityContact {
  /** @default the mailbox that RFC 2142 gives a domain */
  readonly contact?: string | undefined;
  /** The address of our policy, `SECURITY.md`. */
  readonly policy?: string | undefined;
  /** The environment's own domain. Only there does the file stand at the root, where it is looked for. */
  readonly domain?: string | undefined;
}

/** Writes `security.txt` (RFC 9116): whom people tell of a weakness that they have found. */
export function securityTxt({ contact, policy, domain }: SecurityContact): string {
  const fields = {
    Contact: contact ?? (domain === undefined ? PRODUCT_CONTACT : `mailto:security@${domain}`),
    Expires: startOf(addDays(CONTACT_CHECKED, TRUSTED_FOR_DAYS)).toISOString(),
    'Preferred-Languages': 'en',
    Canonical: domain === undefined ? undefined : `https://${domain}${getSecurityTxt.path}`,
    Policy: policy,
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
