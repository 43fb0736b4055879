import * as z from 'zod';
import { keptSession } from '#identity/sign-in/session.fields.ts';
import { TokenPair } from '#identity/sign-in/sign-in.routes.ts';
import { route } from '#platform/http/route.ts';
import { PublicKeyOptions, SignedCredential } from './passkey.fields.ts';
import { CHALLENGE_SECONDS } from './passkey-limits.ts';

export const beginPasskeySignIn = route({
  operationId: 'beginPasskeySignIn',
  method: 'POST',
  path: '/auth/passkey/options',
  summary: 'Ask what a passkey has to sign to sign in by it alone',
  description: `For \`navigator.credentials.get\`, which offers the person every passkey that they have here: nobody says who they are first. It is good for ${CHALLENGE_SECONDS / 60} minutes, and for one sign-in.`,
  roles: 'PUBLIC',
  limit: 'signIn',
  status: 200,
  response: z.object({ options: PublicKeyOptions }),
  problems: [],
  uses: ['fieldKey:use', 'publicAddress:know'],
});

export const signInByPasskey = route({
  operationId: 'signInByPasskey',
  method: 'POST',
  path: '/auth/passkey',
  summary: 'Sign in by a passkey alone',
  description:
    '`passkey` is what a passkey has made of the options of `POST /auth/passkey/options`; it names its user, and must have verified them by a PIN, fingerprint or face. So it is both factors, and proves the second one now. A tenant that requires single sign-on refuses it as it refuses passwords. A passkey whose count of signatures goes back may have been copied, and is refused. Attempts are counted like those at passwords.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z.strictObject({ passkey: SignedCredential, session: keptSession }),
  example: {
    passkey: {
      ...{ id: 'bGFwdG9w', rawId: 'bGFwdG9w', type: 'public-key' },
      response: {
        clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
        authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ',
        signature: 'MEUCIQ',
        userHandle: 'MDE5MzZmMmEtN2MxZS03YjNhLTlkNTQtMmY2YThjMGUxYjdk',
      },
    },
    session: 'cookie',
  },
  status: 200,
  response: TokenPair,
  audit: 'login.succeeded',
  problems: [
    'invalid-credentials',
    'too-many-requests',
    'tenant-suspended',
    'sso-required',
    'network-not-allowed',
  ],
  uses: ['signingKeys:read', 'fieldKey:use', 'queue:notices:send', 'publicAddress:know'],
});
