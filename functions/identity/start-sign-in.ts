import * as routes from '#identity/federation/federation.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.startSignIn, async (request) =>
  (await import('#identity/federation/sign-in.http.ts')).beginSignIn(request),
);
