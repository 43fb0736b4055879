import * as routes from '#identity/second-factor/passkeys/passkey-sign-in.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.signInByPasskey, async (request) => {
  const { signInByPasskey } = await import('#identity/second-factor/passkeys/passkey-sign-in.http.ts');
  const { keptInstead } = await import('#identity/sign-in/session-cookie.http.ts');
  return keptInstead(request, await signInByPasskey(request));
});
