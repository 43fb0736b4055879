import { invalidField } from '#kernel/domain-error.ts';

/** The attributes of SCIM (RFC 7643) that we keep, as a fixed table: what isn't in it can't be written. */
export interface Attribute {
  readonly name: string;
  readonly kind: 'text' | 'boolean' | 'complex';
  /** Several values, each of them complex. */
  readonly isMany?: boolean;
  readonly of?: readonly Attribute[];
}

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const text = (...names: string[]): Attribute[] => names.map((name) => ({ name, kind: 'text' }));
const flag = (name: string): Attribute => ({ name, kind: 'boolean' });
const many = (name: string, of: readonly Attribute[]): Attribute => ({
  name,
  kind: 'complex',
  isMany: true,
  of,
});
const entry = [...text('value', 'type', 'display'), flag('primary')];

const ENTERPRISE: Attribute = {
  name: ENTERPRISE_USER,
  kind: 'complex',
  of: [
    ...text('employeeNumber', 'costCenter', 'organization', 'division', 'department'),
    { name: 'manager', kind: 'complex', of: text('value', 'displayName', '$ref') },
  ],
};

export const USER_ATTRIBUTES: readonly Attribute[] = [
  ...text('userName', 'externalId', 'displayName', 'nickName', 'profileUrl', 'title', 'userType'),
  ...text('preferredLanguage', 'locale', 'timezone'),
  flag('active'),
  {
    name: 'name',
    kind: 'complex',
    of: text('formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'),
  },
  many('emails', entry),
  many('phoneNumbers', entry),
  many('addresses', [
    ...text('type', 'formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'),
    flag('primary'),
  ]),
  ENTERPRISE,
];

export const GROUP_ATTRIBUTES: readonly Attribute[] = [
  ...text('displayName', 'externalId'),
  many('members', text('value', 'display', 'type', '$ref')),
];

export type Resource = Record<string, unknown>;

const HOSTILE = /[\p{Cc}\p{Cs}\ufffd\u202a-\u202e\u2066-\u2069]/u;
const MAX_TEXT = 254;
const MAX_ENTRIES = 1_000;

/** Names of attributes are compared without their case. */
export function attributeIn(table: readonly Attribute[], name: string): Attribute | undefined {
  const wanted = name.toLowerCase();
  return table.find((attribute) => attribute.name.toLowerCase() === wanted);
}

/**
 * Reads what was sent into the attributes that we keep, under their proper names. Others are ignored, as RFC 7644, 3.3, has it; null and
 * an empty list are an attribute without a value.
 * @throws DomainError `validation-failed`
 */
export function readResource(table: readonly Attribute[], sent: unknown, pointer = ''): Resource {
  if (!isRecord(sent)) throw invalidValue(pointer, 'must be an object');
  const resource: Resource = {};
  for (const [name, value] of Object.entries(sent)) {
    const attribute = attributeIn(table, name);
    if (attribute === undefined) continue;
    const read = readValue(attribute, value, `${pointer}/${attribute.name}`);
    if (read !== undefined) resource[attribute.name] = read;
  }
  return resource;
}

/** @throws DomainError `validation-failed` */
export function readValue(attribute: Attribute, value: unknown, pointer: string): unknown {
  if (value === null || value === undefined) return undefined;
  if (attribute.isMany) return readEntries(attribute, value, pointer);
  if (attribute.kind === 'complex') {
    // Entra sends the manager as the id alone.
    const sent = typeof value === 'string' ? { value } : value;
    const read = readResource(attribute.of ?? [], sent, pointer);
    return Object.keys(read).length === 0 ? undefined : read;
  }
  if (attribute.kind === 'boolean') return readBoolean(value, pointer);
  return readText(value, pointer);
}

function readEntries(attribute: Attribute, value: unknown, pointer: string): unknown {
  const values = Array.isArray(value) ? value : [value];
  if (values.length > MAX_ENTRIES) throw invalidValue(pointer, `must have at most ${MAX_ENTRIES} values`);
  const entries = values.map((item, index) =>
    readResource(
      attribute.of ?? [],
      typeof item === 'string' ? { value: item } : item,
      `${pointer}/${index}`,
    ),
  );
  return entries.length === 0 ? undefined : entries;
}

/** Entra sends booleans as the words `True` and `False`. */
function readBoolean(value: unknown, pointer: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalidValue(pointer, 'must be true or false');
}

function readText(value: unknown, pointer: string): string | undefined {
  if (typeof value !== 'string') throw invalidValue(pointer, 'must be a string');
  if (value.length > MAX_TEXT) throw invalidValue(pointer, `must have at most ${MAX_TEXT} characters`);
  if (HOSTILE.test(value))
    throw invalidValue(pointer, 'must not contain control or text direction characters');
  return value === '' ? undefined : value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The codes of such errors are SCIM's (`scimType`). */
export function invalidValue(pointer: string, message: string) {
  return invalidField(pointer, 'invalidValue', message);
}
