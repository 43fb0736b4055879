import { type Claims, valuesOf } from './decide-role.ts';

/** The longest subject of OpenID Connect has 255 characters. */
const MAX_SUBJECT = 255;
const TENANT_IN_ISSUER = /\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(\/|$)/i;
/** Issuers of Entra ID, in its clouds. */
const ENTRA_HOSTS: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'sts.windows.net',
]);
/** Issuers of Entra ID that stand for many directories: what signs is not what they name. */
const MANY_DIRECTORIES = /\/(common|organizations|consumers|\{tenantid\})(\/|$)/i;

/** Returns the claim that recognises users of an issuer: Entra ID's `sub` differs from application to application. */
export function subjectClaimOf(issuer: string): 'sub' | 'oid' {
  return ENTRA_HOSTS.has(URL.parse(issuer)?.hostname ?? '') ? 'oid' : 'sub';
}

/** Returns why an issuer can't be connected, as far as its text shows. */
export function refuseIssuer(issuer: string): string | undefined {
  const url = URL.parse(issuer);
  if (url === null) return 'must be a URL';
  if (url.search !== '' || issuer.includes('?')) return 'must not have a query';
  if (url.pathname.includes('/.well-known/'))
    return 'must be the issuer itself, without /.well-known/openid-configuration';
  if (MANY_DIRECTORIES.test(decodeURI(url.pathname)))
    return 'must name one directory, as https://login.microsoftonline.com/<directory id>/v2.0: the issuers common, organizations and consumers stand for many';
  return undefined;
}

/**
 * Returns the subject that recognises a person at an issuer.
 * @returns undefined where the provider has not named them, or has named somebody of another directory
 */
export function subjectOf(claim: 'sub' | 'oid', issuer: string, claims: Claims): string | undefined {
  const only = (name: string): string | undefined => {
    const [value, ...more] = valuesOf(claims, name);
    return more.length === 0 && value !== undefined && value !== '' && value.length <= MAX_SUBJECT
      ? value
      : undefined;
  };
  if (claim === 'sub') return only('sub');
  const [directory, object] = [only('tid'), only('oid')];
  const named = TENANT_IN_ISSUER.exec(URL.parse(issuer)?.pathname ?? '')?.[1];
  if (directory === undefined || object === undefined) return undefined;
  if (named !== undefined && named.toLowerCase() !== directory.toLowerCase()) return undefined;
  return `${directory.toLowerCase()}.${object.toLowerCase()}`;
}

/** Claims that may have an address to show, in order: Entra ID has no verified email, and often none at all. */
const ADDRESSES = ['email', 'preferred_username', 'upn'] as const;
const ADDRESS = /^[^\s@<>"]{1,64}@[a-z0-9.-]{1,189}$/i;

/** Returns an address to show, if there is one. It proves nothing. */
export function addressOf(claims: Claims): string | undefined {
  const [address] = ADDRESSES.flatMap((name) => valuesOf(claims, name)).filter((value) =>
    ADDRESS.test(value),
  );
  return address?.toLowerCase();
}
