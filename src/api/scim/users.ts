/** Users of SCIM: an organization's members, by the ids of their memberships. */
import type { MembershipId } from '../../domain/ids.ts';
import { formatInstant } from '../../domain/instant.ts';
import { addMember, removeMember, setMemberActive } from '../../organizations/members.ts';
import { updateProvisionedMember } from '../../organizations/provisioning.ts';
import { selectMemberships, type MembershipRow } from '../../store/organizations/memberships.ts';
import { attributesOf, booleanOf, textOf, type Attributes, type PatchOperation } from './attributes.ts';
import { ScimError } from './errors.ts';
import type { ScimKind } from './kind.ts';

interface Wanted {
  email: string;
  name: string;
  externalId: string | null;
  active: boolean;
}

export const users: ScimKind<MembershipRow> = {
  name: 'User',
  path: 'Users',
  idKind: 'membership',
  select: selectMemberships,
  columns: { id: 'id', externalid: 'external_id', username: 'email', 'emails.value': 'email' },

  present: (rows, base) =>
    Promise.resolve(
      rows.map((row) => ({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        id: row.id,
        ...(row.external_id !== null && { externalId: row.external_id }),
        userName: row.email,
        ...(row.name !== '' && { displayName: row.name, name: { formatted: row.name } }),
        emails: [{ value: row.email, type: 'work', primary: true }],
        active: row.deactivated_at === null,
        meta: {
          resourceType: 'User',
          created: formatInstant(row.created),
          location: `${base}/Users/${row.id}`,
        },
      })),
    ),

  async create({ deps, request, organizationId }, body) {
    const { email, name, externalId, active } = wantedOf(attributesOf(body), undefined);
    const added = { organizationId, email, name, externalId, role: 'consumer' as const };
    const { membershipId } = await addMember(deps, request, added);
    if (!active) await setMemberActive(deps, request, { membershipId, active });
    return membershipId;
  },

  replace: (asked, row, body) => become(asked, row, wantedOf(attributesOf(body), row)),

  patch(asked, row, operations) {
    const wanted: Wanted = {
      email: row.email,
      name: row.name,
      externalId: row.external_id,
      active: row.deactivated_at === null,
    };
    for (const operation of operations) patch(wanted, operation);
    return become(asked, row, wanted);
  },

  async remove({ deps, request }, row) {
    await removeMember(deps, request, row.id);
  },
};

async function become(
  { deps, request }: Parameters<ScimKind<MembershipRow>['replace']>[0],
  row: MembershipRow,
  { active, ...wanted }: Wanted,
): Promise<void> {
  const membershipId: MembershipId = row.id;
  await updateProvisionedMember(deps, request, { membershipId, ...wanted });
  await setMemberActive(deps, request, { membershipId, active });
}

function wantedOf(given: Attributes, row: MembershipRow | undefined): Wanted {
  const email = textOf(given['username']);
  if (email === undefined)
    throw new ScimError(400, 'invalidValue', 'Give a userName: the address of the user.');
  return {
    email,
    name: nameOf(given) ?? row?.name ?? '',
    externalId: textOf(given['externalid']) ?? null,
    active: booleanOf(given['active']) ?? true,
  };
}

function nameOf(given: Attributes): string | undefined {
  const name = given['name'];
  const parts = name !== null && typeof name === 'object' ? (name as Attributes) : {};
  const joined = [parts['givenname'], parts['familyname']].filter((part) => textOf(part)).join(' ');
  return (textOf(given['displayname']) ?? textOf(parts['formatted']) ?? textOf(joined))?.slice(0, 200);
}

function patch(wanted: Wanted, { op, path, value }: PatchOperation): void {
  if (path === undefined) {
    // Entra names parts of attributes here too: `name.givenName`.
    for (const [name, part] of Object.entries(attributesOf(value))) set(wanted, name, part);
  } else {
    set(wanted, path, op === 'remove' ? null : value);
  }
}

/** What we do not keep of a user is left out, as RFC 7644 allows. */
function set(wanted: Wanted, attribute: string, value: unknown): void {
  switch (attribute) {
    case 'username': {
      const email = textOf(value);
      if (email === undefined) throw new ScimError(400, 'invalidValue', 'A userName is an address.');
      wanted.email = email;
      break;
    }
    case 'externalid':
      wanted.externalId = textOf(value) ?? null;
      break;
    case 'active': {
      const active = booleanOf(value);
      if (active === undefined) throw new ScimError(400, 'invalidValue', 'active is true or false.');
      wanted.active = active;
      break;
    }
    case 'displayname':
    case 'name.formatted':
      wanted.name = textOf(value)?.slice(0, 200) ?? '';
      break;
    case 'name':
      wanted.name = nameOf({ name: value }) ?? wanted.name;
      break;
    case 'id':
      throw new ScimError(400, 'mutability', 'An id never changes.');
  }
}
