import { DomainError } from '#kernel/domain-error.ts';
import { Unavailable } from '#platform/outage.ts';
import { AnswerTooLarge } from '#platform/outbound/public-call.ts';
import { AddressRefused } from '#platform/outbound/public-url.ts';
import type { Refused } from './decide-role.ts';

const RETRY_AFTER_SECONDS = 30;

/** The answer of a provider, or the way in which it came, is not what it should be. */
export function invalidAnswer(reason: string, detail: string, cause?: unknown): DomainError {
  return new DomainError('sign-in-invalid', detail, {
    errors: [{ pointer: '', code: reason, message: detail }],
    cause,
  });
}

/** The provider's word is good, and the person is not let in all the same. */
export function refusedSignIn({ reason, detail }: Refused): DomainError {
  return new DomainError('sign-in-refused', detail, {
    errors: [{ pointer: '', code: reason, message: detail }],
  });
}

/** The checks of the OpenID client, as people understand them. Its codes are those of oauth4webapi. */
const CHECKS: Readonly<Record<string, readonly [reason: string, detail: string]>> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: [
    'token-time',
    'The ID token has expired, or is not valid yet: the clocks of the provider and the platform differ by more than a minute, or the sign-in took too long.',
  ],
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: [
    'token-claim',
    'The ID token is for another sign-in: its issuer, audience or nonce is not the expected one.',
  ],
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: [
    'issuer-mismatch',
    'The provider calls itself by another issuer than the connection does. Give the connection the issuer exactly as the provider writes it.',
  ],
  OAUTH_KEY_SELECTION_FAILED: [
    'token-key',
    'The ID token is signed by a key that the provider does not publish.',
  ],
  OAUTH_UNSUPPORTED_OPERATION: [
    'token-algorithm',
    'The ID token is signed in a way that is not accepted: RSA, ECDSA or EdDSA, with SHA-2.',
  ],
  OAUTH_RESPONSE_BODY_ERROR: [
    'provider-refused',
    'The provider did not exchange the code: it was used or has run out, or the client’s id, secret or key is wrong.',
  ],
};

const PROVIDER_REFUSED = 'The identity provider did not sign the person in';
const WORD = /^[a-z_]{1,60}$/;

/** The provider answered with an error instead of a code. Its word is shown if it is one of OAuth's shape. */
function providerRefused(error: unknown): DomainError {
  const word = typeof error === 'string' && WORD.test(error) ? ` (${error})` : '';
  return refusedSignIn({ reason: 'provider-refused', detail: `${PROVIDER_REFUSED}${word}.` });
}

/** Translates what the OpenID client and calls to a provider throw. Nothing of our network is told. */
export function translateProviderError(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  const codes = chainOf(error).map((one) => ('code' in one ? String(one.code) : one.name));
  if (codes.includes('OAUTH_AUTHORIZATION_RESPONSE_ERROR') && 'error' in error)
    return providerRefused(error.error);
  const known = codes.map((code) => CHECKS[code]).find((check) => check !== undefined);
  if (known !== undefined) return invalidAnswer(...known, error);
  if (chainOf(error).some((one) => one instanceof AddressRefused))
    return invalidAnswer(
      'provider-address',
      'The provider names an address that is not on the public internet.',
      error,
    );
  if (chainOf(error).some((one) => one instanceof Unavailable))
    return new DomainError('temporarily-unavailable', 'The identity provider does not answer. Try again.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  if (chainOf(error).some((one) => one instanceof AnswerTooLarge))
    return invalidAnswer('answer-malformed', 'The provider’s answer is larger than any that is read.', error);
  if (
    codes.some((code) => code.startsWith('OAUTH_') || code.startsWith('ERR_JW') || code.startsWith('ERR_J'))
  )
    return invalidAnswer('answer-malformed', 'The provider’s answer does not follow OpenID Connect.', error);
  return error;
}

/** The longest chain of causes that is looked at. */
const MAX_CAUSES = 5;

function chainOf(error: Error): readonly Error[] {
  const chain: Error[] = [];
  for (let one: unknown = error; one instanceof Error && chain.length < MAX_CAUSES; one = one.cause)
    chain.push(one);
  return chain;
}
