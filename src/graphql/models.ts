/** What stands behind each type of the schema: the rows that were read, and pages of them. */
import type { Decision, RoleName } from '../domain/permissions/access.ts';
import type { AuditEntryNode } from '../store/reads/auditEntries.ts';
import type { InvoiceNode, SubscriptionNode } from '../store/reads/billingOfOrganization.ts';
import type {
  CustomRoleNode,
  GraphKeyNode,
  GraphNode,
  GroupNode,
  InvitationNode,
  MemberNode,
  OrganizationKeyNode,
  OrganizationNode,
  PersonalKeyNode,
  ResourceRoleNode,
  UserNode,
  VariantNode,
} from '../store/reads/organizations.ts';

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** Counted when it is asked for. */
  totalCount(): number | Promise<number>;
}

export type OrganizationModel = OrganizationNode;
export type UserModel = UserNode;
export type MemberModel = MemberNode;
export type GroupModel = GroupNode;
export type InvitationModel = InvitationNode;
export type CustomRoleModel = CustomRoleNode;
export type GraphModel = GraphNode;
export type VariantModel = VariantNode;
export type ResourceRoleModel = ResourceRoleNode;
export type PersonalKeyModel = PersonalKeyNode;
export type GraphKeyModel = GraphKeyNode;
export type OrganizationKeyModel = OrganizationKeyNode;
export type BillingSubscriptionModel = SubscriptionNode;
export type InvoiceModel = InvoiceNode;
export type AuditEntryModel = AuditEntryNode;
export interface RoleModel {
  readonly id: RoleName;
}
/** Who asks is in the context. */
export type ViewerModel = Readonly<Record<string, never>>;
export type DecisionModel = Decision;
export interface PermittedModel {
  readonly memberId: string;
  readonly decision: Decision;
}
/** What the caller may do to a resource: the field for each permission decides it. */
export type RolesModel = Readonly<Record<string, () => boolean>>;

export type OrganizationConnectionModel = Connection<OrganizationModel>;
export type GraphConnectionModel = Connection<GraphModel>;
export type VariantConnectionModel = Connection<VariantModel>;
export type MemberConnectionModel = Connection<MemberModel>;
export type GroupConnectionModel = Connection<GroupModel>;
export type InvitationConnectionModel = Connection<InvitationModel>;
export type CustomRoleConnectionModel = Connection<CustomRoleModel>;
export type GraphKeyConnectionModel = Connection<GraphKeyModel>;
export type OrganizationKeyConnectionModel = Connection<OrganizationKeyModel>;
export type BillingSubscriptionConnectionModel = Connection<BillingSubscriptionModel>;
export type InvoiceConnectionModel = Connection<InvoiceModel>;
export type AuditEntryConnectionModel = Connection<AuditEntryModel>;
