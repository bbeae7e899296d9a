/** Who asks. */
import {
  organizationsById,
  organizationsOfUser,
  personalKeysOfUser,
  usersById,
} from '../../store/reads/organizations.ts';
import { pageOfList, readConnection } from '../connection.ts';
import type { Resolvers, ViewerKind } from '../generated.ts';

const kinds: Readonly<Record<string, ViewerKind>> = {
  user: 'USER',
  graph_key: 'GRAPH_KEY',
  organization_key: 'ORGANIZATION_KEY',
  operator: 'OPERATOR',
};

export const viewerResolvers: Resolvers = {
  Query: { me: (_source, _args, { call }) => (call.actor.kind === 'anonymous' ? null : {}) },
  Viewer: {
    kind: (_source, _args, { call: { actor } }) => {
      const kind = kinds[actor.kind];
      if (kind === undefined) throw new Error('nobody asks');
      return kind;
    },
    user: (_source, _args, { call: { actor }, loaders }) =>
      actor.kind === 'user' ? loaders.byId(usersById, actor.userId) : null,
    keyId: (_source, _args, { call: { actor } }) => {
      switch (actor.kind) {
        case 'anonymous':
          return null;
        case 'operator':
          return actor.apiKeyId;
        default:
          return actor.keyId;
      }
    },
    organizations: async (_source, args, { call: { actor }, loaders }) => {
      if (actor.kind === 'user') return readConnection(loaders, organizationsOfUser, actor.userId, args);
      if (actor.kind !== 'organization_key') return pageOfList([], args);
      const own = await loaders.byId(organizationsById, actor.organizationId);
      return pageOfList(own ? [own] : [], args);
    },
    personalKeys: (_source, _args, { call: { actor }, loaders }) =>
      actor.kind === 'user' ? loaders.list(personalKeysOfUser, actor.userId) : [],
  },
};
