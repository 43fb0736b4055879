import { Problem } from '../api/problem.ts';
import type { Arguments } from '../api/routes.ts';

/** Whether this browser reads and writes what the API says of passkeys. It knows none at an address without TLS, but for this machine. */
export const HAS_PASSKEYS =
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

type Body<T> = Exclude<T, FormData>;
/** The answers of the browser, all of which the API checks. */
export type Signed = NonNullable<Body<Arguments<'POST /auth/step-up'>[0]['body']>['passkey']>;
type Made = Body<Arguments<'POST /me/passkeys'>[0]['body']>['credential'];

/**
 * Has the person use a passkey.
 * @param options as the API gives them; the browser’s parser checks them
 * @throws Problem where they don’t
 */
export async function signByPasskey(options: object): Promise<Signed> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as PublicKeyCredentialRequestOptionsJSON,
  );
  return (await written(navigator.credentials.get({ publicKey }))) as Signed;
}

/**
 * Has the person make a passkey.
 * @param options as the API gives them; the browser’s parser checks them
 * @throws Problem where they don’t
 */
export async function makePasskey(options: object): Promise<Made> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  );
  return (await written(navigator.credentials.create({ publicKey }))) as Made;
}

/** Browsers give one name to a person who declines, a time that is over and a device without the passkey: pages must not tell them apart. */
const UNUSED = {
  title: 'No passkey was used',
  detail: 'It was cancelled, took too long, or this device has none for Vestry.',
};
const FAULTS: Readonly<Record<string, typeof UNUSED>> = {
  InvalidStateError: {
    title: 'This device has a passkey for you',
    detail: 'It keeps one of each person. Use it, or remove it first.',
  },
  SecurityError: {
    title: 'Passkeys don’t work at this address',
    detail: 'They belong to the name of this site: an address of numbers, or another name, has none.',
  },
};

async function written(asked: Promise<Credential | null>) {
  const credential = await asked.catch((error: unknown) => {
    throw new Problem((error instanceof DOMException && FAULTS[error.name]) || UNUSED);
  });
  if (!(credential instanceof PublicKeyCredential)) throw new Problem(UNUSED);
  return credential.toJSON();
}
