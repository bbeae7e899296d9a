/** What the database refuses, as those who asked are told it. */
import { BillingError } from '../domain/errors.ts';

interface Conflict {
  readonly code: string;
  readonly message: string;
  readonly param?: string;
}

const nameTaken = (what: string): Conflict => ({
  code: 'name_taken',
  message: `Another ${what} has this name. Choose another one.`,
  param: 'name',
});

/** By the name of the constraint or the unique index. */
const conflicts: Readonly<Record<string, Conflict>> = {
  memberships_last_org_admin: {
    code: 'last_org_admin',
    message: 'The organization would have no Org Admin. Make another member one first.',
  },
  memberships_organization_id_user_id_key: {
    code: 'already_member',
    message: 'That user is a member already. Change its role instead.',
  },
  memberships_external: {
    code: 'external_id_taken',
    message: 'Another member has this external id.',
    param: 'externalId',
  },
  users_email_key: {
    code: 'email_taken',
    message: 'Another user has this address. Choose another one, or add that user.',
    param: 'email',
  },
  organization_domains_pkey: {
    code: 'domain_taken',
    message: 'This domain is another organization\u2019s. Take it from that first.',
    param: 'domains',
  },
  groups_external: {
    code: 'external_id_taken',
    message: 'Another group has this external id.',
    param: 'externalId',
  },
  organizations_customer_id_key: {
    code: 'customer_has_organization',
    message: 'This customer has an organization. Use that, or another customer.',
    param: 'customer',
  },
  invitations_open: {
    code: 'already_invited',
    message: 'That address has an open invitation. Send it again, or withdraw it first.',
    param: 'email',
  },
  groups_organization_id_name_key: nameTaken('group'),
  roles_organization_id_name_key: nameTaken('role'),
  graphs_name: nameTaken('graph'),
  variants_name: nameTaken('variant of the graph'),
};

/** Runs `work`; where the database refuses by a rule that is known, throws a `BillingError` 409 that says what to do. */
export async function saying<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const conflict =
      error instanceof Error && 'constraint' in error ? conflicts[String(error.constraint)] : undefined;
    if (!conflict) throw error;
    throw new BillingError(409, conflict.code, conflict.message, conflict.param);
  }
}
