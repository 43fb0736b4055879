import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.completeSignIn, async (request) => {
  const { completeSignIn } = await import('#identity/second-factor/complete-sign-in.http.ts');
  const { keptInstead } = await import('#identity/sign-in/session-cookie.http.ts');
  return keptInstead(request, await completeSignIn(request));
});
