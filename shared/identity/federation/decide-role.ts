import type { UserRole } from '#kernel/roles.ts';

/** A value of a claim at the provider, and the role that it gives here. */
export interface RoleMapping {
  readonly claim: string;
  readonly value: string;
  readonly role: UserRole;
}

export type Claims = Readonly<Record<string, unknown>>;

/** The reason for which somebody whom a provider vouches for is not let in: a code for programs, and a sentence for people. */
export interface Refused {
  readonly reason: string;
  readonly detail: string;
}

export interface Admitted {
  readonly role: UserRole;
  /** Every role that the claims are mapped to, the decisive one included. */
  readonly roles: readonly UserRole[];
}

/** The most values of a claim that are looked at. A provider that sends more would have to be asked for fewer. */
const MAX_VALUES = 1_000;

/**
 * Returns the role of the first entry that matches. Nobody gets a role by default: where no entry matches, or the provider has left
 * out a claim of the map because it had grown too long (`_claim_names`, `hasgroups`; Entra ID), the sign-in is refused.
 */
export function decideRole(map: readonly RoleMapping[], claims: Claims): Admitted | Refused {
  const wanted = [...new Set(map.map(({ claim }) => claim))];
  const left = wanted.filter((claim) => isLeftOut(claims, claim));
  if (left.length > 0)
    return {
      reason: 'groups-overage',
      detail: `The identity provider left out ${left.join(', ')}, since there are too many values. Have it send fewer groups, or roles of the application instead.`,
    };
  const roles = map
    .filter(({ claim, value }) => valuesOf(claims, claim).includes(value))
    .map(({ role }) => role);
  const [role] = roles;
  if (role !== undefined) return { role, roles };
  return {
    reason: 'no-role',
    detail: `Nothing in ${wanted.join(', ')} is mapped to a role here. An administrator gives access at the identity provider, or maps another value.`,
  };
}

export function isRefused(outcome: Admitted | Refused): outcome is Refused {
  return 'reason' in outcome;
}

/** Tells whether the provider says that a claim stands elsewhere. */
function isLeftOut(claims: Claims, claim: string): boolean {
  const names = claims._claim_names;
  const isDistributed = typeof names === 'object' && names !== null && Object.hasOwn(names, claim);
  return isDistributed || (claim === 'groups' && (claims.hasgroups === true || claims.hasgroups === 'true'));
}

/** Returns the values of a claim as texts: one, or a list of them. Anything else has none. */
export function valuesOf(claims: Claims, claim: string): readonly string[] {
  if (!Object.hasOwn(claims, claim)) return [];
  const value = claims[claim];
  const all = Array.isArray(value) ? value.slice(0, MAX_VALUES) : [value];
  return all.flatMap((one: unknown) =>
    typeof one === 'string'
      ? [one]
      : typeof one === 'boolean' || typeof one === 'number'
        ? [String(one)]
        : [],
  );
}
