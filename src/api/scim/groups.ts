/** Groups of SCIM: those of the organization, whoever made them. What a group may do is not the directory's matter. */
import { isId, type GroupId, type MembershipId } from '../../domain/ids.ts';
import { formatInstant } from '../../domain/instant.ts';
import {
  addGroupMembers,
  createGroup,
  deleteGroup,
  removeGroupMembers,
  updateGroup,
} from '../../organizations/groups.ts';
import { countMembers, selectGroups, type GroupRow } from '../../store/organizations/groups.ts';
import { readGroupMembers } from '../../store/organizations/scimLists.ts';
import { attributesOf, textOf, type PatchOperation } from './attributes.ts';
import { ScimError } from './errors.ts';
import type { ScimAsked, ScimKind } from './kind.ts';

interface Wanted {
  name: string;
  externalId: string | null;
  members: Set<MembershipId>;
}

export const groups: ScimKind<GroupRow> = {
  name: 'Group',
  path: 'Groups',
  idKind: 'group',
  select: selectGroups,
  columns: { id: 'id', externalid: 'external_id', displayname: 'name' },

  async present(rows, base, { deps }) {
    const members = await readGroupMembers(
      deps.pool,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id: row.id,
      ...(row.external_id !== null && { externalId: row.external_id }),
      displayName: row.name,
      members: members
        .filter((member) => member.group_id === row.id)
        .map(({ membership_id: id, email }) => ({ value: id, display: email, $ref: `${base}/Users/${id}` })),
      meta: {
        resourceType: 'Group',
        created: formatInstant(row.created),
        location: `${base}/Groups/${row.id}`,
      },
    }));
  },

  async create(asked, body) {
    const { deps, request, organizationId } = asked;
    const given = attributesOf(body);
    const name = textOf(given['displayname']);
    if (name === undefined) throw new ScimError(400, 'invalidValue', 'Give a displayName.');
    const membershipIds = membersOf(given['members'] ?? []);
    const externalId = textOf(given['externalid']) ?? null;
    await requireMembers(asked, membershipIds);
    const { groupId } = await createGroup(deps, request, { organizationId, name, externalId });
    if (membershipIds.length > 0) await addGroupMembers(deps, request, { groupId, membershipIds });
    return groupId;
  },

  async replace(asked, row, body) {
    const given = attributesOf(body);
    const members = new Set(membersOf(given['members'] ?? []));
    const externalId = textOf(given['externalid']) ?? null;
    await become(asked, row.id, { name: textOf(given['displayname']) ?? row.name, externalId, members });
  },

  async patch(asked, row, operations) {
    const members = new Set(await membersNow(asked, row.id));
    const wanted: Wanted = { name: row.name, externalId: row.external_id, members };
    for (const operation of operations) patch(wanted, operation);
    await become(asked, row.id, wanted);
  },

  async remove({ deps, request }, row) {
    await deleteGroup(deps, request, row.id);
  },
};

async function membersNow({ deps }: ScimAsked, groupId: GroupId): Promise<MembershipId[]> {
  return (await readGroupMembers(deps.pool, [groupId])).map((member) => member.membership_id);
}

/** Before anything is changed: it is not all done in one transaction. */
async function requireMembers(
  { deps, organizationId }: ScimAsked,
  ids: readonly MembershipId[],
): Promise<void> {
  if ((await countMembers(deps.pool, organizationId, [...new Set(ids)])) === new Set(ids).size) return;
  throw new ScimError(404, undefined, 'A member is no User of this organization: look at the ids.');
}

async function become(
  asked: ScimAsked,
  groupId: GroupId,
  { name, externalId, members }: Wanted,
): Promise<void> {
  const { deps, request } = asked;
  await requireMembers(asked, [...members]);
  await updateGroup(deps, request, { groupId, name, externalId });
  const now = await membersNow(asked, groupId);
  const gone = now.filter((id) => !members.has(id));
  const come = [...members].filter((id) => !now.includes(id));
  if (gone.length > 0) await removeGroupMembers(deps, request, { groupId, membershipIds: gone });
  if (come.length > 0) await addGroupMembers(deps, request, { groupId, membershipIds: come });
}

function patch(wanted: Wanted, { op, path, selected, value }: PatchOperation): void {
  if (path === undefined) {
    for (const [name, part] of Object.entries(attributesOf(value))) {
      patch(wanted, { op, path: name, selected: undefined, value: part });
    }
    return;
  }
  switch (path) {
    case 'displayname':
      wanted.name = textOf(value) ?? wanted.name;
      break;
    case 'externalid':
      wanted.externalId = op === 'remove' ? null : (textOf(value) ?? null);
      break;
    case 'members': {
      const named = selected === undefined ? membersOf(value ?? []) : membersOf([{ value: selected }]);
      const all = op === 'remove' && selected === undefined && value === undefined;
      if (op === 'replace' || all) wanted.members.clear();
      for (const id of named) {
        if (op === 'remove') wanted.members.delete(id);
        else wanted.members.add(id);
      }
      break;
    }
  }
}

function membersOf(given: unknown): MembershipId[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.map((member) => {
    const { value } = attributesOf(member);
    if (typeof value === 'string' && isId('membership', value)) return value;
    throw new ScimError(400, 'invalidValue', 'A member is the id of a User: { "value": "mem_…" }.');
  });
}
