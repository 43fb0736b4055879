import type { Claims } from '#identity/federation/decide-role.ts';
import type { Assertion } from '#identity/federation/identity-provider.ts';
import { invalidAnswer, refusedSignIn } from '#identity/federation/provider-errors.ts';
import { addressOf } from '#identity/federation/subject.ts';
import { attributeOf, childrenNamed, elementsOf, isNamed, onlyChild, textOf } from './xml.ts';

/** The values that an assertion must name for it to be meant for this sign-in. */
export interface Expected {
  readonly issuer: string;
  /** Ours, at this provider. */
  readonly entityId: string;
  /** The address of ours that takes answers. */
  readonly acsUri: string;
  /** The id of the request; null where the provider itself began. */
  readonly requestId: string | null;
  readonly nowMs: number;
}

const SKEW_MS = 60_000;
/** An assertion is brought right after it was issued; whoever brings it later has it from somewhere else. */
const MAX_AGE_MS = 10 * 60_000;
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const MAX_NAME = 255;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

function invalid(reason: string, detail: string): Error {
  return invalidAnswer(reason, detail);
}

function instantOf(element: Element, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid('answer-malformed', `${name} must be an instant in UTC.`);
  return ms;
}

function requireIssuer(element: Element, expected: string): void {
  const issuer = onlyChild(element, 'saml:Issuer');
  const format = attributeOf(issuer, 'Format') ?? ENTITY;
  if (textOf(issuer) !== expected || format !== ENTITY)
    throw invalid('issuer-mismatch', 'The answer is from another issuer than the connection names.');
}

/**
 * Looks at what stands around an assertion: whether the provider has signed somebody in, and whether the answer is one to us.
 * @throws DomainError `sign-in-invalid`, `sign-in-refused`
 */
export function requireResponse(response: Element, expected: Expected): void {
  if (attributeOf(response, 'Version') !== '2.0')
    throw invalid('answer-malformed', 'The answer is not SAML 2.0.');
  if (childrenNamed(response, 'saml:Issuer').length > 0) requireIssuer(response, expected.issuer);
  if (attributeOf(response, 'Destination') !== expected.acsUri)
    throw invalid('destination', 'The answer is for another address than this connection’s.');
  requireInResponseTo(attributeOf(response, 'InResponseTo'), expected);
  const code = onlyChild(onlyChild(response, 'samlp:Status'), 'samlp:StatusCode');
  const status = attributeOf(code, 'Value') ?? '';
  if (status !== SUCCESS)
    throw refusedSignIn({
      reason: 'provider-refused',
      detail: `The identity provider did not sign the person in (${wordOf(status)}).`,
    });
}

/** The last part of a status, if it is a word. */
function wordOf(status: string): string {
  return /:([A-Za-z]{1,60})$/.exec(status)?.[1] ?? 'no status';
}

function requireInResponseTo(value: string | undefined, { requestId }: Expected): void {
  if (value === (requestId ?? undefined)) return;
  throw invalid(
    'in-response-to',
    requestId === null
      ? 'The answer is to a request, and this browser has begun none: begin the sign-in again.'
      : 'The answer is not to this sign-in’s request.',
  );
}

/**
 * Reads an assertion whose signature is verified.
 * @throws DomainError `sign-in-invalid`, `sign-in-refused`
 */
export function readAssertion(assertion: Element, expected: Expected): Assertion {
  if (attributeOf(assertion, 'Version') !== '2.0')
    throw invalid('answer-malformed', 'The assertion is not SAML 2.0.');
  requireIssuer(assertion, expected.issuer);
  const issuedMs = instantOf(assertion, 'IssueInstant');
  if (issuedMs === undefined || !isWithin(issuedMs, expected.nowMs))
    throw invalid(
      'token-time',
      'The assertion was issued too long ago, or in the future: the clocks of the provider and the platform differ by more than a minute, or the sign-in took too long.',
    );
  requireConditions(onlyChild(assertion, 'saml:Conditions'), expected);
  const subject = onlyChild(assertion, 'saml:Subject');
  requireConfirmation(subject, expected);
  const name = nameOf(subject);
  const claims = claimsOf(assertion);
  const statement = statementOf(assertion, expected.nowMs);
  return {
    issuer: expected.issuer,
    subject: name,
    protocolSubject: name,
    email: emailOf(claims, name),
    claims,
    ...statement,
    amr: valuesUnder(claims, AMR),
    assertionId: attributeOf(assertion, 'ID') ?? '',
  };
}

function isWithin(issuedMs: number, nowMs: number): boolean {
  return issuedMs <= nowMs + SKEW_MS && nowMs < issuedMs + MAX_AGE_MS + SKEW_MS;
}

function requireTime(element: Element, nowMs: number): void {
  const notBefore = instantOf(element, 'NotBefore');
  const notOnOrAfter = instantOf(element, 'NotOnOrAfter');
  if (
    (notBefore !== undefined && nowMs + SKEW_MS < notBefore) ||
    (notOnOrAfter !== undefined && nowMs - SKEW_MS >= notOnOrAfter)
  )
    throw invalid(
      'token-time',
      'The assertion has expired, or is not valid yet: the clocks of the provider and the platform differ by more than a minute, or the sign-in took too long.',
    );
}

/** A condition that is not understood makes an assertion invalid (Core, 2.5.1). */
function requireConditions(conditions: Element, { entityId, nowMs }: Expected): void {
  requireTime(conditions, nowMs);
  const known = ['saml:AudienceRestriction', 'saml:OneTimeUse', 'saml:ProxyRestriction'] as const;
  if (elementsOf(conditions).some((element) => !known.some((name) => isNamed(element, name))))
    throw invalid('condition', 'The assertion has a condition that is not understood.');
  const restrictions = childrenNamed(conditions, 'saml:AudienceRestriction');
  const areOurs = restrictions.every((restriction) =>
    childrenNamed(restriction, 'saml:Audience').map(textOf).includes(entityId),
  );
  if (restrictions.length === 0 || !areOurs)
    throw invalid(
      'audience',
      'The assertion is for another audience. Give the provider the entity id of this connection.',
    );
}

function requireConfirmation(subject: Element, expected: Expected): void {
  const [confirmation, ...more] = childrenNamed(subject, 'saml:SubjectConfirmation').filter(
    (element) => attributeOf(element, 'Method') === BEARER,
  );
  if (confirmation === undefined || more.length > 0)
    throw invalid('confirmation', 'The assertion must have one confirmation of whoever bears it.');
  const data = onlyChild(confirmation, 'saml:SubjectConfirmationData');
  if (attributeOf(data, 'Recipient') !== expected.acsUri)
    throw invalid('recipient', 'The assertion is for another address than this connection’s.');
  if (attributeOf(data, 'NotOnOrAfter') === undefined || attributeOf(data, 'NotBefore') !== undefined)
    throw invalid('confirmation', 'The confirmation must say until when it holds, and nothing else.');
  requireTime(data, expected.nowMs);
  requireInResponseTo(attributeOf(data, 'InResponseTo'), expected);
}

function nameOf(subject: Element): string {
  if (childrenNamed(subject, 'saml:EncryptedID').length > 0)
    throw invalid('encrypted', 'The name is encrypted, which is not offered: switch it off at the provider.');
  const nameId = onlyChild(subject, 'saml:NameID');
  const name = textOf(nameId);
  if (name === '' || name !== name.trim() || name.length > MAX_NAME)
    throw invalid('subject-missing', 'The assertion names nobody.');
  if (attributeOf(nameId, 'Format') === TRANSIENT)
    throw invalid(
      'subject-transient',
      'The name is another with each sign-in. Have the provider send a persistent NameID.',
    );
  return name;
}

/** Returns the attributes by their names: a text, or a list of them. */
function claimsOf(assertion: Element): Claims {
  const values = new Map<string, string[]>();
  for (const statement of childrenNamed(assertion, 'saml:AttributeStatement'))
    for (const attribute of childrenNamed(statement, 'saml:Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? '';
      const texts = childrenNamed(attribute, 'saml:AttributeValue')
        .filter((value) => elementsOf(value).length === 0)
        .map(textOf);
      values.set(name, [...(values.get(name) ?? []), ...texts]);
    }
  const left = [...values.keys()].filter((name) => name.endsWith(LINK));
  return {
    ...Object.fromEntries(values),
    // Entra ID leaves out more than 150 groups, and says where they stand.
    ...(left.length > 0 ? { _claim_names: Object.fromEntries(left.flatMap(leftOut)) } : {}),
  };
}

const LINK = '/groups.link';
const ENTRA_GROUPS = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups';

function leftOut(link: string): [string, string][] {
  return [ENTRA_GROUPS, 'groups', link.slice(0, -'.link'.length)].map((name) => [name, link]);
}

const AMR = ['http://schemas.microsoft.com/claims/authnmethodsreferences', 'amr'];
const EMAIL = [
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  'urn:oid:0.9.2342.19200300.100.1.3',
  'email',
  'mail',
];

function valuesUnder(claims: Claims, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (Object.hasOwn(claims, name) ? (claims[name] as readonly string[]) : []));
}

function emailOf(claims: Claims, name: string): string | undefined {
  return addressOf({ email: [...valuesUnder(claims, EMAIL), name] });
}

function statementOf(
  assertion: Element,
  nowMs: number,
): Pick<Assertion, 'session' | 'acr' | 'authenticatedAt'> {
  const [statement, ...more] = childrenNamed(assertion, 'saml:AuthnStatement');
  if (statement === undefined || more.length > 0)
    throw invalid('answer-malformed', 'The assertion must say once how the person has authenticated.');
  const endMs = instantOf(statement, 'SessionNotOnOrAfter');
  if (endMs !== undefined && nowMs - SKEW_MS >= endMs)
    throw invalid('token-time', 'The session at the provider has ended.');
  const atMs = instantOf(statement, 'AuthnInstant');
  const [context] = childrenNamed(statement, 'saml:AuthnContext');
  const [reference] = context === undefined ? [] : childrenNamed(context, 'saml:AuthnContextClassRef');
  return {
    session: attributeOf(statement, 'SessionIndex') ?? null,
    acr: reference === undefined ? null : textOf(reference),
    authenticatedAt: atMs === undefined ? null : new Date(atMs),
  };
}
