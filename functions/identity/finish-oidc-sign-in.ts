import * as routes from '#identity/federation/federation.routes.ts';
import { http } from '#platform/http/http.ts';

/** The parameters of OAuth; whatever else a provider adds has no meaning here. */
const PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'] as const;

export const handler = http(routes.finishOidcSignIn, async (request) => {
  const { finishSignIn } = await import('#identity/federation/finish-sign-in.http.ts');
  const { query } = request;
  const answer = new URLSearchParams(
    PARAMETERS.flatMap((name): [string, string][] =>
      query[name] === undefined ? [] : [[name, query[name]]],
    ),
  );
  return finishSignIn(request, { kind: 'OIDC', state: query.state ?? '', answer });
});
