/** `roles { canPublishSchema … }`: a field for each permission, which is decided as any other. */
import { check } from '../../domain/permissions/decision.ts';
import type { GraphqlContext } from '../context.ts';
import type { RolesModel } from '../models.ts';
import { fieldOf, permissionsOn } from '../permissionNames.ts';

/** What the caller may do to a resource that it sees: decided when its field is asked for. */
export async function rolesIn(context: GraphqlContext, id: string): Promise<RolesModel> {
  const found = await context.access.load(id);
  if (!found) throw new Error(`there is no ${id}`);
  const { access, resource } = found;
  return Object.fromEntries(
    permissionsOn(resource.kind).map((permission) => [
      fieldOf(permission),
      () => check(access, permission, resource).allowed,
    ]),
  );
}
