import type { Claims } from './decide-role.ts';

/** The values that tie a sign-in to the browser that began it. None of it is guessable, and each is used once. */
export interface Binding {
  /** Comes back with the answer: OAuth's `state`, SAML's RelayState. */
  readonly state: string;
  /** Stands in what the provider signs: OpenID's `nonce`, the id of a SAML request. Null where the provider itself began (SAML). */
  readonly nonce: string | null;
  /** PKCE's secret; SAML has none. */
  readonly codeVerifier: string;
  /** The address of ours to which the provider sends the browser back. */
  readonly redirectUri: string;
  /** The name that we have at the provider: the client's id, the entity id of SAML. */
  readonly entityId: string;
}

/** The wishes of whoever begins a sign-in. */
export interface Wish {
  /** The name by which the person is known there. */
  readonly loginHint?: string | undefined;
  /** Whether the person has to authenticate now, whatever session they have there. */
  readonly anew?: boolean;
}

/** A provider's word about a person, once everything about it is verified. */
export interface Assertion {
  readonly issuer: string;
  /** Recognises the person, together with the issuer. */
  readonly subject: string;
  /** The name by which the provider ends the person's sessions: `sub`, whatever recognises them. */
  readonly protocolSubject: string;
  /** Shown to people. Nobody is recognised by it. */
  readonly email: string | undefined;
  readonly claims: Claims;
  /** The provider's own name of the session. */
  readonly session: string | null;
  /** The authentication context: the connection's own, if the provider names it among others. */
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly authenticatedAt: Date | null;
  /** The provider's own id of its word, which is taken once; null where something else sees to that. */
  readonly assertionId: string | null;
}

/** One kind of identity provider: OpenID Connect, or SAML. */
export interface IdentityProvider {
  /**
   * Returns the address to which the browser is sent.
   * @throws DomainError `sign-in-invalid`, `temporarily-unavailable`
   */
  begin(binding: Binding, wish: Wish): Promise<URL>;
  /**
   * Verifies what the browser has brought back.
   * @throws DomainError `sign-in-invalid`, `sign-in-refused`, `temporarily-unavailable`
   */
  complete(answer: URLSearchParams, binding: Binding): Promise<Assertion>;
  /**
   * Verifies that a provider ends a session, or all sessions of a person.
   * @throws DomainError `sign-in-invalid`, `temporarily-unavailable`
   */
  verifyLogout(token: string): Promise<Logout>;
}

export interface Logout {
  readonly protocolSubject: string | null;
  readonly session: string | null;
  /** The token's own id, by which it is used once. */
  readonly tokenId: string;
  /** Sessions that began later are others. */
  readonly issuedBefore: Date;
}
