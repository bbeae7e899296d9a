/** Changes of an organization and its people: the functions of organizations decide and make them. */
import { BillingError } from '../../domain/errors.ts';
import { acceptInvitation } from '../../organizations/acceptInvitation.ts';
import { invite, resendInvitation, withdrawInvitation } from '../../organizations/invitations.ts';
import {
  addMember,
  leaveOrganization,
  removeMember,
  setMemberActive,
  setMemberRole,
} from '../../organizations/members.ts';
import {
  createOrganization,
  deleteOrganization,
  updateOrganization,
} from '../../organizations/organizations.ts';
import {
  invitationsOfOrganization,
  membersOfOrganization,
  organizationsById,
} from '../../store/reads/organizations.ts';
import type { MutationResolvers } from '../generated.ts';
import { callOf, given, made, named, roleNamed } from './made.ts';

/** Throws a `BillingError` 400 for what is not an object of texts. */
function metadataOf(value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  const isObject = typeof value === 'object' && !Array.isArray(value);
  if (!isObject || !Object.values(value).every((text) => typeof text === 'string')) {
    throw new BillingError(
      400,
      'metadata_invalid',
      'Give an object whose values are all texts, such as {"region": "eu"}.',
      'metadata',
    );
  }
  return value as Record<string, string>;
}

export const organizationMutations: MutationResolvers = {
  createOrganization: async (_source, { input }, context) => {
    const { organizationId } = await createOrganization(context.deps, callOf(context, input), {
      name: input.name,
      customerId: input.customerId == null ? undefined : named('customer', input.customerId),
      adminEmail: given(input.adminEmail),
      metadata: metadataOf(input.metadata),
    });
    return made(input, { organization: await context.loaders.byId(organizationsById, organizationId) });
  },
  updateOrganization: async (_source, { input }, context) => {
    const { organizationId } = await updateOrganization(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      name: given(input.name),
      metadata: metadataOf(input.metadata),
    });
    return made(input, { organization: await context.loaders.byId(organizationsById, organizationId) });
  },
  deleteOrganization: async (_source, { input }, context) => {
    const id = named('organization', input.organizationId);
    const { organizationId } = await deleteOrganization(context.deps, callOf(context, input), id);
    return made(input, { organizationId });
  },
  addMember: async (_source, { input }, context) => {
    const { membershipId } = await addMember(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      email: input.email,
      name: given(input.name),
      role: roleNamed(input.role),
    });
    return made(input, { member: await context.loaders.byId(membersOfOrganization, membershipId) });
  },
  setMemberRole: async (_source, { input }, context) => {
    const { membershipId } = await setMemberRole(context.deps, callOf(context, input), {
      membershipId: named('membership', input.memberId),
      role: roleNamed(input.role),
    });
    return made(input, { member: await context.loaders.byId(membersOfOrganization, membershipId) });
  },
  setMemberActive: async (_source, { input }, context) => {
    const { membershipId } = await setMemberActive(context.deps, callOf(context, input), {
      membershipId: named('membership', input.memberId),
      active: input.isActive,
    });
    return made(input, { member: await context.loaders.byId(membersOfOrganization, membershipId) });
  },
  removeMember: async (_source, { input }, context) => {
    const id = named('membership', input.memberId);
    const { membershipId } = await removeMember(context.deps, callOf(context, input), id);
    return made(input, { memberId: membershipId });
  },
  leaveOrganization: async (_source, { input }, context) => {
    const id = named('organization', input.organizationId);
    const { membershipId } = await leaveOrganization(context.deps, callOf(context, input), id);
    return made(input, { memberId: membershipId });
  },
  inviteMember: async (_source, { input }, context) => {
    const { invitationId, token } = await invite(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      email: input.email,
      role: roleNamed(input.role),
    });
    return made(input, {
      invitation: await context.loaders.byId(invitationsOfOrganization, invitationId),
      token,
    });
  },
  resendInvitation: async (_source, { input }, context) => {
    const id = named('invitation', input.invitationId);
    const { invitationId, token } = await resendInvitation(context.deps, callOf(context, input), id);
    return made(input, {
      invitation: await context.loaders.byId(invitationsOfOrganization, invitationId),
      token,
    });
  },
  withdrawInvitation: async (_source, { input }, context) => {
    const id = named('invitation', input.invitationId);
    const { invitationId } = await withdrawInvitation(context.deps, callOf(context, input), id);
    return made(input, { invitation: await context.loaders.byId(invitationsOfOrganization, invitationId) });
  },
  acceptInvitation: async (_source, { input }, context) => {
    const { organizationId, membershipId, userId } = await acceptInvitation(
      context.deps,
      callOf(context, input),
      { token: input.token, name: given(input.name) },
    );
    return made(input, { organizationId, memberId: membershipId, userId });
  },
};
