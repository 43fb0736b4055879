import * as z from 'zod';
import { keptSession } from '#identity/sign-in/session.fields.ts';
import { TokenPair } from '#identity/sign-in/sign-in.routes.ts';
import { idInPath, idOut, instantOut, text } from '#kernel/fields.ts';
import { PERSON_ROLES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';
import { FRESH_MINUTES } from './freshness.ts';
import { CreatedCredential, PublicKeyOptions, SignedCredential } from './passkeys/passkey.fields.ts';
import { CHALLENGE_SECONDS, MAX_PASSKEYS } from './passkeys/passkey-limits.ts';

const code = z
  .string('must be a string')
  .min(6, 'must have at least 6 characters')
  .max(40, 'must have at most 40 characters');
const mfa_token = z.string().min(1).max(200);
const Enrolment = z.object({ secret: z.string(), otpauth_uri: z.string() });
const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) });
const exampleToken = '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d.c2VjcmV0';
/** Either proves the second factor. */
const proofs = { code: code.optional(), passkey: SignedCredential.optional() };
const NewPasskey = z.strictObject({ name: text(60), credential: CreatedCredential });
const hasOneProof = (sent: { code?: unknown; passkey?: unknown; new_passkey?: unknown }) =>
  [sent.code, sent.passkey, sent.new_passkey].filter((proof) => proof !== undefined).length === 1;
const ONE_PROOF = { message: 'must have either a code or a passkey', path: ['code'] };
const Options = z.object({ options: PublicKeyOptions });
const Passkey = z.object({
  id: idOut,
  name: z.string(),
  created_at: instantOut,
  last_used_at: instantOut.nullable(),
});
const MASKED = 'Codes are counted before they are verified, like passwords; each works once.';

export const completeSignIn = route({
  operationId: 'completeSignIn',
  method: 'POST',
  path: '/auth/mfa',
  summary: 'Complete a sign-in by the second factor',
  description: `\`code\` is the six digits of the app, or a recovery code; \`passkey\` is what a passkey has made of the \`passkey_options\` that the sign-in answered. Where the user has enrolled a factor by \`POST /auth/mfa/enrol\`, its first code confirms it; a passkey made of its \`passkey_options\` is sent as \`new_passkey\` instead. Then the answer has ten recovery codes, which no other answer shows. ${MASKED}`,
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z
    .strictObject({ mfa_token, ...proofs, new_passkey: NewPasskey.optional(), session: keptSession })
    .refine(hasOneProof, ONE_PROOF),
  example: { mfa_token: exampleToken, code: '287082' },
  status: 200,
  response: TokenPair.extend({ recovery_codes: z.array(z.string()).optional() }),
  audit: 'login.succeeded',
  problems: [
    'sign-in-invalid',
    'invalid-credentials',
    'second-factor-exists',
    'passkey-exists',
    'too-many-requests',
    'tenant-suspended',
    'network-not-allowed',
  ],
  uses: ['signingKeys:read', 'fieldKey:use', 'queue:notices:send', 'publicAddress:know'],
});

export const enrolAtSignIn = route({
  operationId: 'enrolAtSignIn',
  method: 'POST',
  path: '/auth/mfa/enrol',
  summary: 'Enrol a second factor during a sign-in that demands one',
  description:
    'For users who have none, of an app or of a passkey. The secret is shown once; `POST /auth/mfa` with a code of it confirms it, and completes the sign-in. Another call begins anew. `passkey_options` are for `navigator.credentials.create`, whose answer completes the sign-in as `new_passkey`.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z.strictObject({ mfa_token }),
  example: { mfa_token: exampleToken },
  status: 200,
  response: Enrolment.extend({ passkey_options: Options.shape.options }),
  audit: 'second-factor.begun',
  problems: ['sign-in-invalid', 'second-factor-exists', 'tenant-suspended'],
  uses: ['fieldKey:use', 'publicAddress:know'],
});

export const stepUp = route({
  operationId: 'stepUp',
  method: 'POST',
  path: '/auth/step-up',
  summary: 'Prove the second factor again, for the session of the request',
  description: `Approving, and changing how people sign in, need it within five minutes where a second factor is demanded. \`passkey\` signs the options of \`POST /auth/step-up/options\`. ${MASKED}`,
  roles: PERSON_ROLES,
  body: z.strictObject(proofs).refine(hasOneProof, ONE_PROOF),
  example: { code: '287082' },
  status: 204,
  // A code works once.
  idempotency: 'none',
  audit: 'second-factor.proved',
  problems: ['too-many-requests'],
  uses: ['fieldKey:use', 'publicAddress:know'],
});

export const beginStepUp = route({
  operationId: 'beginStepUp',
  method: 'POST',
  path: '/auth/step-up/options',
  summary: 'Ask what a passkey has to sign to prove the second factor again',
  description: `For \`navigator.credentials.get\`. It is good for ${CHALLENGE_SECONDS / 60} minutes, once, and for the session of the request.`,
  roles: PERSON_ROLES,
  status: 200,
  response: Options,
  idempotency: 'none',
  audit: 'second-factor.begun',
  problems: ['not-found'],
  uses: ['publicAddress:know'],
});

export const getSecondFactor = route({
  operationId: 'getSecondFactor',
  method: 'GET',
  path: '/me/second-factor',
  summary: 'Get one’s own second factor, and whether one is demanded',
  roles: PERSON_ROLES,
  status: 200,
  response: z.object({
    demanded: z.boolean(),
    enrolled_at: instantOut.nullable(),
    recovery_codes_left: z.number().int(),
    passkeys: z.number().int(),
  }),
  problems: [],
  uses: ['secondFactor:demand'],
});

export const enrolSecondFactor = route({
  operationId: 'enrolSecondFactor',
  method: 'POST',
  path: '/me/second-factor',
  summary: 'Begin to enrol a second factor',
  description:
    'The secret is shown once. It counts when a code of it has confirmed it; until then the factor before it does. Whoever has one proves it first.',
  roles: PERSON_ROLES,
  status: 200,
  response: Enrolment,
  // The answer is a secret, which is not kept.
  idempotency: 'none',
  audit: 'second-factor.begun',
  problems: ['second-factor-required'],
  uses: ['fieldKey:use'],
});

export const confirmSecondFactor = route({
  operationId: 'confirmSecondFactor',
  method: 'POST',
  path: '/me/second-factor/confirm',
  summary: 'Confirm the second factor by its first code',
  description: 'The answer has ten recovery codes, which no other answer shows. A mail tells the user.',
  roles: PERSON_ROLES,
  body: z.strictObject({ code }),
  example: { code: '287082' },
  status: 200,
  response: RecoveryCodes,
  idempotency: 'none',
  audit: 'second-factor.enrolled',
  problems: ['too-many-requests'],
  uses: ['fieldKey:use', 'queue:notices:send'],
});

export const renewRecoveryCodes = route({
  operationId: 'renewRecoveryCodes',
  method: 'POST',
  path: '/me/second-factor/recovery-codes',
  summary: 'Get other recovery codes',
  description: 'Those before work no longer. The second factor is proved within five minutes before.',
  roles: PERSON_ROLES,
  status: 200,
  response: RecoveryCodes,
  idempotency: 'none',
  audit: 'second-factor.codes-renewed',
  problems: ['second-factor-required', 'not-found'],
  uses: ['queue:notices:send'],
});

export const removeSecondFactor = route({
  operationId: 'removeSecondFactor',
  method: 'DELETE',
  path: '/me/second-factor',
  summary: 'Remove one’s own second factor',
  description:
    'It is proved within five minutes before. Where one is demanded, the next sign-in enrols another. A mail tells the user.',
  roles: PERSON_ROLES,
  status: 204,
  audit: 'second-factor.removed',
  problems: ['second-factor-required', 'not-found'],
  uses: ['queue:notices:send'],
});

export const beginPasskey = route({
  operationId: 'beginPasskey',
  method: 'POST',
  path: '/me/passkeys/options',
  summary: 'Ask what a new passkey has to sign',
  description: `For \`navigator.credentials.create\`. It is good for ${CHALLENGE_SECONDS / 60} minutes, once. Whoever has a second factor proves it first; whoever has none has signed in within ${FRESH_MINUTES} minutes before.`,
  roles: PERSON_ROLES,
  status: 200,
  response: Options,
  idempotency: 'none',
  audit: 'second-factor.begun',
  problems: ['second-factor-required', 'fresh-sign-in-required', 'too-many-passkeys'],
  uses: ['publicAddress:know'],
});

export const addPasskey = route({
  operationId: 'addPasskey',
  method: 'POST',
  path: '/me/passkeys',
  summary: 'Add a passkey',
  description: `It is a second factor, and signs in alone (\`POST /auth/passkey\`). A user has ${MAX_PASSKEYS} at most, beside the app or instead of it. Whoever had no second factor gets ten recovery codes, which no other answer shows. A mail tells the user.`,
  roles: PERSON_ROLES,
  body: z.strictObject({ name: text(60), credential: CreatedCredential }),
  example: {
    name: 'Laptop',
    credential: {
      ...{ id: 'bGFwdG9w', rawId: 'bGFwdG9w', type: 'public-key' },
      response: {
        clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0',
        attestationObject: 'o2NmbXRkbm9uZQ',
        transports: ['internal'],
      },
    },
  },
  status: 201,
  response: Passkey.extend({ recovery_codes: z.array(z.string()).optional() }),
  idempotency: 'none',
  audit: 'second-factor.enrolled',
  problems: ['second-factor-required', 'too-many-passkeys', 'passkey-exists'],
  uses: ['publicAddress:know', 'queue:notices:send'],
});

export const listPasskeys = route({
  operationId: 'listPasskeys',
  method: 'GET',
  path: '/me/passkeys',
  summary: 'List one’s own passkeys',
  roles: PERSON_ROLES,
  status: 200,
  response: z.object({ data: z.array(Passkey) }),
  problems: [],
  uses: [],
});

export const renamePasskey = route({
  operationId: 'renamePasskey',
  method: 'PATCH',
  path: '/me/passkeys/{id}',
  summary: 'Give one of one’s own passkeys another name',
  roles: PERSON_ROLES,
  params: idInPath,
  body: z.strictObject({ name: text(60) }),
  example: { name: 'Old laptop' },
  status: 200,
  response: Passkey,
  audit: 'second-factor.renamed',
  problems: ['not-found'],
  uses: [],
});

export const removePasskey = route({
  operationId: 'removePasskey',
  method: 'DELETE',
  path: '/me/passkeys/{id}',
  summary: 'Remove one of one’s own passkeys',
  description:
    'The second factor is proved within five minutes before. Where one is demanded and no other is left, the next sign-in enrols another. A mail tells the user.',
  roles: PERSON_ROLES,
  params: idInPath,
  status: 204,
  audit: 'second-factor.removed',
  problems: ['second-factor-required', 'not-found'],
  uses: ['queue:notices:send'],
});
