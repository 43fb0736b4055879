import type { ConnectionRow } from '#identity/connections/connection.repository.ts';
import { publicUrlOf, type Reached } from '#platform/http/public-url.ts';
import { finishOidcSignIn, finishSamlSignIn, getSamlMetadata } from './federation.routes.ts';
import type { Binding } from './identity-provider.ts';

/** Returns the names and addresses by which a provider knows us. */
export function namesOf(
  { id, kind, client_id }: Pick<ConnectionRow, 'id' | 'kind' | 'client_id'>,
  reached: Reached,
): Pick<Binding, 'redirectUri' | 'entityId'> {
  const at = { connection: id };
  if (kind === 'OIDC')
    return { redirectUri: publicUrlOf(reached, finishOidcSignIn, at), entityId: client_id ?? '' };
  return {
    redirectUri: publicUrlOf(reached, finishSamlSignIn, at),
    entityId: publicUrlOf(reached, getSamlMetadata, at),
  };
}
