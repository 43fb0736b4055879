import { credentialPlace } from '#identity/connections/client-credential.ts';
import type { ConnectionRow } from '#identity/connections/connection.repository.ts';
import * as environment from '#platform/environment.ts';
import type { Sealer } from '#platform/sealing.ts';
import type { IdentityProvider } from './identity-provider.ts';

type ProviderOf = (connection: ConnectionRow, credential: string) => Promise<IdentityProvider>;

/** The kinds of identity providers. Each is loaded by the sign-ins that use it. */
const PROVIDERS: Readonly<Record<ConnectionRow['kind'], ProviderOf>> = {
  OIDC: async (connection, credential) => {
    const { openIdProvider } = await import('./open-id-provider.ts');
    const { role_map, employee_id_claim, client_id, subject_claim } = connection;
    if (client_id === null || subject_claim === 'NameID') throw ofAnotherKind();
    const wanted_claims = [
      ...new Set([
        ...role_map.map(({ claim }) => claim),
        ...(employee_id_claim === null ? [] : [employee_id_claim]),
      ]),
      'email',
    ];
    const loopback = environment.outsideToLoopback();
    return openIdProvider(
      { ...connection, client_id, subject_claim, credential, wanted_claims },
      { loopback },
    );
  },
  SAML: async (connection, credential) => {
    const { samlProvider } = await import('./saml/saml-provider.ts');
    const { sso_url, certificates } = connection;
    if (sso_url === null || certificates === null) throw ofAnotherKind();
    return samlProvider({ ...connection, sso_url, certificates, credential });
  },
};

/** The table's own check keeps the columns of each kind. */
function ofAnotherKind(): Error {
  return new Error('a connection has the columns of another kind');
}

/** Returns the provider that a connection leads to. */
export function providerOf(connection: ConnectionRow, sealer: Sealer): Promise<IdentityProvider> {
  const credential = sealer.open(connection.credential_sealed, credentialPlace(connection.id));
  return PROVIDERS[connection.kind](connection, credential);
}
