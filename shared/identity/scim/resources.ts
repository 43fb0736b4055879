import { linkTo } from '#contracts/links.ts';
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER, type Resource } from './attributes.ts';
import type { DirectoryGroup } from './scim-group.repository.ts';
import type { DirectoryUser } from './scim-user.repository.ts';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const MOST = 200;
const FEWER = 100;

/** Returns what the directory may change of a user, as it would send it. */
export function wordsOf(user: DirectoryUser): Resource {
  const { user_name, external_id, attributes, email, employee_id } = user;
  const said: Resource = { ...attributes };
  said.emails ??= [{ value: email, type: 'work', primary: true }];
  if (employee_id !== null)
    said[ENTERPRISE_USER] = { ...(said[ENTERPRISE_USER] as object), employeeNumber: employee_id };
  return {
    userName: user_name ?? email,
    ...(external_id === null ? {} : { externalId: external_id }),
    ...said,
    active: user.status !== 'DISABLED',
  };
}

export function toScimUser(user: DirectoryUser): Resource {
  const words = wordsOf(user);
  return {
    schemas: ENTERPRISE_USER in words ? [CORE_USER, ENTERPRISE_USER] : [CORE_USER],
    id: user.id,
    ...(user.attributes === null ? { name: nameOf(user) } : {}),
    ...words,
    groups: user.groups,
    meta: metaOf('User', user),
  };
}

/** The name of a user of whom the directory has said nothing, by the parts of the address: Okta's compliance run asks for both names of everybody. */
function nameOf({ email }: DirectoryUser): Resource {
  const [givenName, familyName] = email.split('@');
  return { givenName, familyName, formatted: email };
}

export function wordsOfGroup({ display_name, external_id, members }: DirectoryGroup): Resource {
  return {
    displayName: display_name,
    ...(external_id === null ? {} : { externalId: external_id }),
    members,
  };
}

export function toScimGroup(group: DirectoryGroup, hasMembers = true): Resource {
  const { members, ...words } = wordsOfGroup(group);
  return {
    schemas: [CORE_GROUP],
    id: group.id,
    ...words,
    ...(hasMembers ? { members } : {}),
    meta: metaOf('Group', group),
  };
}

function metaOf(
  resourceType: 'User' | 'Group',
  {
    id,
    created_at,
    updated_at,
  }: { readonly id: string; readonly created_at: Date; readonly updated_at: Date },
) {
  return {
    resourceType,
    created: created_at.toISOString(),
    lastModified: updated_at.toISOString(),
    location: linkTo({ path: `/scim/v2/${resourceType}s/{id}` }, { id }),
  };
}

interface Shown {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

/** Names of attributes in a query, in lower case, without the parts of complex ones. */
function namesIn(list: string | undefined): Set<string> {
  const names = (list ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set(
    names
      .filter((name) => name !== '')
      .map((name) => (name.startsWith('urn:') ? name : (name.split('.')[0] ?? name))),
  );
}

/** Leaves out what a query doesn't ask for. Schemas and ids are always there. */
export function shown(resource: Resource, { attributes, excludedAttributes }: Shown): Resource {
  const wanted = namesIn(attributes);
  const unwanted = namesIn(excludedAttributes);
  const isShown = (name: string) =>
    name === 'schemas' || name === 'id' || (wanted.size > 0 ? wanted.has(name) : !unwanted.has(name));
  return Object.fromEntries(Object.entries(resource).filter(([name]) => isShown(name.toLowerCase())));
}

/** Whether the members of groups, which may be many, are asked for. */
export function wantsMembers({ attributes, excludedAttributes }: Shown): boolean {
  return attributes === undefined
    ? !namesIn(excludedAttributes).has('members')
    : namesIn(attributes).has('members');
}

/** Reads where a page begins and how much it holds: too little is read as the least. */
export function pageOf(query: {
  readonly startIndex?: number | undefined;
  readonly count?: number | undefined;
}) {
  return {
    startIndex: Math.max(1, query.startIndex ?? 1),
    count: Math.min(MOST, Math.max(0, query.count ?? FEWER)),
  };
}

export function toList(resources: readonly Resource[], totalResults: number, startIndex: number): Resource {
  return {
    schemas: [LIST],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
