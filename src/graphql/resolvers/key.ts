/** Keys, without their secrets. */
import { variantsOfGraph } from '../../store/reads/organizations.ts';
import type { Resolvers } from '../generated.ts';
import { nameOf } from '../permissionNames.ts';

export const keyResolvers: Resolvers = {
  GraphKey: {
    role: ({ roleId }) => ({ id: roleId }),
    variants: async ({ variantIds }, _args, { loaders }) => {
      if (variantIds === null) return null;
      const found = await Promise.all(variantIds.map((id) => loaders.byId(variantsOfGraph, id)));
      return found.filter((variant) => variant !== null); // one that was deleted is not of it any more
    },
  },
  OrganizationKey: {
    kind: ({ kindOfKey }) => (kindOfKey === 'operator' ? 'OPERATOR' : 'SERVICE'),
    capabilities: ({ permissions }) => permissions.map(nameOf),
  },
};
