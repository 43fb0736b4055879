import { identityEnvironment } from '#identity/identity-environment.ts';
import type { Role } from '#kernel/roles.ts';

/** Whoever decides where money and shares go, or what others may do, needs more than a password where it is demanded. */
const DEMANDED_OF: ReadonlySet<Role> = new Set(['ADMIN', 'COMPLIANCE', 'OPS', 'OPERATOR']);

/** @param setting what the tenant has set; null: as the environment says */
export function isDemanded(role: Role, setting: boolean | null): boolean {
  return DEMANDED_OF.has(role) && (setting ?? identityEnvironment.secondFactorDemanded());
}

/** Providers name a second factor by these words: those of RFC 8176, and Entra ID's and Okta's own. */
const PROVIDER_AMR: ReadonlySet<string> = new Set([
  'mfa',
  'ngcmfa',
  'otp',
  'hwk',
  'swk',
  'fido',
  'sc',
  'http://schemas.microsoft.com/claims/multipleauthn',
]);
const PROVIDER_ACR: ReadonlySet<string> = new Set([
  'phr',
  'phrh',
  'possessionorinherence',
  'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
  'urn:okta:loa:2fa:any',
  'https://refeds.org/profile/mfa',
]);

/**
 * Tells whether a provider has had the person prove a second factor.
 * @param context the authentication context that the connection asks for, whose meaning its tenant knows
 */
export function hasProved(
  { amr, acr }: { readonly amr: readonly string[]; readonly acr: string | null },
  context: string | null,
): boolean {
  return (
    amr.some((method) => PROVIDER_AMR.has(method)) ||
    (acr !== null && (PROVIDER_ACR.has(acr) || acr === context))
  );
}
