import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { TenantId, UserId } from '#kernel/ids.ts';
import type { KeyBounds } from '#kernel/key-bounds.ts';
import type { ReadTenant } from '#kernel/read-tenant.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import * as environment from '#platform/environment.ts';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
const CLOCK_SKEW_SECONDS = 30;
const ALGORITHM = 'ES256';
const TYPE = 'at+jwt';
const AUDIENCE = 'vestry-api';

const issuer = () => `urn:vestry:${environment.name()}`;

export interface AccessClaims {
  readonly sub: UserId;
  /** The session, which must still be alive whenever the token is used. */
  readonly sid: string;
  readonly tid: TenantId;
  readonly role: Role;
  readonly tenantType: TenantType;
  readonly employeeId: string | null;
  /** The bounds of an API key; absent where a person has signed in. */
  readonly key?: KeyBounds | undefined;
  /** The tenant whose records an operator may read, masked; absent in every other token. */
  readonly reads?: ReadTenant | undefined;
  /** Seconds since 1970. */
  readonly exp: number;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: JsonWebKey;
}

/** Signs an access token (RFC 9068 `at+jwt`). */
export async function signAccessToken(
  key: SigningKey,
  claims: Omit<AccessClaims, 'exp'>,
  seconds: number = ACCESS_TOKEN_SECONDS,
): Promise<string> {
  const { SignJWT } = await import('jose');
  const { sub, sid, tid, role, tenantType, employeeId, key: bounds, reads } = claims;
  const optional = {
    ...(employeeId === null ? {} : { emp: employeeId }),
    ...(bounds && { key: bounds }),
    ...(reads && { reads }),
  };
  return new SignJWT({ sid, tid, role, tty: tenantType, ...optional })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .setIssuer(issuer())
    .setAudience(AUDIENCE)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .sign(createPrivateKey({ key: key.privateJwk, format: 'jwk' }));
}

const KID = /^[A-Za-z0-9_-]{1,64}$/;
/** Header parameters that would have a verifier fetch or trust a key that the token itself brings. */
const KEY_BEARING = ['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit'];

/**
 * Verifies a token against our own keys only; nothing in the token decides the algorithm or the key's origin.
 * @returns undefined unless the token is one of ours and has not expired
 */
export async function verifyAccessToken(
  token: string,
  publicKey: (kid: string) => Promise<KeyObject | undefined>,
): Promise<AccessClaims | undefined> {
  const { errors, jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(
      token,
      async (header) => {
        const { kid } = header;
        if (kid === undefined || !KID.test(kid) || KEY_BEARING.some((name) => name in header))
          throw new errors.JWSInvalid('header');
        const key = await publicKey(kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: issuer(),
        audience: AUDIENCE,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['sub', 'sid', 'tid', 'role', 'tty', 'exp', 'iat'],
      },
    );
    return toClaims(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function toClaims(payload: JWTPayload): AccessClaims {
  return {
    sub: payload.sub as UserId,
    sid: payload.sid as string,
    tid: payload.tid as TenantId,
    role: payload.role as Role,
    tenantType: payload.tty as TenantType,
    employeeId: typeof payload.emp === 'string' ? payload.emp : null,
    exp: payload.exp as number,
    ...(payload.key === undefined ? {} : { key: payload.key as KeyBounds }),
    ...(payload.reads === undefined ? {} : { reads: payload.reads as ReadTenant }),
  };
}
