import type {
  Assertion,
  Binding,
  IdentityProvider,
  Logout,
  Wish,
} from '#identity/federation/identity-provider.ts';
import { invalidAnswer } from '#identity/federation/provider-errors.ts';
import { authnRequestUrl } from './authn-request.ts';
import { readResponse } from './read-response.ts';

/** A connection to a SAML provider, its key in the clear. */
export interface SamlConnection {
  readonly issuer: string;
  readonly sso_url: string;
  readonly certificates: readonly string[];
  /** The key by which we sign requests, as PEM. */
  readonly credential: string;
}

/** Returns the provider of a connection by SAML 2.0: requests by HTTP-Redirect, answers by HTTP-POST. */
export function samlProvider({
  issuer,
  sso_url,
  certificates,
  credential,
}: SamlConnection): IdentityProvider {
  return {
    begin: async (
      { state, nonce, redirectUri, entityId }: Binding,
      { loginHint, anew = false }: Wish,
    ): Promise<URL> =>
      authnRequestUrl(
        {
          ...{ id: requestId(nonce) ?? '', entityId, acsUri: redirectUri, ssoUrl: sso_url },
          ...{ relayState: state, issuedAt: new Date(), loginHint, forceAuthn: anew },
        },
        credential,
      ),
    complete: async (
      answer: URLSearchParams,
      { nonce, redirectUri, entityId }: Binding,
    ): Promise<Assertion> =>
      readResponse(
        answer.get('SAMLResponse') ?? '',
        { issuer, entityId, acsUri: redirectUri, requestId: requestId(nonce), nowMs: Date.now() },
        certificates,
      ),
    verifyLogout: async (): Promise<Logout> => {
      throw invalidAnswer('not-offered', 'A SAML provider ends no sessions: they end by their limits.');
    },
  };
}

/** An id of SAML may not begin with a digit (Entra ID refuses those). */
function requestId(nonce: string | null): string | null {
  return nonce === null ? null : `_${nonce}`;
}
