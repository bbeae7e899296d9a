/** What a directory reads to learn what is served here (RFC 7643, 5 to 7). */

const attribute = (name: string, type: 'string' | 'boolean' | 'complex', more: object = {}) => ({
  name,
  type,
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...more,
});

const value = attribute('value', 'string');

const schemas = [
  {
    id: 'urn:ietf:params:scim:schemas:core:2.0:User',
    name: 'User',
    attributes: [
      attribute('userName', 'string', { required: true, uniqueness: 'server' }),
      attribute('displayName', 'string'),
      attribute('name', 'complex', { subAttributes: [attribute('formatted', 'string')] }),
      attribute('emails', 'complex', { multiValued: true, mutability: 'readOnly', subAttributes: [value] }),
      attribute('active', 'boolean'),
    ],
  },
  {
    id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
    name: 'Group',
    attributes: [
      attribute('displayName', 'string', { required: true, uniqueness: 'server' }),
      attribute('members', 'complex', { multiValued: true, subAttributes: [value] }),
    ],
  },
];

const list = (Resources: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: Resources.length,
  startIndex: 1,
  itemsPerPage: Resources.length,
  Resources,
});

export function discovery(base: string): Readonly<Record<string, object>> {
  return {
    ServiceProviderConfig: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: false },
      etag: { supported: false },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'Service key',
          description: 'A service key with the capability scim:provision',
        },
      ],
    },
    ResourceTypes: list(
      [
        ['User', 'Users'],
        ['Group', 'Groups'],
      ].map(([name = '', path = '']) => ({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
        id: name,
        name,
        endpoint: `/${path}`,
        schema: `urn:ietf:params:scim:schemas:core:2.0:${name}`,
        meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
      })),
    ),
    Schemas: list(schemas),
  };
}
