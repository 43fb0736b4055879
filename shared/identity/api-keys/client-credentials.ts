import { DomainError } from '#kernel/domain-error.ts';

/** The most that a request for a token can need. */
const MAX_BYTES = 4_096;
const BASIC = /^basic +([A-Za-z0-9+/]{1,1000}={0,2})$/i;

interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads the credentials of a client from a request for a token (RFC 6749, 2.3.1): by header or in the body, and not by both.
 * @throws DomainError `malformed-request`, `unsupported-media-type`, `invalid-credentials`
 */
export function clientCredentialsIn(
  body: Buffer,
  headers: ReadonlyMap<string, readonly string[]>,
): ClientCredentials {
  if (body.length > MAX_BYTES) throw malformed(`The body has more than ${MAX_BYTES} bytes.`);
  const form = new URLSearchParams(body.toString('latin1'));
  for (const name of new Set(form.keys()))
    if (form.getAll(name).length > 1) throw malformed(`Send ${printable(name)} once.`);
  const grant = form.get('grant_type');
  if (grant === null) throw malformed('grant_type is missing: it must be client_credentials.');
  if (grant !== 'client_credentials')
    throw new DomainError('unsupported-grant', 'grant_type must be client_credentials.');
  const sent = headers.get('authorization') ?? [];
  const inBody = form.get('client_secret');
  if (sent.length > 1 || (sent.length === 1 && inBody !== null))
    throw malformed('Send the credentials of the client in one way.');
  const credentials = sent[0] === undefined ? inForm(form) : inHeader(sent[0]);
  if (credentials === undefined) throw refusedClient();
  return credentials;
}

export function refusedClient(): DomainError {
  return new DomainError('invalid-credentials', 'The client, its secret or its network is not valid.');
}

function inForm(form: URLSearchParams): ClientCredentials | undefined {
  const clientId = form.get('client_id');
  const clientSecret = form.get('client_secret');
  return clientId === null || clientSecret === null ? undefined : { clientId, clientSecret };
}

/** Both parts are form-encoded before they are joined. */
function inHeader(header: string): ClientCredentials | undefined {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const joined = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = joined.indexOf(':');
  if (colon < 0) return undefined;
  const pair = new URLSearchParams(`id=${joined.slice(0, colon)}&secret=${joined.slice(colon + 1)}`);
  return { clientId: pair.get('id') ?? '', clientSecret: pair.get('secret') ?? '' };
}

const malformed = (detail: string) => new DomainError('malformed-request', detail);
const printable = (name: string): string => (/^\w{1,40}$/.test(name) ? name : 'each parameter');
