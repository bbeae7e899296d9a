/** Whether somebody may do something, and why. */
import type { Decision, Step } from '../../domain/permissions/access.ts';
import { BillingError } from '../../domain/errors.ts';
import { check } from '../../domain/permissions/decision.ts';
import { whoCan } from '../../organizations/whoCan.ts';
import { isHidden } from '../../organizations/decide.ts';
import { membersOfOrganization } from '../../store/reads/organizations.ts';
import { pageOf } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import type {
  DecisionReason,
  DecisionStep,
  DecisionStepKind,
  Resolvers,
  ResourceKind,
} from '../generated.ts';
import { permissionOf } from '../permissionNames.ts';
import { given } from './made.ts';

const maximumChecks = 100;
const unknownResource: Decision = { allowed: false, reason: 'not_a_member', path: [] };

/** Of what the caller may not know, the decision says no more than of what does not exist. */
async function decide(context: GraphqlContext, permission: string, id: string): Promise<Decision> {
  const found = await context.access.load(id);
  if (!found || isHidden(found)) return unknownResource;
  return check(found.access, permissionOf(permission), found.resource);
}

/** A stranger's decision is the one of what does not exist. */
function reasonOf({ reason }: Decision): DecisionReason {
  return reason === 'not_a_member' ? 'NOT_FOUND' : (reason.toUpperCase() as DecisionReason);
}

const nothing = { at: null, role: null, via: null, feature: null, limit: null, used: null };

function describeStep(step: Step): DecisionStep {
  const kind = { ...nothing, step: step.step.toUpperCase() as DecisionStepKind };
  switch (step.step) {
    case 'role':
    case 'limit': {
      const passes = step.step === 'role' ? step.allows : step.keeps;
      return {
        ...kind,
        at: step.at.toUpperCase() as ResourceKind,
        role: step.role,
        via: step.via?.id ?? null,
        passes,
      };
    }
    case 'operator':
    case 'capability':
    case 'public':
      return { ...kind, passes: step.allows };
    case 'protection':
      return { ...kind, passes: !step.takes };
    case 'feature':
      return { ...kind, feature: step.feature, passes: step.has };
    case 'quota':
      return { ...kind, feature: step.feature, limit: step.limit, used: step.used, passes: step.room };
  }
}

export const decisionResolvers: Resolvers = {
  Query: {
    whoCan: async (_source, { permission, resource, first, after }, { deps, call }) => {
      const page = { first: pageOf({ first }).limit, after: given(after) };
      const { rows } = await whoCan(deps, call, permissionOf(permission), resource, page);
      return rows.map(({ id, decision }) => ({ memberId: id, decision }));
    },
    check: (_source, { permission, resource }, context) => decide(context, permission, resource),
    checkAll: (_source, { checks }, context) => {
      if (checks.length > maximumChecks) {
        throw new BillingError(
          400,
          'too_many_checks',
          `Ask at most ${String(maximumChecks)} checks at a time.`,
          'checks',
        );
      }
      return Promise.all(checks.map(({ permission, resource }) => decide(context, permission, resource)));
    },
  },
  Decision: {
    reason: reasonOf,
    path: ({ path }) => path.map(describeStep),
  },
  Permitted: {
    member: ({ memberId }, _args, { loaders }) => loaders.byId(membersOfOrganization, memberId),
  },
};
