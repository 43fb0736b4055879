import * as routes from '#identity/second-factor/passkeys/passkey-sign-in.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.beginPasskeySignIn, async () => {
  const { requestOptions } = await import('#identity/second-factor/passkeys/passkey-options.ts');
  const { newSignInChallenge } = await import('#identity/second-factor/passkeys/sign-in-challenge.ts');
  return { options: requestOptions(await newSignInChallenge()) };
});
