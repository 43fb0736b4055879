import { linkTo } from '#contracts/links.ts';
import { DomainError } from '#kernel/domain-error.ts';
import {
  type Attribute,
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  GROUP_ATTRIBUTES,
  type Resource,
  USER_ATTRIBUTES,
} from './attributes.ts';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const unsupported = { supported: false } as const;

export const SERVICE_PROVIDER_CONFIG: Resource = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { ...unsupported, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 200 },
  changePassword: unsupported,
  sort: unsupported,
  etag: unsupported,
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'OAuth Bearer Token',
      description: 'An API key of the role DIRECTORY, or an access token that it was exchanged for',
      primary: true,
    },
  ],
  meta: {
    resourceType: 'ServiceProviderConfig',
    location: linkTo({ path: '/scim/v2/ServiceProviderConfig' }),
  },
};

const resourceType = (name: 'User' | 'Group', schema: string, extensions: readonly string[]): Resource => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
  id: name,
  name,
  endpoint: `/${name}s`,
  schema,
  schemaExtensions: extensions.map((extension) => ({ schema: extension, required: false })),
  meta: { resourceType: 'ResourceType', location: linkTo({ path: `/scim/v2/ResourceTypes/${name}` }) },
});

export const RESOURCE_TYPES: readonly Resource[] = [
  resourceType('User', CORE_USER, [ENTERPRISE_USER]),
  resourceType('Group', CORE_GROUP, []),
];

function described(attribute: Attribute, required: string): Resource {
  const { name, kind, isMany = false, of } = attribute;
  return {
    name,
    type: { text: 'string', boolean: 'boolean', complex: 'complex' }[kind],
    multiValued: isMany,
    required: name === required,
    caseExact: name === 'externalId',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: name === 'userName' ? 'server' : 'none',
    ...(of === undefined ? {} : { subAttributes: of.map((part) => described(part, '')) }),
  };
}

const schema = (id: string, name: string, attributes: readonly Attribute[], required = ''): Resource => ({
  schemas: [SCHEMA],
  id,
  name,
  description: name,
  attributes: attributes.map((attribute) => described(attribute, required)),
  meta: { resourceType: 'Schema', location: linkTo({ path: `/scim/v2/Schemas/${id}` }) },
});

const enterprise = USER_ATTRIBUTES.find(({ name }) => name === ENTERPRISE_USER);

export const SCHEMAS: readonly Resource[] = [
  schema(
    CORE_USER,
    'User',
    USER_ATTRIBUTES.filter((attribute) => attribute !== enterprise),
    'userName',
  ),
  schema(ENTERPRISE_USER, 'EnterpriseUser', enterprise?.of ?? []),
  schema(CORE_GROUP, 'Group', GROUP_ATTRIBUTES, 'displayName'),
];

/** @throws DomainError `forbidden` where a search comes to what is described as a whole */
export function refuseFilter({ filter }: { readonly filter?: string | undefined }): void {
  if (filter !== undefined) throw new DomainError('forbidden', 'This is not searched: leave out the filter.');
}
