/** All resolvers, one file for each part of the schema. */
import type { Resolvers } from '../generated.ts';
import { auditResolvers } from './audit.ts';
import { billingResolvers } from './billing.ts';
import { decisionResolvers } from './decision.ts';
import { federationResolvers } from './federation.ts';
import { graphResolvers } from './graph.ts';
import { graphMutations } from './graphMutations.ts';
import { keyResolvers } from './key.ts';
import { findNode } from './node.ts';
import { organizationResolvers } from './organization.ts';
import { organizationMutations } from './organizationMutations.ts';
import { roleMutations } from './roleMutations.ts';
import { scalars } from './scalars.ts';
import { viewerResolvers } from './viewer.ts';

const nodeResolvers: Resolvers = {
  ...scalars,
  Query: {
    node: (_source, { id }, context) => findNode(context, id),
    nodes: (_source, { ids }, context) => Promise.all(ids.map((id) => findNode(context, id))),
  },
};

export const resolvers: readonly Resolvers[] = [
  nodeResolvers,
  viewerResolvers,
  organizationResolvers,
  graphResolvers,
  keyResolvers,
  decisionResolvers,
  billingResolvers,
  auditResolvers,
  federationResolvers,
  { Mutation: { ...organizationMutations, ...roleMutations, ...graphMutations } },
];
