import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address.ts';

export interface AddressRules {
  /** Whether this machine's own addresses are allowed, by plain HTTP as well. Only development uses it. */
  readonly loopback: boolean;
}

/** The host is, or resolves to, an address that is not on the public internet. */
export class AddressRefused extends Error {}

/** Ports below are those of services that a request could be turned on. */
const FIRST_FREE_PORT = 1_024;
const HTTPS_PORT = 443;
/** Names that are never public, whatever they resolve to (RFC 6761, 6762, 8375, and the clouds' own). */
const LOCAL_NAME =
  /^(localhost|[^.]+)$|\.(localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa|test|invalid|onion)$/;

/** The host of a URL as an address or a name: without brackets, and without the dot of the root. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/**
 * Returns a URL as it is kept and called: parsed and written again as browsers do (WHATWG), so that one receiver has one
 * spelling. The host is in lower case and without the dot of the root, and neither a default port nor an empty query or fragment is left.
 */
export function normalisedUrl(text: string): string {
  const url = new URL(text);
  url.hostname = url.hostname.replace(/\.$/, '');
  if (url.search === '') url.search = '';
  if (url.hash === '') url.hash = '';
  return url.href;
}

/** Returns a URL as it is shown: the values in its query may be secrets of the receiver. */
export function maskedUrl(text: string): string {
  const url = new URL(text);
  const masked = (part: string) => {
    const [name = '', ...values] = part.split('=');
    return values.length > 0 ? `${name}=***` : '***';
  };
  url.search = url.search.slice(1).split('&').filter(Boolean).map(masked).join('&');
  return url.href;
}

/** Returns why a URL that a customer gives can't be called, as far as the URL itself shows; undefined if it can. */
export function refuseUrl(text: string, { loopback }: AddressRules): string | undefined {
  // A parser of URLs takes tabs and line breaks out, wherever they are.
  if (/[\s\p{Cc}]/u.test(text)) return 'must not have blanks or control characters';
  const url = URL.parse(text);
  if (url === null) return 'must be a URL';
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
  if (url.hash !== '') return 'must not have a fragment';
  const host = hostOf(url);
  if (loopback && (isLoopback(host) || host === 'localhost'))
    return ['https:', 'http:'].includes(url.protocol) ? undefined : 'must be an https URL';
  if (url.protocol !== 'https:') return 'must be an https URL';
  const port = url.port === '' ? HTTPS_PORT : Number(url.port);
  if (port !== HTTPS_PORT && port < FIRST_FREE_PORT)
    return `must use port ${HTTPS_PORT} or one above ${FIRST_FREE_PORT - 1}`;
  const isPublic = isIP(host) === 0 ? !LOCAL_NAME.test(host) : isPublicAddress(host);
  return isPublic ? undefined : 'must be reached on the public internet';
}
