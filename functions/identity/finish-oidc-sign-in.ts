import * as routes from '#identity/federation/federation.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.finishOidcSignIn, async (request) =>
  (await import('#identity/federation/finish-sign-in.http.ts')).finishSignIn(request),
);
