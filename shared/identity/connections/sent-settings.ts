import type { z } from 'zod';
import { refuseIssuer, subjectClaimOf } from '#identity/federation/subject.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { requirePublicUrl } from '#platform/outbound/require-public-url.ts';
import type { Sealer } from '#platform/sealing.ts';
import { hasStrongKey, readCertificate, STRONG_KEYS, toPem } from './certificate.ts';
import { type Credential, newClientKey, sealSecret } from './client-credential.ts';
import type { ConnectionChange, ConnectionRow, ConnectionSettings } from './connection.repository.ts';
import type { createConnection, updateConnection } from './connections.routes.ts';

export type NewBody = z.output<(typeof createConnection)['body']>;
export type ChangeBody = z.output<(typeof updateConnection)['body']>;
type Kind = ConnectionRow['kind'];
type Fields = Omit<ConnectionChange, 'status' | 'tested_at'>;

export interface Preparing {
  readonly id: string;
  readonly sealer: Sealer;
  /** Whether providers on this machine are allowed. */
  readonly loopback: boolean;
  readonly now: Date;
}

const DEFAULT_SCOPES = ['openid', 'profile', 'email'];

/** The fields that one kind has and the other hasn't. */
const FIELDS_OF = {
  OIDC: [
    'client_id',
    'client_authentication',
    'client_secret',
    'scopes',
    'subject_claim',
    'authentication_context',
  ],
  SAML: ['metadata_xml', 'sso_url', 'certificates', 'idp_initiated'],
} as const satisfies Record<Kind, readonly (keyof ChangeBody)[]>;

function required(field: string): DomainError {
  return invalidField(`/${field}`, 'required', 'is required for a connection of this kind');
}

function refuseFieldsOfOthers(kind: Kind, body: ChangeBody): void {
  const other: Kind = kind === 'OIDC' ? 'SAML' : 'OIDC';
  const field = FIELDS_OF[other].find((name) => body[name] !== undefined);
  if (field !== undefined)
    throw invalidField(`/${field}`, 'unexpected', `must be left out: it is of a connection of kind ${other}`);
}

/**
 * Reads the settings of a new connection, and makes what the platform itself adds: keys, and what is left to us.
 * @throws DomainError `validation-failed`
 */
export async function settingsOfNew(body: NewBody, preparing: Preparing): Promise<ConnectionSettings> {
  const { kind } = body;
  const sent = await settingsOf(kind, body, preparing);
  const { issuer, credential_sealed } = sent;
  if (issuer === undefined) throw required('issuer');
  const common = {
    name: body.name,
    issuer,
    employee_id_claim: body.employee_id_claim ?? null,
    role_map: body.role_map,
    idp_initiated: body.idp_initiated ?? false,
  };
  if (kind === 'SAML') {
    const { sso_url, certificates } = sent;
    if (sso_url == null) throw required('sso_url');
    if (certificates == null) throw required('certificates');
    return { ...common, ...(await newSamlKey(preparing)), ...{ sso_url, certificates }, ...WITHOUT_CLIENT };
  }
  const { client_id, client_authentication, public_jwk = null } = sent;
  if (client_id == null) throw required('client_id');
  if (credential_sealed === undefined || client_authentication === undefined) throw secretMissing();
  return {
    ...{ ...common, client_id, client_authentication, credential_sealed, public_jwk },
    scopes: body.scopes ?? DEFAULT_SCOPES,
    subject_claim: body.subject_claim ?? subjectClaimOf(issuer),
    authentication_context: body.authentication_context ?? null,
    ...{ sso_url: null, certificates: null, signing_certificate: null },
  };
}

const WITHOUT_CLIENT = {
  client_id: null,
  public_jwk: null,
  scopes: [],
  subject_claim: 'NameID',
  authentication_context: null,
} as const;

async function newSamlKey({ id, sealer, now }: Preparing) {
  // Loaded here: nothing else writes certificates.
  const { newSigningKey } = await import('./signing-certificate.ts');
  const { privateKey, certificate } = await newSigningKey(`vestry ${id}`, now);
  const { credential_sealed } = sealSecret(id, privateKey, sealer);
  return {
    credential_sealed,
    client_authentication: 'PRIVATE_KEY',
    signing_certificate: certificate,
  } as const;
}

/**
 * Reads the settings that a request sends.
 * @throws DomainError `validation-failed`
 */
export async function settingsOf(
  kind: Kind,
  body: ChangeBody,
  { id, sealer, loopback, now }: Preparing,
): Promise<Fields> {
  refuseFieldsOfOthers(kind, body);
  const { name, employee_id_claim, role_map, issuer } = body;
  const common = { name, employee_id_claim, role_map, issuer };
  if (kind === 'SAML')
    return defined({
      ...common,
      ...(await samlOf(body, { loopback, now })),
      idp_initiated: body.idp_initiated,
    });
  await requireIssuer(issuer, loopback);
  const { client_id, scopes, subject_claim, authentication_context } = body;
  const client = { client_id, scopes, subject_claim, authentication_context };
  return defined({ ...common, ...client, ...credentialOf(id, body, sealer) });
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Refuses an issuer that stands for many directories, or that can't be reached on the public internet. */
async function requireIssuer(issuer: string | undefined, loopback: boolean): Promise<void> {
  if (issuer === undefined) return;
  const refusal = refuseIssuer(issuer);
  if (refusal !== undefined) throw invalidField('/issuer', 'invalid-issuer', refusal);
  await requirePublicUrl(issuer, '/issuer', { loopback });
}

/** Returns the secret or key that a request brings or asks for; nothing where it asks for none. */
function credentialOf(
  id: string,
  { client_authentication, client_secret }: ChangeBody,
  sealer: Sealer,
): Credential | undefined {
  if (client_authentication === 'PRIVATE_KEY') {
    if (client_secret !== undefined)
      throw invalidField('/client_secret', 'unexpected', 'must be left out: the client signs with a key');
    return newClientKey(id, sealer);
  }
  if (client_secret !== undefined) return sealSecret(id, client_secret, sealer);
  if (client_authentication === 'SECRET') throw secretMissing();
  return undefined;
}

function secretMissing(): DomainError {
  return invalidField('/client_secret', 'required', 'is required where client_authentication is SECRET');
}

interface Rules {
  readonly loopback: boolean;
  readonly now: Date;
}

async function samlOf(body: ChangeBody, rules: Rules): Promise<Fields> {
  const { metadata_xml, sso_url, certificates } = body;
  if (metadata_xml === undefined)
    return {
      ...(sso_url === undefined ? {} : { sso_url: requireSsoUrl(sso_url, '/sso_url', rules) }),
      ...(certificates === undefined
        ? {}
        : { certificates: certificatesOf(certificates, (index) => `/certificates/${index}`, rules) }),
    };
  for (const field of ['issuer', 'sso_url', 'certificates'] as const)
    if (body[field] !== undefined)
      throw invalidField(`/${field}`, 'unexpected', 'must be left out: metadata_xml has it');
  // Loaded here: whoever connects an OpenID provider reads no XML.
  const { readProviderMetadata } = await import('#identity/federation/saml/metadata.ts');
  const pointer = '/metadata_xml';
  try {
    const read = readProviderMetadata(metadata_xml);
    if (read.issuer === '' || read.issuer.length > 500)
      throw invalidField(pointer, 'metadata', 'must name its entityID');
    return {
      issuer: read.issuer,
      sso_url: requireSsoUrl(read.sso_url, pointer, rules),
      certificates: certificatesOf(read.certificates, () => pointer, rules),
    };
  } catch (error) {
    if (error instanceof DomainError && error.slug === 'sign-in-invalid')
      throw invalidField(pointer, 'metadata', error.message);
    throw error;
  }
}

/** A browser is sent there, not we: the address may be one of the customer's own network. */
function requireSsoUrl(text: string, pointer: string, { loopback }: Rules): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (loopback && url?.protocol === 'http:');
  if (url === null || !isSafe || url.username !== '' || url.password !== '' || url.hash !== '')
    throw invalidField(pointer, 'invalid-url', 'must be an https URL, without credentials and fragment');
  return url.href;
}

function certificatesOf(
  texts: readonly string[],
  pointerTo: (index: number) => string,
  { now }: Rules,
): readonly string[] {
  const read = texts.map((text, index) => {
    const certificate = readCertificate(text);
    if (certificate === undefined)
      throw invalidField(pointerTo(index), 'certificate', 'must be an X.509 certificate, as PEM');
    if (!hasStrongKey(certificate))
      throw invalidField(pointerTo(index), 'certificate', `must have a key of ${STRONG_KEYS}`);
    return certificate;
  });
  if (read.every(({ validToDate }) => validToDate <= now))
    throw invalidField(pointerTo(0), 'certificate-expired', 'must have a certificate that has not expired');
  return [...new Set(read.map(({ raw }) => toPem(raw)))];
}
