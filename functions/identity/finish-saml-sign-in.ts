import * as routes from '#identity/federation/federation.routes.ts';
import { formFields } from '#identity/federation/form.ts';
import { http } from '#platform/http/http.ts';

/** An answer of 256 KB is longer as base64 in a form. */
const MAX_FORM_KB = 512;

export const handler = http(routes.finishSamlSignIn, async (request) => {
  const { finishSignIn } = await import('#identity/federation/finish-sign-in.http.ts');
  const { SAMLResponse, RelayState = '' } = formFields(request.rawBody(), {
    maxKb: MAX_FORM_KB,
    required: ['SAMLResponse'],
    optional: ['RelayState'],
  });
  const answer = new URLSearchParams({ SAMLResponse });
  return finishSignIn(request, { kind: 'SAML', state: RelayState, answer });
});
