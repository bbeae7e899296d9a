/** The types of the schema and of its resolvers: written by `npm run graphql`, never by hand. */
import type { Instant } from '../domain/instant.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type {
  AuditEntryModel,
  CustomRoleModel,
  DecisionModel,
  GraphModel,
  GraphKeyModel,
  GroupModel,
  InvitationModel,
  InvoiceModel,
  MemberModel,
  OrganizationModel,
  OrganizationKeyModel,
  PersonalKeyModel,
  PermittedModel,
  ResourceRoleModel,
  RoleModel,
  BillingSubscriptionModel,
  UserModel,
  VariantModel,
  ViewerModel,
  RolesModel,
  OrganizationConnectionModel,
  GraphConnectionModel,
  VariantConnectionModel,
  MemberConnectionModel,
  GroupConnectionModel,
  InvitationConnectionModel,
  CustomRoleConnectionModel,
  GraphKeyConnectionModel,
  OrganizationKeyConnectionModel,
  BillingSubscriptionConnectionModel,
  InvoiceConnectionModel,
  AuditEntryConnectionModel,
} from './models.ts';
import type { GraphqlContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string };
  String: { input: string; output: string };
  Boolean: { input: boolean; output: boolean };
  Int: { input: number; output: number };
  Float: { input: number; output: number };
  /** An instant, RFC 3339 in UTC: `2026-01-31T00:00:00.000Z`. */
  DateTime: { input: Instant; output: Instant };
  /** A whole number of the currency's smallest unit (cents), as text, as it may be larger than a client's numbers. */
  Amount: { input: string; output: bigint | string };
  /** A decimal number, as text: nothing is rounded. */
  Decimal: { input: string; output: string };
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown };
  link__Import: { input: unknown; output: unknown };
  federation__FieldSet: { input: unknown; output: unknown };
  _Any: { input: Record<string, unknown>; output: Record<string, unknown> };
};

/** Whatever has an id of its own, by which `node(id:)` finds it again. */
export type Node = {
  readonly id: Scalars['ID']['output'];
};

export type PageInfo = {
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  /** Who asks. Null without a key and a session. */
  readonly me?: Maybe<Viewer>;
  /** Whatever has this id; null where there is no such thing that the caller may see. */
  readonly node?: Maybe<Node>;
  /** As `node`, for many: in their order, null for each that is not there. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  readonly organization?: Maybe<Organization>;
  readonly graph?: Maybe<Graph>;
  /**
   * By its ref: `graph@variant`, or `graph` for `graph@current`. It is looked up in the caller's own organizations, else
   * among public variants of others. Where that is more than one, as graphs of two organizations may have the same name,
   * `organization` says of which.
   */
  readonly variant?: Maybe<Variant>;
  /**
   * Whether the caller may do it to that organization, graph or variant. Of what the caller may not see, and of what does not
   * exist, the answer is the same.
   */
  readonly check: Decision;
  /** As `check`, for many, in their order: at most 100. */
  readonly checkAll: ReadonlyArray<Decision>;
  /**
   * Members that may do it, and why, whatever room the plan has at the moment, in the order in which they joined: the first
   * of them, at most 100, after the member whose id is given.
   */
  readonly whoCan?: Maybe<ReadonlyArray<Permitted>>;
  readonly _service: _Service;
  readonly _entities: ReadonlyArray<Maybe<_Entity>>;
};

export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};

export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};

export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};

export type QueryGraphArgs = {
  id: Scalars['ID']['input'];
};

export type QueryVariantArgs = {
  ref: Scalars['String']['input'];
  organization?: InputMaybe<Scalars['ID']['input']>;
};

export type QueryCheckArgs = {
  permission: Permission;
  resource: Scalars['ID']['input'];
};

export type QueryCheckAllArgs = {
  checks: ReadonlyArray<CheckInput>;
};

export type QueryWhoCanArgs = {
  permission: Permission;
  resource: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
};

export type Query_EntitiesArgs = {
  representations: ReadonlyArray<Scalars['_Any']['input']>;
};

/** Who asks, by a session or a key. */
export type Viewer = {
  readonly kind: ViewerKind;
  /** The user whose session or personal key it is. */
  readonly user?: Maybe<User>;
  /** Of a key: its id, which also stands in the audit log. */
  readonly keyId?: Maybe<Scalars['ID']['output']>;
  /** Where a user is a member, and whose a key is. Of an operator of this installation: none, as it sees all. */
  readonly organizations: OrganizationConnection;
  /** The user's own keys, without their secret. */
  readonly personalKeys: ReadonlyArray<PersonalKey>;
};

/** Who asks, by a session or a key. */
export type ViewerOrganizationsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type ViewerKind = 'USER' | 'GRAPH_KEY' | 'ORGANIZATION_KEY' | 'OPERATOR';

/** One customer that is billed, with its graphs and the people that work on them. */
export type Organization = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  /** What the caller may do here, one field for each permission. */
  readonly roles: OrganizationRoles;
  /** Of its graphs those that the caller may see. */
  readonly graphs: GraphConnection;
  /** By its name, which is its own in an organization. */
  readonly graph?: Maybe<Graph>;
  readonly members?: Maybe<MemberConnection>;
  /** Open ones, and those of the past. */
  readonly invitations?: Maybe<InvitationConnection>;
  readonly groups?: Maybe<GroupConnection>;
  readonly customRoles?: Maybe<CustomRoleConnection>;
  /** Operator and service keys, without their secret. */
  readonly keys?: Maybe<OrganizationKeyConnection>;
  /** How it is called in billing. */
  readonly customerId?: Maybe<Scalars['ID']['output']>;
  readonly subscriptions?: Maybe<BillingSubscriptionConnection>;
  readonly invoices?: Maybe<InvoiceConnection>;
  /** What the plan allows, and how much of it is used. */
  readonly entitlements?: Maybe<ReadonlyArray<Entitlement>>;
  /** Each change and each denied attempt, the newest first. */
  readonly auditLog?: Maybe<AuditEntryConnection>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationGraphsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationGraphArgs = {
  name: Scalars['String']['input'];
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationMembersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationInvitationsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationGroupsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationCustomRolesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationKeysArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationSubscriptionsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationInvoicesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** One customer that is billed, with its graphs and the people that work on them. */
export type OrganizationAuditLogArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type OrganizationConnection = {
  readonly edges: ReadonlyArray<OrganizationEdge>;
  readonly nodes: ReadonlyArray<Organization>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type OrganizationEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Organization>;
};

/** A person, who may be a member of any number of organizations. */
export type User = Node & {
  readonly id: Scalars['ID']['output'];
  readonly email: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
};

/** A user in an organization, with its role there. */
export type Member = Node & {
  readonly id: Scalars['ID']['output'];
  readonly user: User;
  readonly role: Role;
  /** Provisioning has taken its access, and it takes no seat. */
  readonly isDeactivated: Scalars['Boolean']['output'];
  readonly joinedAt: Scalars['DateTime']['output'];
  readonly groups?: Maybe<ReadonlyArray<Group>>;
  /** What was set for single graphs and variants, for the member itself. */
  readonly resourceRoles: ReadonlyArray<ResourceRole>;
};

export type MemberConnection = {
  readonly edges: ReadonlyArray<MemberEdge>;
  readonly nodes: ReadonlyArray<Member>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type MemberEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Member>;
};

/** Whoever is in a group has its role too; single sign-on and provisioning map to groups. */
export type Group = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** How the identity provider calls it. */
  readonly externalId?: Maybe<Scalars['String']['output']>;
  /** Null: only what was set for graphs and variants. */
  readonly role?: Maybe<Role>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly members?: Maybe<MemberConnection>;
  readonly resourceRoles: ReadonlyArray<ResourceRole>;
};

/** Whoever is in a group has its role too; single sign-on and provisioning map to groups. */
export type GroupMembersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type GroupConnection = {
  readonly edges: ReadonlyArray<GroupEdge>;
  readonly nodes: ReadonlyArray<Group>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type GroupEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Group>;
};

export type Invitation = Node & {
  readonly id: Scalars['ID']['output'];
  readonly email: Scalars['String']['output'];
  readonly role: Role;
  readonly status: InvitationStatus;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt: Scalars['DateTime']['output'];
};

export type InvitationStatus = 'OPEN' | 'ACCEPTED' | 'WITHDRAWN' | 'EXPIRED';

export type InvitationConnection = {
  readonly edges: ReadonlyArray<InvitationEdge>;
  readonly nodes: ReadonlyArray<Invitation>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type InvitationEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Invitation>;
};

/** A role that every organization has, by its name, or a custom one, by its id. */
export type Role = {
  /** As it is given: `graph_admin`, or the id of a custom role. */
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly isCustom: Scalars['Boolean']['output'];
};

/** A role that an organization has defined. */
export type CustomRole = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly permissions: ReadonlyArray<Permission>;
  readonly createdAt: Scalars['DateTime']['output'];
};

export type CustomRoleConnection = {
  readonly edges: ReadonlyArray<CustomRoleEdge>;
  readonly nodes: ReadonlyArray<CustomRole>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type CustomRoleEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<CustomRole>;
};

/** A role for one graph or variant. */
export type ResourceRole = {
  readonly graph?: Maybe<Graph>;
  /** Null: for the graph with all its variants. */
  readonly variant?: Maybe<Variant>;
  readonly effect: RoleEffect;
  readonly role: Role;
};

/** A grant adds what its role may do; a limit keeps of what comes from wider levels only what its role may do. */
export type RoleEffect = 'GRANT' | 'LIMIT';

export type Graph = Node & {
  readonly id: Scalars['ID']['output'];
  /** The part of a ref before the @. */
  readonly name: Scalars['String']['output'];
  readonly title: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly organization?: Maybe<Organization>;
  /** What the caller may do here, one field for each permission. */
  readonly roles: GraphRoles;
  /** Of its variants those that the caller may see. */
  readonly variants: VariantConnection;
  readonly variant?: Maybe<Variant>;
  readonly keys?: Maybe<GraphKeyConnection>;
};

export type GraphVariantsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type GraphVariantArgs = {
  name?: Scalars['String']['input'];
};

export type GraphKeysArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type GraphConnection = {
  readonly edges: ReadonlyArray<GraphEdge>;
  readonly nodes: ReadonlyArray<Graph>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type GraphEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Graph>;
};

export type Variant = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** `graph@variant` */
  readonly ref: Scalars['String']['output'];
  /** Whoever knows its ref may see it and its API schema. */
  readonly isPublic: Scalars['Boolean']['output'];
  /** Publishing and deleting are taken from roles below Graph Admin, unless they were granted here. */
  readonly isProtected: Scalars['Boolean']['output'];
  readonly readme: Scalars['String']['output'];
  readonly description: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly graph?: Maybe<Graph>;
  /** What the caller may do here, one field for each permission. */
  readonly roles: VariantRoles;
};

export type VariantConnection = {
  readonly edges: ReadonlyArray<VariantEdge>;
  readonly nodes: ReadonlyArray<Variant>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type VariantEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Variant>;
};

export type Key = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** The end of its secret, to tell it from others. */
  readonly hint: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** To the minute. */
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** Acts as the user that it belongs to. */
export type PersonalKey = Key & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly hint: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** For one graph, by a role, in all its variants or some. */
export type GraphKey = Key &
  Node & {
    readonly id: Scalars['ID']['output'];
    readonly name: Scalars['String']['output'];
    readonly hint: Scalars['String']['output'];
    readonly role: Role;
    /** Null: all of the graph, also later ones. */
    readonly variants?: Maybe<ReadonlyArray<Variant>>;
    readonly createdAt: Scalars['DateTime']['output'];
    readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
    readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
    readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  };

export type GraphKeyConnection = {
  readonly edges: ReadonlyArray<GraphKeyEdge>;
  readonly nodes: ReadonlyArray<GraphKey>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type GraphKeyEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<GraphKey>;
};

/** For an organization, with the permissions that were named. */
export type OrganizationKey = Key &
  Node & {
    readonly id: Scalars['ID']['output'];
    readonly kind: OrganizationKeyKind;
    readonly name: Scalars['String']['output'];
    readonly hint: Scalars['String']['output'];
    readonly capabilities: ReadonlyArray<Permission>;
    readonly createdAt: Scalars['DateTime']['output'];
    readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
    readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
    readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  };

/** An operator key is for people who run things, a service key for a program. */
export type OrganizationKeyKind = 'OPERATOR' | 'SERVICE';

export type OrganizationKeyConnection = {
  readonly edges: ReadonlyArray<OrganizationKeyEdge>;
  readonly nodes: ReadonlyArray<OrganizationKey>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type OrganizationKeyEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<OrganizationKey>;
};

export type CheckInput = {
  readonly permission: Permission;
  readonly resource: Scalars['ID']['input'];
};

export type Decision = {
  readonly allowed: Scalars['Boolean']['output'];
  readonly reason: DecisionReason;
  /** How it came about, from wide to narrow. */
  readonly path: ReadonlyArray<DecisionStep>;
};

export type DecisionReason =
  | 'GRANTED'
  | 'PUBLIC_VARIANT'
  | 'OPERATOR'
  /** There is no such thing that the caller may see. */
  | 'NOT_FOUND'
  | 'NO_ROLE_ALLOWS_IT'
  | 'NARROWED_BY_LIMIT'
  | 'PROTECTED_VARIANT'
  | 'KEY_IS_FOR_ANOTHER_RESOURCE'
  | 'FEATURE_MISSING'
  | 'LIMIT_REACHED'
  | 'KEY_IS_READ_ONLY';

export type DecisionStep = {
  readonly step: DecisionStepKind;
  /** Of a role or a limit: where it was given. */
  readonly at?: Maybe<ResourceKind>;
  /** Of a role or a limit. */
  readonly role?: Maybe<Scalars['ID']['output']>;
  /** Of a role or a limit: the id of the member or group for which it was set. */
  readonly via?: Maybe<Scalars['ID']['output']>;
  /** Of a feature or a quota: its code. */
  readonly feature?: Maybe<Scalars['String']['output']>;
  /** Of a quota; null: none. */
  readonly limit?: Maybe<Scalars['Int']['output']>;
  /** Of a quota. */
  readonly used?: Maybe<Scalars['Int']['output']>;
  /** Whether it stood after this step. */
  readonly passes: Scalars['Boolean']['output'];
};

export type DecisionStepKind =
  'ROLE' | 'LIMIT' | 'OPERATOR' | 'CAPABILITY' | 'PUBLIC' | 'PROTECTION' | 'FEATURE' | 'QUOTA';

export type ResourceKind = 'ORGANIZATION' | 'GRAPH' | 'VARIANT';

export type Permitted = {
  readonly member?: Maybe<Member>;
  readonly decision: Decision;
};

export type Entitlement = {
  /** The feature's code. */
  readonly feature: Scalars['String']['output'];
  readonly kind: EntitlementKind;
  /** Whether there is any of it. */
  readonly has: Scalars['Boolean']['output'];
  /** Of a limit or a meter; null: without limit. */
  readonly limit?: Maybe<Scalars['Decimal']['output']>;
  /** Of a limit or a meter. */
  readonly used?: Maybe<Scalars['Decimal']['output']>;
  /** Of a limit or a meter; null: without limit. Never below 0. */
  readonly remaining?: Maybe<Scalars['Decimal']['output']>;
  /** More is used than the plan allows, as after a downgrade: nothing is taken away, and nothing may be added. */
  readonly isOver: Scalars['Boolean']['output'];
  /** Of a meter. */
  readonly resetsAt?: Maybe<Scalars['DateTime']['output']>;
  /** Of a configuration. */
  readonly value?: Maybe<Scalars['JSON']['output']>;
};

export type EntitlementKind = 'BOOLEAN' | 'LIMIT' | 'METERED' | 'CONFIG';

export type BillingSubscription = Node & {
  readonly id: Scalars['ID']['output'];
  readonly status: SubscriptionStatus;
  /** The plan's code. */
  readonly plan: Scalars['String']['output'];
  readonly planVersion: Scalars['Int']['output'];
  readonly quantity: Scalars['Decimal']['output'];
  readonly currentPeriod?: Maybe<Period>;
  readonly trialEnd?: Maybe<Scalars['DateTime']['output']>;
  readonly cancelAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What its meters have counted in the open period so far. */
  readonly usage: ReadonlyArray<MeterUsage>;
};

export type SubscriptionStatus =
  'INCOMPLETE' | 'TRIALING' | 'ACTIVE' | 'PAST_DUE' | 'UNPAID' | 'PAUSED' | 'CANCELED';

export type Period = {
  readonly start: Scalars['DateTime']['output'];
  readonly end?: Maybe<Scalars['DateTime']['output']>;
};

export type MeterUsage = {
  /** The price's code. */
  readonly price: Scalars['String']['output'];
  /** The meter's code. */
  readonly meter: Scalars['String']['output'];
  /** Empty where the price is not by group. */
  readonly group: Scalars['JSON']['output'];
  readonly quantity: Scalars['Decimal']['output'];
};

export type BillingSubscriptionConnection = {
  readonly edges: ReadonlyArray<BillingSubscriptionEdge>;
  readonly nodes: ReadonlyArray<BillingSubscription>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type BillingSubscriptionEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<BillingSubscription>;
};

export type Invoice = Node & {
  readonly id: Scalars['ID']['output'];
  readonly number?: Maybe<Scalars['String']['output']>;
  readonly status: InvoiceStatus;
  readonly currency: Scalars['String']['output'];
  readonly period: Period;
  readonly subtotal: Scalars['Amount']['output'];
  readonly discount: Scalars['Amount']['output'];
  readonly tax: Scalars['Amount']['output'];
  readonly total: Scalars['Amount']['output'];
  readonly creditsApplied: Scalars['Amount']['output'];
  readonly amountDue: Scalars['Amount']['output'];
  readonly amountPaid: Scalars['Amount']['output'];
  readonly finalizedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>;
  readonly paidAt?: Maybe<Scalars['DateTime']['output']>;
};

export type InvoiceStatus = 'DRAFT' | 'OPEN' | 'PAID' | 'VOID' | 'UNCOLLECTIBLE';

export type InvoiceConnection = {
  readonly edges: ReadonlyArray<InvoiceEdge>;
  readonly nodes: ReadonlyArray<Invoice>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type InvoiceEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<Invoice>;
};

export type AuditEntry = {
  readonly id: Scalars['ID']['output'];
  readonly sequence: Scalars['Int']['output'];
  readonly action: Scalars['String']['output'];
  readonly outcome: AuditOutcome;
  /** The id of a user or a key, or `anonymous`. */
  readonly actor: Scalars['String']['output'];
  /** The id of what it was done to. */
  readonly resource: Scalars['String']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly before?: Maybe<Scalars['JSON']['output']>;
  readonly after?: Maybe<Scalars['JSON']['output']>;
  readonly requestId?: Maybe<Scalars['String']['output']>;
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** In hexadecimal; it covers the entry and the hash before it. */
  readonly hash: Scalars['String']['output'];
};

export type AuditOutcome = 'DONE' | 'DENIED';

export type AuditEntryConnection = {
  readonly edges: ReadonlyArray<AuditEntryEdge>;
  readonly nodes: ReadonlyArray<AuditEntry>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AuditEntryEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node?: Maybe<AuditEntry>;
};

/** What can be done to what. */
export type Permission =
  /** See the organization: its name, plan and state */
  | 'ORGANIZATION_READ'
  /** Change the settings of the organization */
  | 'ORGANIZATION_UPDATE'
  /** Delete the organization */
  | 'ORGANIZATION_DELETE'
  /** See members and invitations */
  | 'MEMBER_READ'
  /** Invite members */
  | 'MEMBER_INVITE'
  /** Remove members and withdraw invitations */
  | 'MEMBER_REMOVE'
  /** Give members and groups their roles in the organization */
  | 'ROLE_ASSIGN'
  /** Define custom roles */
  | 'ROLE_DEFINE'
  /** See groups and who is in them */
  | 'GROUP_READ'
  /** Make, change and delete groups */
  | 'GROUP_MANAGE'
  /** Create graphs */
  | 'GRAPH_CREATE'
  /** See operator and service keys, never their secret */
  | 'ORGANIZATION_KEY_READ'
  /** Create and revoke operator and service keys */
  | 'ORGANIZATION_KEY_MANAGE'
  /** Configure single sign-on and provisioning */
  | 'SSO_MANAGE'
  /** Provision members and groups over SCIM, by a service key */
  | 'SCIM_PROVISION'
  /** See the subscription and the usage of its open period */
  | 'BILLING_READ'
  /** Change the plan, the payment methods and billing details */
  | 'BILLING_UPDATE'
  /** See invoices */
  | 'INVOICE_READ'
  /** See what the plan allows, and how much of it is used */
  | 'ENTITLEMENT_READ'
  /** Read the audit log */
  | 'AUDIT_LOG_READ'
  /** Export the audit log */
  | 'AUDIT_LOG_EXPORT'
  /** See the graph and its list of variants */
  | 'GRAPH_READ'
  /** Rename the graph and change its settings */
  | 'GRAPH_UPDATE'
  /** Delete the graph */
  | 'GRAPH_DELETE'
  /** Give members and groups roles for the graph and its variants, or narrow theirs */
  | 'GRAPH_ACCESS_MANAGE'
  /** See the keys of the graph, never their secret */
  | 'GRAPH_KEY_READ'
  /** Create and revoke keys of the graph */
  | 'GRAPH_KEY_MANAGE'
  /** Configure notifications and integrations */
  | 'INTEGRATION_MANAGE'
  /** Configure schema checks */
  | 'CHECK_CONFIGURATION_UPDATE'
  /** Create variants */
  | 'VARIANT_CREATE'
  /** See that the variant exists, its README and description */
  | 'VARIANT_READ'
  /** Change the settings of the variant, public or private */
  | 'VARIANT_UPDATE'
  /** Protect the variant, or end that */
  | 'VARIANT_PROTECT'
  /** Delete the variant */
  | 'VARIANT_DELETE'
  /** Edit the README */
  | 'README_UPDATE'
  /** Edit descriptions and other metadata that change nothing */
  | 'DESCRIPTION_UPDATE'
  /** Read the API schema */
  | 'API_SCHEMA_READ'
  /** Read the supergraph schema */
  | 'SUPERGRAPH_SCHEMA_READ'
  /** Read the subgraph schemas */
  | 'SUBGRAPH_SCHEMA_READ'
  /** See how the API schema changed */
  | 'CHANGELOG_READ'
  /** Run schema checks */
  | 'SCHEMA_CHECK'
  /** Let pass what a schema check flagged */
  | 'SCHEMA_CHECK_OVERRIDE'
  /** Publish schemas */
  | 'SCHEMA_PUBLISH'
  /** Delete subgraphs */
  | 'SUBGRAPH_DELETE'
  /** See launches: builds, and what came of them */
  | 'LAUNCH_READ'
  /** Read metrics and traces */
  | 'METRICS_READ'
  /** Report metrics */
  | 'METRICS_REPORT'
  /** Run queries in the explorer */
  | 'EXPLORER_QUERY'
  /** Change what the explorer asks, such as the endpoint of the variant */
  | 'EXPLORER_SETTINGS_UPDATE'
  /** Edit shared collections of operations */
  | 'OPERATION_COLLECTION_UPDATE'
  /** Read the list of persisted queries */
  | 'PERSISTED_QUERY_READ'
  /** Publish persisted queries, change their list */
  | 'PERSISTED_QUERY_PUBLISH'
  /** See contracts */
  | 'CONTRACT_READ'
  /** Create and change contracts and their variants */
  | 'CONTRACT_MANAGE'
  /** See schema proposals, comment on them and approve them */
  | 'PROPOSAL_READ'
  /** Create and edit schema proposals, add reviewers */
  | 'PROPOSAL_EDIT'
  /** Change the status of schema proposals */
  | 'PROPOSAL_MANAGE';

/** What the caller may do to an organization. */
export type OrganizationRoles = {
  readonly canReadOrganization: Scalars['Boolean']['output'];
  readonly canUpdateOrganization: Scalars['Boolean']['output'];
  readonly canDeleteOrganization: Scalars['Boolean']['output'];
  readonly canReadMember: Scalars['Boolean']['output'];
  readonly canInviteMember: Scalars['Boolean']['output'];
  readonly canRemoveMember: Scalars['Boolean']['output'];
  readonly canAssignRole: Scalars['Boolean']['output'];
  readonly canDefineRole: Scalars['Boolean']['output'];
  readonly canReadGroup: Scalars['Boolean']['output'];
  readonly canManageGroup: Scalars['Boolean']['output'];
  readonly canCreateGraph: Scalars['Boolean']['output'];
  readonly canReadOrganizationKey: Scalars['Boolean']['output'];
  readonly canManageOrganizationKey: Scalars['Boolean']['output'];
  readonly canManageSso: Scalars['Boolean']['output'];
  readonly canProvisionScim: Scalars['Boolean']['output'];
  readonly canReadBilling: Scalars['Boolean']['output'];
  readonly canUpdateBilling: Scalars['Boolean']['output'];
  readonly canReadInvoice: Scalars['Boolean']['output'];
  readonly canReadEntitlement: Scalars['Boolean']['output'];
  readonly canReadAuditLog: Scalars['Boolean']['output'];
  readonly canExportAuditLog: Scalars['Boolean']['output'];
  readonly canReadGraph: Scalars['Boolean']['output'];
  readonly canUpdateGraph: Scalars['Boolean']['output'];
  readonly canDeleteGraph: Scalars['Boolean']['output'];
  readonly canManageGraphAccess: Scalars['Boolean']['output'];
  readonly canReadGraphKey: Scalars['Boolean']['output'];
  readonly canManageGraphKey: Scalars['Boolean']['output'];
  readonly canManageIntegration: Scalars['Boolean']['output'];
  readonly canUpdateCheckConfiguration: Scalars['Boolean']['output'];
  readonly canCreateVariant: Scalars['Boolean']['output'];
  readonly canReadVariant: Scalars['Boolean']['output'];
  readonly canUpdateVariant: Scalars['Boolean']['output'];
  readonly canProtectVariant: Scalars['Boolean']['output'];
  readonly canDeleteVariant: Scalars['Boolean']['output'];
  readonly canUpdateReadme: Scalars['Boolean']['output'];
  readonly canUpdateDescription: Scalars['Boolean']['output'];
  readonly canReadApiSchema: Scalars['Boolean']['output'];
  readonly canReadSupergraphSchema: Scalars['Boolean']['output'];
  readonly canReadSubgraphSchema: Scalars['Boolean']['output'];
  readonly canReadChangelog: Scalars['Boolean']['output'];
  readonly canCheckSchema: Scalars['Boolean']['output'];
  readonly canOverrideSchemaCheck: Scalars['Boolean']['output'];
  readonly canPublishSchema: Scalars['Boolean']['output'];
  readonly canDeleteSubgraph: Scalars['Boolean']['output'];
  readonly canReadLaunch: Scalars['Boolean']['output'];
  readonly canReadMetrics: Scalars['Boolean']['output'];
  readonly canReportMetrics: Scalars['Boolean']['output'];
  readonly canQueryExplorer: Scalars['Boolean']['output'];
  readonly canUpdateExplorerSettings: Scalars['Boolean']['output'];
  readonly canUpdateOperationCollection: Scalars['Boolean']['output'];
  readonly canReadPersistedQuery: Scalars['Boolean']['output'];
  readonly canPublishPersistedQuery: Scalars['Boolean']['output'];
  readonly canReadContract: Scalars['Boolean']['output'];
  readonly canManageContract: Scalars['Boolean']['output'];
  readonly canReadProposal: Scalars['Boolean']['output'];
  readonly canEditProposal: Scalars['Boolean']['output'];
  readonly canManageProposal: Scalars['Boolean']['output'];
};

/** What the caller may do to a graph. */
export type GraphRoles = {
  readonly canReadGraph: Scalars['Boolean']['output'];
  readonly canUpdateGraph: Scalars['Boolean']['output'];
  readonly canDeleteGraph: Scalars['Boolean']['output'];
  readonly canManageGraphAccess: Scalars['Boolean']['output'];
  readonly canReadGraphKey: Scalars['Boolean']['output'];
  readonly canManageGraphKey: Scalars['Boolean']['output'];
  readonly canManageIntegration: Scalars['Boolean']['output'];
  readonly canUpdateCheckConfiguration: Scalars['Boolean']['output'];
  readonly canCreateVariant: Scalars['Boolean']['output'];
  readonly canReadVariant: Scalars['Boolean']['output'];
  readonly canUpdateVariant: Scalars['Boolean']['output'];
  readonly canProtectVariant: Scalars['Boolean']['output'];
  readonly canDeleteVariant: Scalars['Boolean']['output'];
  readonly canUpdateReadme: Scalars['Boolean']['output'];
  readonly canUpdateDescription: Scalars['Boolean']['output'];
  readonly canReadApiSchema: Scalars['Boolean']['output'];
  readonly canReadSupergraphSchema: Scalars['Boolean']['output'];
  readonly canReadSubgraphSchema: Scalars['Boolean']['output'];
  readonly canReadChangelog: Scalars['Boolean']['output'];
  readonly canCheckSchema: Scalars['Boolean']['output'];
  readonly canOverrideSchemaCheck: Scalars['Boolean']['output'];
  readonly canPublishSchema: Scalars['Boolean']['output'];
  readonly canDeleteSubgraph: Scalars['Boolean']['output'];
  readonly canReadLaunch: Scalars['Boolean']['output'];
  readonly canReadMetrics: Scalars['Boolean']['output'];
  readonly canReportMetrics: Scalars['Boolean']['output'];
  readonly canQueryExplorer: Scalars['Boolean']['output'];
  readonly canUpdateExplorerSettings: Scalars['Boolean']['output'];
  readonly canUpdateOperationCollection: Scalars['Boolean']['output'];
  readonly canReadPersistedQuery: Scalars['Boolean']['output'];
  readonly canPublishPersistedQuery: Scalars['Boolean']['output'];
  readonly canReadContract: Scalars['Boolean']['output'];
  readonly canManageContract: Scalars['Boolean']['output'];
  readonly canReadProposal: Scalars['Boolean']['output'];
  readonly canEditProposal: Scalars['Boolean']['output'];
  readonly canManageProposal: Scalars['Boolean']['output'];
};

/** What the caller may do to a variant. */
export type VariantRoles = {
  readonly canReadVariant: Scalars['Boolean']['output'];
  readonly canUpdateVariant: Scalars['Boolean']['output'];
  readonly canProtectVariant: Scalars['Boolean']['output'];
  readonly canDeleteVariant: Scalars['Boolean']['output'];
  readonly canUpdateReadme: Scalars['Boolean']['output'];
  readonly canUpdateDescription: Scalars['Boolean']['output'];
  readonly canReadApiSchema: Scalars['Boolean']['output'];
  readonly canReadSupergraphSchema: Scalars['Boolean']['output'];
  readonly canReadSubgraphSchema: Scalars['Boolean']['output'];
  readonly canReadChangelog: Scalars['Boolean']['output'];
  readonly canCheckSchema: Scalars['Boolean']['output'];
  readonly canOverrideSchemaCheck: Scalars['Boolean']['output'];
  readonly canPublishSchema: Scalars['Boolean']['output'];
  readonly canDeleteSubgraph: Scalars['Boolean']['output'];
  readonly canReadLaunch: Scalars['Boolean']['output'];
  readonly canReadMetrics: Scalars['Boolean']['output'];
  readonly canReportMetrics: Scalars['Boolean']['output'];
  readonly canQueryExplorer: Scalars['Boolean']['output'];
  readonly canUpdateExplorerSettings: Scalars['Boolean']['output'];
  readonly canUpdateOperationCollection: Scalars['Boolean']['output'];
  readonly canReadPersistedQuery: Scalars['Boolean']['output'];
  readonly canPublishPersistedQuery: Scalars['Boolean']['output'];
  readonly canReadContract: Scalars['Boolean']['output'];
  readonly canManageContract: Scalars['Boolean']['output'];
  readonly canReadProposal: Scalars['Boolean']['output'];
  readonly canEditProposal: Scalars['Boolean']['output'];
  readonly canManageProposal: Scalars['Boolean']['output'];
};

/** Something was wrong with what was asked for: nothing has changed. */
export type UserError = {
  readonly code: UserErrorCode;
  /** What to do about it, in plain English. */
  readonly message: Scalars['String']['output'];
  /** The field of the input at fault, where it is one. */
  readonly field?: Maybe<Scalars['String']['output']>;
};

export type UserErrorCode =
  /** No role of the caller allows it. */
  | 'FORBIDDEN'
  /** There is no such thing that the caller may see. */
  | 'NOT_FOUND'
  /** The plan does not have it. */
  | 'FEATURE_MISSING'
  /** The plan has no room for another. */
  | 'LIMIT_REACHED'
  /** The variant is protected. */
  | 'PROTECTED_VARIANT'
  /** It was used for something else. */
  | 'CLIENT_MUTATION_ID_IN_USE'
  | 'NAME_TAKEN'
  | 'NAME_INVALID'
  | 'EMAIL_INVALID'
  | 'ADMIN_MISSING'
  | 'CUSTOMER_HAS_ORGANIZATION'
  | 'ORGANIZATION_IS_BILLED'
  | 'ALREADY_MEMBER'
  | 'ALREADY_INVITED'
  | 'LAST_ORG_ADMIN'
  | 'NOT_A_USER'
  | 'EXTERNAL_ID_TAKEN'
  | 'INVITATION_ACCEPTED'
  | 'INVITATION_EXPIRED'
  | 'INVITATION_WITHDRAWN'
  | 'INVITATION_FOR_ANOTHER'
  | 'ROLE_UNKNOWN'
  | 'ROLE_OF_ORGANIZATION'
  | 'ROLE_IN_USE'
  | 'PERMISSION_OF_ORG_ADMINS'
  | 'HOLDER_MISSING'
  | 'CAPABILITIES_MISSING'
  | 'VARIANTS_MISSING'
  | 'USER_MISSING'
  | 'EXPIRED'
  /** Something else of the input is not valid. */
  | 'INVALID'
  /** Something else stands in its way. */
  | 'CONFLICT';

export type Mutation = {
  /** Users make one for themselves, and are its first Org Admin; operators of the installation for others. */
  readonly createOrganization: CreateOrganizationPayload;
  readonly updateOrganization: UpdateOrganizationPayload;
  /** Only one that nothing is billed to any more. */
  readonly deleteOrganization: DeleteOrganizationPayload;
  /** Without an invitation: for operators and provisioning. The user is made where there is none of that address. */
  readonly addMember: AddMemberPayload;
  readonly setMemberRole: SetMemberRolePayload;
  /** A member that is not active is still listed, takes no seat and may do nothing. */
  readonly setMemberActive: SetMemberActivePayload;
  readonly removeMember: RemoveMemberPayload;
  /** For members, by themselves. */
  readonly leaveOrganization: LeaveOrganizationPayload;
  readonly inviteMember: InviteMemberPayload;
  /** Gives it another token and another week. */
  readonly resendInvitation: ResendInvitationPayload;
  readonly withdrawInvitation: WithdrawInvitationPayload;
  /** Makes who has the token a member. It signs nobody in. */
  readonly acceptInvitation: AcceptInvitationPayload;
  readonly createGroup: CreateGroupPayload;
  readonly updateGroup: UpdateGroupPayload;
  readonly setGroupRole: SetGroupRolePayload;
  /** Of a group that gives roles it takes ROLE_ASSIGN too. */
  readonly addGroupMembers: AddGroupMembersPayload;
  /** Of a group that gives roles it takes ROLE_ASSIGN too. */
  readonly removeGroupMembers: RemoveGroupMembersPayload;
  readonly deleteGroup: DeleteGroupPayload;
  readonly createCustomRole: CreateCustomRolePayload;
  readonly updateCustomRole: UpdateCustomRolePayload;
  /** Only one that nobody has. */
  readonly deleteCustomRole: DeleteCustomRolePayload;
  /** Puts it in place of what was set there before for that member or group. */
  readonly setResourceRole: SetResourceRolePayload;
  readonly clearResourceRole: ClearResourceRolePayload;
  /** With its first variant, `current`. */
  readonly createGraph: CreateGraphPayload;
  readonly updateGraph: UpdateGraphPayload;
  /** With its variants and keys. */
  readonly deleteGraph: DeleteGraphPayload;
  readonly createVariant: CreateVariantPayload;
  readonly updateVariant: UpdateVariantPayload;
  readonly protectVariant: ProtectVariantPayload;
  readonly updateReadme: UpdateReadmePayload;
  readonly updateDescription: UpdateDescriptionPayload;
  readonly deleteVariant: DeleteVariantPayload;
  /** Acts as its user. By a session, or by an operator that names the user. */
  readonly createPersonalKey: CreatePersonalKeyPayload;
  /** Nobody gives a key more than it may do itself. */
  readonly createGraphKey: CreateGraphKeyPayload;
  readonly createOrganizationKey: CreateOrganizationKeyPayload;
  /** Its own key, or one of a graph or an organization whose keys it manages. */
  readonly revokeKey: RevokeKeyPayload;
};

export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};

export type MutationUpdateOrganizationArgs = {
  input: UpdateOrganizationInput;
};

export type MutationDeleteOrganizationArgs = {
  input: DeleteOrganizationInput;
};

export type MutationAddMemberArgs = {
  input: AddMemberInput;
};

export type MutationSetMemberRoleArgs = {
  input: SetMemberRoleInput;
};

export type MutationSetMemberActiveArgs = {
  input: SetMemberActiveInput;
};

export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};

export type MutationLeaveOrganizationArgs = {
  input: LeaveOrganizationInput;
};

export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};

export type MutationResendInvitationArgs = {
  input: ResendInvitationInput;
};

export type MutationWithdrawInvitationArgs = {
  input: WithdrawInvitationInput;
};

export type MutationAcceptInvitationArgs = {
  input: AcceptInvitationInput;
};

export type MutationCreateGroupArgs = {
  input: CreateGroupInput;
};

export type MutationUpdateGroupArgs = {
  input: UpdateGroupInput;
};

export type MutationSetGroupRoleArgs = {
  input: SetGroupRoleInput;
};

export type MutationAddGroupMembersArgs = {
  input: AddGroupMembersInput;
};

export type MutationRemoveGroupMembersArgs = {
  input: RemoveGroupMembersInput;
};

export type MutationDeleteGroupArgs = {
  input: DeleteGroupInput;
};

export type MutationCreateCustomRoleArgs = {
  input: CreateCustomRoleInput;
};

export type MutationUpdateCustomRoleArgs = {
  input: UpdateCustomRoleInput;
};

export type MutationDeleteCustomRoleArgs = {
  input: DeleteCustomRoleInput;
};

export type MutationSetResourceRoleArgs = {
  input: SetResourceRoleInput;
};

export type MutationClearResourceRoleArgs = {
  input: ClearResourceRoleInput;
};

export type MutationCreateGraphArgs = {
  input: CreateGraphInput;
};

export type MutationUpdateGraphArgs = {
  input: UpdateGraphInput;
};

export type MutationDeleteGraphArgs = {
  input: DeleteGraphInput;
};

export type MutationCreateVariantArgs = {
  input: CreateVariantInput;
};

export type MutationUpdateVariantArgs = {
  input: UpdateVariantInput;
};

export type MutationProtectVariantArgs = {
  input: ProtectVariantInput;
};

export type MutationUpdateReadmeArgs = {
  input: UpdateReadmeInput;
};

export type MutationUpdateDescriptionArgs = {
  input: UpdateDescriptionInput;
};

export type MutationDeleteVariantArgs = {
  input: DeleteVariantInput;
};

export type MutationCreatePersonalKeyArgs = {
  input: CreatePersonalKeyInput;
};

export type MutationCreateGraphKeyArgs = {
  input: CreateGraphKeyInput;
};

export type MutationCreateOrganizationKeyArgs = {
  input: CreateOrganizationKeyInput;
};

export type MutationRevokeKeyArgs = {
  input: RevokeKeyInput;
};

export type CreateOrganizationInput = {
  readonly name: Scalars['String']['input'];
  /** Who is billed; made where it is left out. For operators. */
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  /** Of the first Org Admin. For operators, who must give it. */
  readonly adminEmail?: InputMaybe<Scalars['String']['input']>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateOrganizationPayload = {
  readonly organization?: Maybe<Organization>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateOrganizationInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** In place of what there was. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateOrganizationPayload = {
  readonly organization?: Maybe<Organization>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type DeleteOrganizationInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteOrganizationPayload = {
  readonly organizationId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type AddMemberInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly email: Scalars['String']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly role: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type AddMemberPayload = {
  readonly member?: Maybe<Member>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type SetMemberRoleInput = {
  readonly memberId: Scalars['ID']['input'];
  /** A built-in role, or the id of a custom one. */
  readonly role: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type SetMemberRolePayload = {
  readonly member?: Maybe<Member>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type SetMemberActiveInput = {
  readonly memberId: Scalars['ID']['input'];
  readonly isActive: Scalars['Boolean']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type SetMemberActivePayload = {
  readonly member?: Maybe<Member>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type RemoveMemberInput = {
  readonly memberId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type RemoveMemberPayload = {
  readonly memberId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type LeaveOrganizationInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type LeaveOrganizationPayload = {
  readonly memberId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type InviteMemberInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly email: Scalars['String']['input'];
  readonly role: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type InviteMemberPayload = {
  readonly invitation?: Maybe<Invitation>;
  /** What the link in the mail holds: told this once. */
  readonly token?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type ResendInvitationInput = {
  readonly invitationId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type ResendInvitationPayload = {
  readonly invitation?: Maybe<Invitation>;
  /** Told this once. */
  readonly token?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type WithdrawInvitationInput = {
  readonly invitationId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type WithdrawInvitationPayload = {
  readonly invitation?: Maybe<Invitation>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type AcceptInvitationInput = {
  readonly token: Scalars['String']['input'];
  /** Of a user that is made. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type AcceptInvitationPayload = {
  readonly organizationId?: Maybe<Scalars['ID']['output']>;
  readonly memberId?: Maybe<Scalars['ID']['output']>;
  readonly userId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateGroupInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly name: Scalars['String']['input'];
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** Giving one takes GRAPH_ACCESS_MANAGE too. */
  readonly role?: InputMaybe<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateGroupPayload = {
  readonly group?: Maybe<Group>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateGroupInput = {
  readonly groupId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Null takes it away. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateGroupPayload = {
  readonly group?: Maybe<Group>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type SetGroupRoleInput = {
  readonly groupId: Scalars['ID']['input'];
  /** Null: none in the organization. */
  readonly role?: InputMaybe<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type SetGroupRolePayload = {
  readonly group?: Maybe<Group>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type AddGroupMembersInput = {
  readonly groupId: Scalars['ID']['input'];
  readonly memberIds: ReadonlyArray<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type AddGroupMembersPayload = {
  readonly group?: Maybe<Group>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type RemoveGroupMembersInput = {
  readonly groupId: Scalars['ID']['input'];
  readonly memberIds: ReadonlyArray<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type RemoveGroupMembersPayload = {
  readonly group?: Maybe<Group>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type DeleteGroupInput = {
  readonly groupId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteGroupPayload = {
  readonly groupId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateCustomRoleInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly name: Scalars['String']['input'];
  readonly permissions: ReadonlyArray<Permission>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateCustomRolePayload = {
  readonly customRole?: Maybe<CustomRole>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateCustomRoleInput = {
  readonly roleId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly permissions?: InputMaybe<ReadonlyArray<Permission>>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateCustomRolePayload = {
  readonly customRole?: Maybe<CustomRole>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type DeleteCustomRoleInput = {
  readonly roleId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteCustomRolePayload = {
  readonly roleId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type SetResourceRoleInput = {
  /** A graph or a variant. */
  readonly on: Scalars['ID']['input'];
  /** Give this or `groupId`. */
  readonly memberId?: InputMaybe<Scalars['ID']['input']>;
  readonly groupId?: InputMaybe<Scalars['ID']['input']>;
  readonly effect: RoleEffect;
  readonly role: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type SetResourceRolePayload = {
  readonly graph?: Maybe<Graph>;
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type ClearResourceRoleInput = {
  /** A graph or a variant. */
  readonly on: Scalars['ID']['input'];
  /** Give this or `groupId`. */
  readonly memberId?: InputMaybe<Scalars['ID']['input']>;
  readonly groupId?: InputMaybe<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type ClearResourceRolePayload = {
  readonly graph?: Maybe<Graph>;
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateGraphInput = {
  readonly organizationId: Scalars['ID']['input'];
  /** The part of a ref before the @; unique in its organization. */
  readonly name: Scalars['String']['input'];
  readonly title?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateGraphPayload = {
  readonly graph?: Maybe<Graph>;
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateGraphInput = {
  readonly graphId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly title?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateGraphPayload = {
  readonly graph?: Maybe<Graph>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type DeleteGraphInput = {
  readonly graphId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteGraphPayload = {
  readonly graphId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateVariantInput = {
  readonly graphId: Scalars['ID']['input'];
  readonly name: Scalars['String']['input'];
  readonly isPublic?: InputMaybe<Scalars['Boolean']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateVariantPayload = {
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateVariantInput = {
  readonly variantId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly isPublic?: InputMaybe<Scalars['Boolean']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateVariantPayload = {
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type ProtectVariantInput = {
  readonly variantId: Scalars['ID']['input'];
  readonly isProtected: Scalars['Boolean']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type ProtectVariantPayload = {
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateReadmeInput = {
  readonly variantId: Scalars['ID']['input'];
  readonly readme: Scalars['String']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateReadmePayload = {
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type UpdateDescriptionInput = {
  readonly variantId: Scalars['ID']['input'];
  readonly description: Scalars['String']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateDescriptionPayload = {
  readonly variant?: Maybe<Variant>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type DeleteVariantInput = {
  readonly variantId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteVariantPayload = {
  readonly variantId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreatePersonalKeyInput = {
  readonly name: Scalars['String']['input'];
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** For operators. */
  readonly userId?: InputMaybe<Scalars['ID']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreatePersonalKeyPayload = {
  readonly key?: Maybe<PersonalKey>;
  /** Told this once: null where the mutation is told again. */
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateGraphKeyInput = {
  readonly graphId: Scalars['ID']['input'];
  readonly name: Scalars['String']['input'];
  readonly role: Scalars['ID']['input'];
  /** Left out: all of the graph, also later ones. */
  readonly variantIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateGraphKeyPayload = {
  readonly key?: Maybe<GraphKey>;
  /** Told this once: null where the mutation is told again. */
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type CreateOrganizationKeyInput = {
  readonly organizationId: Scalars['ID']['input'];
  readonly kind: OrganizationKeyKind;
  readonly name: Scalars['String']['input'];
  readonly capabilities: ReadonlyArray<Permission>;
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateOrganizationKeyPayload = {
  readonly key?: Maybe<OrganizationKey>;
  /** Told this once: null where the mutation is told again. */
  readonly secret?: Maybe<Scalars['String']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type RevokeKeyInput = {
  readonly keyId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type RevokeKeyPayload = {
  readonly keyId?: Maybe<Scalars['ID']['output']>;
  readonly userErrors: ReadonlyArray<UserError>;
  readonly clientMutationId?: Maybe<Scalars['String']['output']>;
};

export type Link__Purpose = 'SECURITY' | 'EXECUTION';

export type _Entity = Organization | Graph | Variant | User;

export type _Service = {
  readonly sdl: Scalars['String']['output'];
};

export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<
  TResult,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<
  TResult,
  TKey extends string,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<
  TTypes,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
> = (parent: TParent, context: TContext, info: GraphQLResolveInfo) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  obj: T,
  context: TContext,
  info: GraphQLResolveInfo,
) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<
  TResult = Record<PropertyKey, never>,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => TResult | Promise<TResult>;

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  _Entity: OrganizationModel | GraphModel | VariantModel | UserModel;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | OrganizationModel
    | UserModel
    | MemberModel
    | GroupModel
    | InvitationModel
    | CustomRoleModel
    | GraphModel
    | VariantModel
    | GraphKeyModel
    | OrganizationKeyModel
    | BillingSubscriptionModel
    | InvoiceModel;
  Key: PersonalKeyModel | GraphKeyModel | OrganizationKeyModel;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Amount: ResolverTypeWrapper<Scalars['Amount']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Viewer: ResolverTypeWrapper<ViewerModel>;
  ViewerKind: ViewerKind;
  Organization: ResolverTypeWrapper<OrganizationModel>;
  OrganizationConnection: ResolverTypeWrapper<OrganizationConnectionModel>;
  OrganizationEdge: ResolverTypeWrapper<
    Omit<OrganizationEdge, 'node'> & { node?: Maybe<ResolversTypes['Organization']> }
  >;
  User: ResolverTypeWrapper<UserModel>;
  Member: ResolverTypeWrapper<MemberModel>;
  MemberConnection: ResolverTypeWrapper<MemberConnectionModel>;
  MemberEdge: ResolverTypeWrapper<Omit<MemberEdge, 'node'> & { node?: Maybe<ResolversTypes['Member']> }>;
  Group: ResolverTypeWrapper<GroupModel>;
  GroupConnection: ResolverTypeWrapper<GroupConnectionModel>;
  GroupEdge: ResolverTypeWrapper<Omit<GroupEdge, 'node'> & { node?: Maybe<ResolversTypes['Group']> }>;
  Invitation: ResolverTypeWrapper<InvitationModel>;
  InvitationStatus: InvitationStatus;
  InvitationConnection: ResolverTypeWrapper<InvitationConnectionModel>;
  InvitationEdge: ResolverTypeWrapper<
    Omit<InvitationEdge, 'node'> & { node?: Maybe<ResolversTypes['Invitation']> }
  >;
  Role: ResolverTypeWrapper<RoleModel>;
  CustomRole: ResolverTypeWrapper<CustomRoleModel>;
  CustomRoleConnection: ResolverTypeWrapper<CustomRoleConnectionModel>;
  CustomRoleEdge: ResolverTypeWrapper<
    Omit<CustomRoleEdge, 'node'> & { node?: Maybe<ResolversTypes['CustomRole']> }
  >;
  ResourceRole: ResolverTypeWrapper<ResourceRoleModel>;
  RoleEffect: RoleEffect;
  Graph: ResolverTypeWrapper<GraphModel>;
  GraphConnection: ResolverTypeWrapper<GraphConnectionModel>;
  GraphEdge: ResolverTypeWrapper<Omit<GraphEdge, 'node'> & { node?: Maybe<ResolversTypes['Graph']> }>;
  Variant: ResolverTypeWrapper<VariantModel>;
  VariantConnection: ResolverTypeWrapper<VariantConnectionModel>;
  VariantEdge: ResolverTypeWrapper<Omit<VariantEdge, 'node'> & { node?: Maybe<ResolversTypes['Variant']> }>;
  Key: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Key']>;
  PersonalKey: ResolverTypeWrapper<PersonalKeyModel>;
  GraphKey: ResolverTypeWrapper<GraphKeyModel>;
  GraphKeyConnection: ResolverTypeWrapper<GraphKeyConnectionModel>;
  GraphKeyEdge: ResolverTypeWrapper<
    Omit<GraphKeyEdge, 'node'> & { node?: Maybe<ResolversTypes['GraphKey']> }
  >;
  OrganizationKey: ResolverTypeWrapper<OrganizationKeyModel>;
  OrganizationKeyKind: OrganizationKeyKind;
  OrganizationKeyConnection: ResolverTypeWrapper<OrganizationKeyConnectionModel>;
  OrganizationKeyEdge: ResolverTypeWrapper<
    Omit<OrganizationKeyEdge, 'node'> & { node?: Maybe<ResolversTypes['OrganizationKey']> }
  >;
  CheckInput: CheckInput;
  Decision: ResolverTypeWrapper<DecisionModel>;
  DecisionReason: DecisionReason;
  DecisionStep: ResolverTypeWrapper<DecisionStep>;
  DecisionStepKind: DecisionStepKind;
  ResourceKind: ResourceKind;
  Permitted: ResolverTypeWrapper<PermittedModel>;
  Entitlement: ResolverTypeWrapper<Entitlement>;
  EntitlementKind: EntitlementKind;
  BillingSubscription: ResolverTypeWrapper<BillingSubscriptionModel>;
  SubscriptionStatus: SubscriptionStatus;
  Period: ResolverTypeWrapper<Period>;
  MeterUsage: ResolverTypeWrapper<MeterUsage>;
  BillingSubscriptionConnection: ResolverTypeWrapper<BillingSubscriptionConnectionModel>;
  BillingSubscriptionEdge: ResolverTypeWrapper<
    Omit<BillingSubscriptionEdge, 'node'> & { node?: Maybe<ResolversTypes['BillingSubscription']> }
  >;
  Invoice: ResolverTypeWrapper<InvoiceModel>;
  InvoiceStatus: InvoiceStatus;
  InvoiceConnection: ResolverTypeWrapper<InvoiceConnectionModel>;
  InvoiceEdge: ResolverTypeWrapper<Omit<InvoiceEdge, 'node'> & { node?: Maybe<ResolversTypes['Invoice']> }>;
  AuditEntry: ResolverTypeWrapper<AuditEntryModel>;
  AuditOutcome: AuditOutcome;
  AuditEntryConnection: ResolverTypeWrapper<AuditEntryConnectionModel>;
  AuditEntryEdge: ResolverTypeWrapper<
    Omit<AuditEntryEdge, 'node'> & { node?: Maybe<ResolversTypes['AuditEntry']> }
  >;
  Permission: Permission;
  OrganizationRoles: ResolverTypeWrapper<RolesModel>;
  GraphRoles: ResolverTypeWrapper<RolesModel>;
  VariantRoles: ResolverTypeWrapper<RolesModel>;
  UserError: ResolverTypeWrapper<UserError>;
  UserErrorCode: UserErrorCode;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationPayload: ResolverTypeWrapper<
    Omit<CreateOrganizationPayload, 'organization'> & { organization?: Maybe<ResolversTypes['Organization']> }
  >;
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationPayload: ResolverTypeWrapper<
    Omit<UpdateOrganizationPayload, 'organization'> & { organization?: Maybe<ResolversTypes['Organization']> }
  >;
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationPayload: ResolverTypeWrapper<DeleteOrganizationPayload>;
  AddMemberInput: AddMemberInput;
  AddMemberPayload: ResolverTypeWrapper<
    Omit<AddMemberPayload, 'member'> & { member?: Maybe<ResolversTypes['Member']> }
  >;
  SetMemberRoleInput: SetMemberRoleInput;
  SetMemberRolePayload: ResolverTypeWrapper<
    Omit<SetMemberRolePayload, 'member'> & { member?: Maybe<ResolversTypes['Member']> }
  >;
  SetMemberActiveInput: SetMemberActiveInput;
  SetMemberActivePayload: ResolverTypeWrapper<
    Omit<SetMemberActivePayload, 'member'> & { member?: Maybe<ResolversTypes['Member']> }
  >;
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberPayload: ResolverTypeWrapper<RemoveMemberPayload>;
  LeaveOrganizationInput: LeaveOrganizationInput;
  LeaveOrganizationPayload: ResolverTypeWrapper<LeaveOrganizationPayload>;
  InviteMemberInput: InviteMemberInput;
  InviteMemberPayload: ResolverTypeWrapper<
    Omit<InviteMemberPayload, 'invitation'> & { invitation?: Maybe<ResolversTypes['Invitation']> }
  >;
  ResendInvitationInput: ResendInvitationInput;
  ResendInvitationPayload: ResolverTypeWrapper<
    Omit<ResendInvitationPayload, 'invitation'> & { invitation?: Maybe<ResolversTypes['Invitation']> }
  >;
  WithdrawInvitationInput: WithdrawInvitationInput;
  WithdrawInvitationPayload: ResolverTypeWrapper<
    Omit<WithdrawInvitationPayload, 'invitation'> & { invitation?: Maybe<ResolversTypes['Invitation']> }
  >;
  AcceptInvitationInput: AcceptInvitationInput;
  AcceptInvitationPayload: ResolverTypeWrapper<AcceptInvitationPayload>;
  CreateGroupInput: CreateGroupInput;
  CreateGroupPayload: ResolverTypeWrapper<
    Omit<CreateGroupPayload, 'group'> & { group?: Maybe<ResolversTypes['Group']> }
  >;
  UpdateGroupInput: UpdateGroupInput;
  UpdateGroupPayload: ResolverTypeWrapper<
    Omit<UpdateGroupPayload, 'group'> & { group?: Maybe<ResolversTypes['Group']> }
  >;
  SetGroupRoleInput: SetGroupRoleInput;
  SetGroupRolePayload: ResolverTypeWrapper<
    Omit<SetGroupRolePayload, 'group'> & { group?: Maybe<ResolversTypes['Group']> }
  >;
  AddGroupMembersInput: AddGroupMembersInput;
  AddGroupMembersPayload: ResolverTypeWrapper<
    Omit<AddGroupMembersPayload, 'group'> & { group?: Maybe<ResolversTypes['Group']> }
  >;
  RemoveGroupMembersInput: RemoveGroupMembersInput;
  RemoveGroupMembersPayload: ResolverTypeWrapper<
    Omit<RemoveGroupMembersPayload, 'group'> & { group?: Maybe<ResolversTypes['Group']> }
  >;
  DeleteGroupInput: DeleteGroupInput;
  DeleteGroupPayload: ResolverTypeWrapper<DeleteGroupPayload>;
  CreateCustomRoleInput: CreateCustomRoleInput;
  CreateCustomRolePayload: ResolverTypeWrapper<
    Omit<CreateCustomRolePayload, 'customRole'> & { customRole?: Maybe<ResolversTypes['CustomRole']> }
  >;
  UpdateCustomRoleInput: UpdateCustomRoleInput;
  UpdateCustomRolePayload: ResolverTypeWrapper<
    Omit<UpdateCustomRolePayload, 'customRole'> & { customRole?: Maybe<ResolversTypes['CustomRole']> }
  >;
  DeleteCustomRoleInput: DeleteCustomRoleInput;
  DeleteCustomRolePayload: ResolverTypeWrapper<DeleteCustomRolePayload>;
  SetResourceRoleInput: SetResourceRoleInput;
  SetResourceRolePayload: ResolverTypeWrapper<
    Omit<SetResourceRolePayload, 'graph' | 'variant'> & {
      graph?: Maybe<ResolversTypes['Graph']>;
      variant?: Maybe<ResolversTypes['Variant']>;
    }
  >;
  ClearResourceRoleInput: ClearResourceRoleInput;
  ClearResourceRolePayload: ResolverTypeWrapper<
    Omit<ClearResourceRolePayload, 'graph' | 'variant'> & {
      graph?: Maybe<ResolversTypes['Graph']>;
      variant?: Maybe<ResolversTypes['Variant']>;
    }
  >;
  CreateGraphInput: CreateGraphInput;
  CreateGraphPayload: ResolverTypeWrapper<
    Omit<CreateGraphPayload, 'graph' | 'variant'> & {
      graph?: Maybe<ResolversTypes['Graph']>;
      variant?: Maybe<ResolversTypes['Variant']>;
    }
  >;
  UpdateGraphInput: UpdateGraphInput;
  UpdateGraphPayload: ResolverTypeWrapper<
    Omit<UpdateGraphPayload, 'graph'> & { graph?: Maybe<ResolversTypes['Graph']> }
  >;
  DeleteGraphInput: DeleteGraphInput;
  DeleteGraphPayload: ResolverTypeWrapper<DeleteGraphPayload>;
  CreateVariantInput: CreateVariantInput;
  CreateVariantPayload: ResolverTypeWrapper<
    Omit<CreateVariantPayload, 'variant'> & { variant?: Maybe<ResolversTypes['Variant']> }
  >;
  UpdateVariantInput: UpdateVariantInput;
  UpdateVariantPayload: ResolverTypeWrapper<
    Omit<UpdateVariantPayload, 'variant'> & { variant?: Maybe<ResolversTypes['Variant']> }
  >;
  ProtectVariantInput: ProtectVariantInput;
  ProtectVariantPayload: ResolverTypeWrapper<
    Omit<ProtectVariantPayload, 'variant'> & { variant?: Maybe<ResolversTypes['Variant']> }
  >;
  UpdateReadmeInput: UpdateReadmeInput;
  UpdateReadmePayload: ResolverTypeWrapper<
    Omit<UpdateReadmePayload, 'variant'> & { variant?: Maybe<ResolversTypes['Variant']> }
  >;
  UpdateDescriptionInput: UpdateDescriptionInput;
  UpdateDescriptionPayload: ResolverTypeWrapper<
    Omit<UpdateDescriptionPayload, 'variant'> & { variant?: Maybe<ResolversTypes['Variant']> }
  >;
  DeleteVariantInput: DeleteVariantInput;
  DeleteVariantPayload: ResolverTypeWrapper<DeleteVariantPayload>;
  CreatePersonalKeyInput: CreatePersonalKeyInput;
  CreatePersonalKeyPayload: ResolverTypeWrapper<
    Omit<CreatePersonalKeyPayload, 'key'> & { key?: Maybe<ResolversTypes['PersonalKey']> }
  >;
  CreateGraphKeyInput: CreateGraphKeyInput;
  CreateGraphKeyPayload: ResolverTypeWrapper<
    Omit<CreateGraphKeyPayload, 'key'> & { key?: Maybe<ResolversTypes['GraphKey']> }
  >;
  CreateOrganizationKeyInput: CreateOrganizationKeyInput;
  CreateOrganizationKeyPayload: ResolverTypeWrapper<
    Omit<CreateOrganizationKeyPayload, 'key'> & { key?: Maybe<ResolversTypes['OrganizationKey']> }
  >;
  RevokeKeyInput: RevokeKeyInput;
  RevokeKeyPayload: ResolverTypeWrapper<RevokeKeyPayload>;
  link__Import: ResolverTypeWrapper<Scalars['link__Import']['output']>;
  link__Purpose: Link__Purpose;
  federation__FieldSet: ResolverTypeWrapper<Scalars['federation__FieldSet']['output']>;
  _Any: ResolverTypeWrapper<Scalars['_Any']['output']>;
  _Entity: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['_Entity']>;
  _Service: ResolverTypeWrapper<_Service>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Amount: Scalars['Amount']['output'];
  Decimal: Scalars['Decimal']['output'];
  JSON: Scalars['JSON']['output'];
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ID: Scalars['ID']['output'];
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  Viewer: ViewerModel;
  Organization: OrganizationModel;
  OrganizationConnection: OrganizationConnectionModel;
  OrganizationEdge: Omit<OrganizationEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Organization']> };
  User: UserModel;
  Member: MemberModel;
  MemberConnection: MemberConnectionModel;
  MemberEdge: Omit<MemberEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Member']> };
  Group: GroupModel;
  GroupConnection: GroupConnectionModel;
  GroupEdge: Omit<GroupEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Group']> };
  Invitation: InvitationModel;
  InvitationConnection: InvitationConnectionModel;
  InvitationEdge: Omit<InvitationEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Invitation']> };
  Role: RoleModel;
  CustomRole: CustomRoleModel;
  CustomRoleConnection: CustomRoleConnectionModel;
  CustomRoleEdge: Omit<CustomRoleEdge, 'node'> & { node?: Maybe<ResolversParentTypes['CustomRole']> };
  ResourceRole: ResourceRoleModel;
  Graph: GraphModel;
  GraphConnection: GraphConnectionModel;
  GraphEdge: Omit<GraphEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Graph']> };
  Variant: VariantModel;
  VariantConnection: VariantConnectionModel;
  VariantEdge: Omit<VariantEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Variant']> };
  Key: ResolversInterfaceTypes<ResolversParentTypes>['Key'];
  PersonalKey: PersonalKeyModel;
  GraphKey: GraphKeyModel;
  GraphKeyConnection: GraphKeyConnectionModel;
  GraphKeyEdge: Omit<GraphKeyEdge, 'node'> & { node?: Maybe<ResolversParentTypes['GraphKey']> };
  OrganizationKey: OrganizationKeyModel;
  OrganizationKeyConnection: OrganizationKeyConnectionModel;
  OrganizationKeyEdge: Omit<OrganizationKeyEdge, 'node'> & {
    node?: Maybe<ResolversParentTypes['OrganizationKey']>;
  };
  CheckInput: CheckInput;
  Decision: DecisionModel;
  DecisionStep: DecisionStep;
  Permitted: PermittedModel;
  Entitlement: Entitlement;
  BillingSubscription: BillingSubscriptionModel;
  Period: Period;
  MeterUsage: MeterUsage;
  BillingSubscriptionConnection: BillingSubscriptionConnectionModel;
  BillingSubscriptionEdge: Omit<BillingSubscriptionEdge, 'node'> & {
    node?: Maybe<ResolversParentTypes['BillingSubscription']>;
  };
  Invoice: InvoiceModel;
  InvoiceConnection: InvoiceConnectionModel;
  InvoiceEdge: Omit<InvoiceEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Invoice']> };
  AuditEntry: AuditEntryModel;
  AuditEntryConnection: AuditEntryConnectionModel;
  AuditEntryEdge: Omit<AuditEntryEdge, 'node'> & { node?: Maybe<ResolversParentTypes['AuditEntry']> };
  OrganizationRoles: RolesModel;
  GraphRoles: RolesModel;
  VariantRoles: RolesModel;
  UserError: UserError;
  Mutation: Record<PropertyKey, never>;
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationPayload: Omit<CreateOrganizationPayload, 'organization'> & {
    organization?: Maybe<ResolversParentTypes['Organization']>;
  };
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationPayload: Omit<UpdateOrganizationPayload, 'organization'> & {
    organization?: Maybe<ResolversParentTypes['Organization']>;
  };
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationPayload: DeleteOrganizationPayload;
  AddMemberInput: AddMemberInput;
  AddMemberPayload: Omit<AddMemberPayload, 'member'> & { member?: Maybe<ResolversParentTypes['Member']> };
  SetMemberRoleInput: SetMemberRoleInput;
  SetMemberRolePayload: Omit<SetMemberRolePayload, 'member'> & {
    member?: Maybe<ResolversParentTypes['Member']>;
  };
  SetMemberActiveInput: SetMemberActiveInput;
  SetMemberActivePayload: Omit<SetMemberActivePayload, 'member'> & {
    member?: Maybe<ResolversParentTypes['Member']>;
  };
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberPayload: RemoveMemberPayload;
  LeaveOrganizationInput: LeaveOrganizationInput;
  LeaveOrganizationPayload: LeaveOrganizationPayload;
  InviteMemberInput: InviteMemberInput;
  InviteMemberPayload: Omit<InviteMemberPayload, 'invitation'> & {
    invitation?: Maybe<ResolversParentTypes['Invitation']>;
  };
  ResendInvitationInput: ResendInvitationInput;
  ResendInvitationPayload: Omit<ResendInvitationPayload, 'invitation'> & {
    invitation?: Maybe<ResolversParentTypes['Invitation']>;
  };
  WithdrawInvitationInput: WithdrawInvitationInput;
  WithdrawInvitationPayload: Omit<WithdrawInvitationPayload, 'invitation'> & {
    invitation?: Maybe<ResolversParentTypes['Invitation']>;
  };
  AcceptInvitationInput: AcceptInvitationInput;
  AcceptInvitationPayload: AcceptInvitationPayload;
  CreateGroupInput: CreateGroupInput;
  CreateGroupPayload: Omit<CreateGroupPayload, 'group'> & { group?: Maybe<ResolversParentTypes['Group']> };
  UpdateGroupInput: UpdateGroupInput;
  UpdateGroupPayload: Omit<UpdateGroupPayload, 'group'> & { group?: Maybe<ResolversParentTypes['Group']> };
  SetGroupRoleInput: SetGroupRoleInput;
  SetGroupRolePayload: Omit<SetGroupRolePayload, 'group'> & { group?: Maybe<ResolversParentTypes['Group']> };
  AddGroupMembersInput: AddGroupMembersInput;
  AddGroupMembersPayload: Omit<AddGroupMembersPayload, 'group'> & {
    group?: Maybe<ResolversParentTypes['Group']>;
  };
  RemoveGroupMembersInput: RemoveGroupMembersInput;
  RemoveGroupMembersPayload: Omit<RemoveGroupMembersPayload, 'group'> & {
    group?: Maybe<ResolversParentTypes['Group']>;
  };
  DeleteGroupInput: DeleteGroupInput;
  DeleteGroupPayload: DeleteGroupPayload;
  CreateCustomRoleInput: CreateCustomRoleInput;
  CreateCustomRolePayload: Omit<CreateCustomRolePayload, 'customRole'> & {
    customRole?: Maybe<ResolversParentTypes['CustomRole']>;
  };
  UpdateCustomRoleInput: UpdateCustomRoleInput;
  UpdateCustomRolePayload: Omit<UpdateCustomRolePayload, 'customRole'> & {
    customRole?: Maybe<ResolversParentTypes['CustomRole']>;
  };
  DeleteCustomRoleInput: DeleteCustomRoleInput;
  DeleteCustomRolePayload: DeleteCustomRolePayload;
  SetResourceRoleInput: SetResourceRoleInput;
  SetResourceRolePayload: Omit<SetResourceRolePayload, 'graph' | 'variant'> & {
    graph?: Maybe<ResolversParentTypes['Graph']>;
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  ClearResourceRoleInput: ClearResourceRoleInput;
  ClearResourceRolePayload: Omit<ClearResourceRolePayload, 'graph' | 'variant'> & {
    graph?: Maybe<ResolversParentTypes['Graph']>;
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  CreateGraphInput: CreateGraphInput;
  CreateGraphPayload: Omit<CreateGraphPayload, 'graph' | 'variant'> & {
    graph?: Maybe<ResolversParentTypes['Graph']>;
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  UpdateGraphInput: UpdateGraphInput;
  UpdateGraphPayload: Omit<UpdateGraphPayload, 'graph'> & { graph?: Maybe<ResolversParentTypes['Graph']> };
  DeleteGraphInput: DeleteGraphInput;
  DeleteGraphPayload: DeleteGraphPayload;
  CreateVariantInput: CreateVariantInput;
  CreateVariantPayload: Omit<CreateVariantPayload, 'variant'> & {
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  UpdateVariantInput: UpdateVariantInput;
  UpdateVariantPayload: Omit<UpdateVariantPayload, 'variant'> & {
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  ProtectVariantInput: ProtectVariantInput;
  ProtectVariantPayload: Omit<ProtectVariantPayload, 'variant'> & {
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  UpdateReadmeInput: UpdateReadmeInput;
  UpdateReadmePayload: Omit<UpdateReadmePayload, 'variant'> & {
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  UpdateDescriptionInput: UpdateDescriptionInput;
  UpdateDescriptionPayload: Omit<UpdateDescriptionPayload, 'variant'> & {
    variant?: Maybe<ResolversParentTypes['Variant']>;
  };
  DeleteVariantInput: DeleteVariantInput;
  DeleteVariantPayload: DeleteVariantPayload;
  CreatePersonalKeyInput: CreatePersonalKeyInput;
  CreatePersonalKeyPayload: Omit<CreatePersonalKeyPayload, 'key'> & {
    key?: Maybe<ResolversParentTypes['PersonalKey']>;
  };
  CreateGraphKeyInput: CreateGraphKeyInput;
  CreateGraphKeyPayload: Omit<CreateGraphKeyPayload, 'key'> & {
    key?: Maybe<ResolversParentTypes['GraphKey']>;
  };
  CreateOrganizationKeyInput: CreateOrganizationKeyInput;
  CreateOrganizationKeyPayload: Omit<CreateOrganizationKeyPayload, 'key'> & {
    key?: Maybe<ResolversParentTypes['OrganizationKey']>;
  };
  RevokeKeyInput: RevokeKeyInput;
  RevokeKeyPayload: RevokeKeyPayload;
  link__Import: Scalars['link__Import']['output'];
  federation__FieldSet: Scalars['federation__FieldSet']['output'];
  _Any: Scalars['_Any']['output'];
  _Entity: ResolversUnionTypes<ResolversParentTypes>['_Entity'];
  _Service: _Service;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type EveryoneDirectiveArgs = {};

export type EveryoneDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = EveryoneDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type SignedInDirectiveArgs = {};

export type SignedInDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = SignedInDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PermissionDirectiveArgs = {
  is: Permission;
  of?: Scalars['String']['input'];
};

export type PermissionDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = PermissionDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type LinkDirectiveArgs = {
  url?: Maybe<Scalars['String']['input']>;
  as?: Maybe<Scalars['String']['input']>;
  for?: Maybe<Link__Purpose>;
  import?: Maybe<ReadonlyArray<Maybe<Scalars['link__Import']['input']>>>;
};

export type LinkDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = LinkDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type KeyDirectiveArgs = {
  fields: Scalars['federation__FieldSet']['input'];
  resolvable?: Maybe<Scalars['Boolean']['input']>;
};

export type KeyDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = KeyDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ShareableDirectiveArgs = {};

export type ShareableDirectiveResolver<
  Result,
  Parent,
  ContextType = GraphqlContext,
  Args = ShareableDirectiveArgs,
> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface AmountScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Amount'], any> {
  name: 'Amount';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type NodeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node'],
> = {
  __resolveType: TypeResolveFn<
    | 'Organization'
    | 'User'
    | 'Member'
    | 'Group'
    | 'Invitation'
    | 'CustomRole'
    | 'Graph'
    | 'Variant'
    | 'GraphKey'
    | 'OrganizationKey'
    | 'BillingSubscription'
    | 'Invoice',
    ParentType,
    ContextType
  >;
};

export type PageInfoResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo'],
> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query'],
> = {
  me?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<
    ReadonlyArray<Maybe<ResolversTypes['Node']>>,
    ParentType,
    ContextType,
    RequireFields<QueryNodesArgs, 'ids'>
  >;
  organization?: Resolver<
    Maybe<ResolversTypes['Organization']>,
    ParentType,
    ContextType,
    RequireFields<QueryOrganizationArgs, 'id'>
  >;
  graph?: Resolver<
    Maybe<ResolversTypes['Graph']>,
    ParentType,
    ContextType,
    RequireFields<QueryGraphArgs, 'id'>
  >;
  variant?: Resolver<
    Maybe<ResolversTypes['Variant']>,
    ParentType,
    ContextType,
    RequireFields<QueryVariantArgs, 'ref'>
  >;
  check?: Resolver<
    ResolversTypes['Decision'],
    ParentType,
    ContextType,
    RequireFields<QueryCheckArgs, 'permission' | 'resource'>
  >;
  checkAll?: Resolver<
    ReadonlyArray<ResolversTypes['Decision']>,
    ParentType,
    ContextType,
    RequireFields<QueryCheckAllArgs, 'checks'>
  >;
  whoCan?: Resolver<
    Maybe<ReadonlyArray<ResolversTypes['Permitted']>>,
    ParentType,
    ContextType,
    RequireFields<QueryWhoCanArgs, 'permission' | 'resource' | 'first'>
  >;
  _service?: Resolver<ResolversTypes['_Service'], ParentType, ContextType>;
  _entities?: Resolver<
    ReadonlyArray<Maybe<ResolversTypes['_Entity']>>,
    ParentType,
    ContextType,
    RequireFields<Query_EntitiesArgs, 'representations'>
  >;
};

export type ViewerResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer'],
> = {
  kind?: Resolver<ResolversTypes['ViewerKind'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  keyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organizations?: Resolver<
    ResolversTypes['OrganizationConnection'],
    ParentType,
    ContextType,
    Partial<ViewerOrganizationsArgs>
  >;
  personalKeys?: Resolver<ReadonlyArray<ResolversTypes['PersonalKey']>, ParentType, ContextType>;
};

export type OrganizationResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  roles?: Resolver<ResolversTypes['OrganizationRoles'], ParentType, ContextType>;
  graphs?: Resolver<
    ResolversTypes['GraphConnection'],
    ParentType,
    ContextType,
    Partial<OrganizationGraphsArgs>
  >;
  graph?: Resolver<
    Maybe<ResolversTypes['Graph']>,
    ParentType,
    ContextType,
    RequireFields<OrganizationGraphArgs, 'name'>
  >;
  members?: Resolver<
    Maybe<ResolversTypes['MemberConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationMembersArgs>
  >;
  invitations?: Resolver<
    Maybe<ResolversTypes['InvitationConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationInvitationsArgs>
  >;
  groups?: Resolver<
    Maybe<ResolversTypes['GroupConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationGroupsArgs>
  >;
  customRoles?: Resolver<
    Maybe<ResolversTypes['CustomRoleConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationCustomRolesArgs>
  >;
  keys?: Resolver<
    Maybe<ResolversTypes['OrganizationKeyConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationKeysArgs>
  >;
  customerId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  subscriptions?: Resolver<
    Maybe<ResolversTypes['BillingSubscriptionConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationSubscriptionsArgs>
  >;
  invoices?: Resolver<
    Maybe<ResolversTypes['InvoiceConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationInvoicesArgs>
  >;
  entitlements?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Entitlement']>>, ParentType, ContextType>;
  auditLog?: Resolver<
    Maybe<ResolversTypes['AuditEntryConnection']>,
    ParentType,
    ContextType,
    Partial<OrganizationAuditLogArgs>
  >;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationConnection'] =
    ResolversParentTypes['OrganizationConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Organization']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type OrganizationEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationEdge'] = ResolversParentTypes['OrganizationEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
};

export type UserResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MemberResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Member'] = ResolversParentTypes['Member'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  isDeactivated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  joinedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  groups?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Group']>>, ParentType, ContextType>;
  resourceRoles?: Resolver<ReadonlyArray<ResolversTypes['ResourceRole']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MemberConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['MemberConnection'] = ResolversParentTypes['MemberConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MemberEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Member']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MemberEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['MemberEdge'] = ResolversParentTypes['MemberEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
};

export type GroupResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Group'] = ResolversParentTypes['Group'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  members?: Resolver<
    Maybe<ResolversTypes['MemberConnection']>,
    ParentType,
    ContextType,
    Partial<GroupMembersArgs>
  >;
  resourceRoles?: Resolver<ReadonlyArray<ResolversTypes['ResourceRole']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GroupConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GroupConnection'] = ResolversParentTypes['GroupConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GroupEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Group']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type GroupEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GroupEdge'] = ResolversParentTypes['GroupEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
};

export type InvitationResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Invitation'] = ResolversParentTypes['Invitation'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['InvitationStatus'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvitationConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['InvitationConnection'] =
    ResolversParentTypes['InvitationConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['InvitationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Invitation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvitationEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['InvitationEdge'] = ResolversParentTypes['InvitationEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType>;
};

export type RoleResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Role'] = ResolversParentTypes['Role'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isCustom?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CustomRoleResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CustomRole'] = ResolversParentTypes['CustomRole'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  permissions?: Resolver<ReadonlyArray<ResolversTypes['Permission']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomRoleConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CustomRoleConnection'] =
    ResolversParentTypes['CustomRoleConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['CustomRoleEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['CustomRole']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CustomRoleEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CustomRoleEdge'] = ResolversParentTypes['CustomRoleEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['CustomRole']>, ParentType, ContextType>;
};

export type ResourceRoleResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['ResourceRole'] = ResolversParentTypes['ResourceRole'],
> = {
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['RoleEffect'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type GraphResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Graph'] = ResolversParentTypes['Graph'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  roles?: Resolver<ResolversTypes['GraphRoles'], ParentType, ContextType>;
  variants?: Resolver<
    ResolversTypes['VariantConnection'],
    ParentType,
    ContextType,
    Partial<GraphVariantsArgs>
  >;
  variant?: Resolver<
    Maybe<ResolversTypes['Variant']>,
    ParentType,
    ContextType,
    RequireFields<GraphVariantArgs, 'name'>
  >;
  keys?: Resolver<
    Maybe<ResolversTypes['GraphKeyConnection']>,
    ParentType,
    ContextType,
    Partial<GraphKeysArgs>
  >;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GraphConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphConnection'] = ResolversParentTypes['GraphConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GraphEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Graph']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type GraphEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphEdge'] = ResolversParentTypes['GraphEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
};

export type VariantResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Variant'] = ResolversParentTypes['Variant'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ref?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isPublic?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isProtected?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  readme?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  roles?: Resolver<ResolversTypes['VariantRoles'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VariantConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['VariantConnection'] = ResolversParentTypes['VariantConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['VariantEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Variant']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type VariantEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['VariantEdge'] = ResolversParentTypes['VariantEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
};

export type KeyResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Key'] = ResolversParentTypes['Key'],
> = {
  __resolveType: TypeResolveFn<'PersonalKey' | 'GraphKey' | 'OrganizationKey', ParentType, ContextType>;
};

export type PersonalKeyResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['PersonalKey'] = ResolversParentTypes['PersonalKey'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hint?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GraphKeyResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphKey'] = ResolversParentTypes['GraphKey'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hint?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  variants?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Variant']>>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GraphKeyConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphKeyConnection'] = ResolversParentTypes['GraphKeyConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GraphKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['GraphKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type GraphKeyEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphKeyEdge'] = ResolversParentTypes['GraphKeyEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['GraphKey']>, ParentType, ContextType>;
};

export type OrganizationKeyResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationKey'] = ResolversParentTypes['OrganizationKey'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['OrganizationKeyKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hint?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  capabilities?: Resolver<ReadonlyArray<ResolversTypes['Permission']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationKeyConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationKeyConnection'] =
    ResolversParentTypes['OrganizationKeyConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['OrganizationKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type OrganizationKeyEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationKeyEdge'] =
    ResolversParentTypes['OrganizationKeyEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['OrganizationKey']>, ParentType, ContextType>;
};

export type DecisionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Decision'] = ResolversParentTypes['Decision'],
> = {
  allowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['DecisionReason'], ParentType, ContextType>;
  path?: Resolver<ReadonlyArray<ResolversTypes['DecisionStep']>, ParentType, ContextType>;
};

export type DecisionStepResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DecisionStep'] = ResolversParentTypes['DecisionStep'],
> = {
  step?: Resolver<ResolversTypes['DecisionStepKind'], ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['ResourceKind']>, ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  via?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  feature?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  limit?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  used?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  passes?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PermittedResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Permitted'] = ResolversParentTypes['Permitted'],
> = {
  member?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
  decision?: Resolver<ResolversTypes['Decision'], ParentType, ContextType>;
};

export type EntitlementResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Entitlement'] = ResolversParentTypes['Entitlement'],
> = {
  feature?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['EntitlementKind'], ParentType, ContextType>;
  has?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  limit?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  used?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  remaining?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  isOver?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  resetsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type BillingSubscriptionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['BillingSubscription'] =
    ResolversParentTypes['BillingSubscription'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SubscriptionStatus'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  planVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currentPeriod?: Resolver<Maybe<ResolversTypes['Period']>, ParentType, ContextType>;
  trialEnd?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  cancelAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  usage?: Resolver<ReadonlyArray<ResolversTypes['MeterUsage']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PeriodResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Period'] = ResolversParentTypes['Period'],
> = {
  start?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  end?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type MeterUsageResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['MeterUsage'] = ResolversParentTypes['MeterUsage'],
> = {
  price?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type BillingSubscriptionConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['BillingSubscriptionConnection'] =
    ResolversParentTypes['BillingSubscriptionConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BillingSubscriptionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['BillingSubscription']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type BillingSubscriptionEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['BillingSubscriptionEdge'] =
    ResolversParentTypes['BillingSubscriptionEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['BillingSubscription']>, ParentType, ContextType>;
};

export type InvoiceResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  number?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['InvoiceStatus'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  period?: Resolver<ResolversTypes['Period'], ParentType, ContextType>;
  subtotal?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  discount?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  tax?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  creditsApplied?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  amountDue?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  amountPaid?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  finalizedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  dueAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  paidAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvoiceConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['InvoiceConnection'] = ResolversParentTypes['InvoiceConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['InvoiceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Invoice']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvoiceEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['InvoiceEdge'] = ResolversParentTypes['InvoiceEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType>;
};

export type AuditEntryResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['AuditOutcome'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  resource?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEntryConnectionResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AuditEntryConnection'] =
    ResolversParentTypes['AuditEntryConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEntryEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AuditEntryEdgeResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AuditEntryEdge'] = ResolversParentTypes['AuditEntryEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
};

export type OrganizationRolesResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['OrganizationRoles'] = ResolversParentTypes['OrganizationRoles'],
> = {
  canReadOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadMember?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canInviteMember?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canRemoveMember?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canAssignRole?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDefineRole?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadGroup?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageGroup?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCreateGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadOrganizationKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageOrganizationKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageSso?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canProvisionScim?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadBilling?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateBilling?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadInvoice?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadEntitlement?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadAuditLog?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canExportAuditLog?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageGraphAccess?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadGraphKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageGraphKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageIntegration?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateCheckConfiguration?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCreateVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canProtectVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateReadme?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateDescription?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadApiSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSupergraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSubgraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadChangelog?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCheckSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canOverrideSchemaCheck?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteSubgraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadLaunch?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReportMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canQueryExplorer?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateExplorerSettings?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateOperationCollection?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canEditProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type GraphRolesResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['GraphRoles'] = ResolversParentTypes['GraphRoles'],
> = {
  canReadGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteGraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageGraphAccess?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadGraphKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageGraphKey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageIntegration?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateCheckConfiguration?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCreateVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canProtectVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateReadme?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateDescription?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadApiSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSupergraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSubgraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadChangelog?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCheckSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canOverrideSchemaCheck?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteSubgraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadLaunch?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReportMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canQueryExplorer?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateExplorerSettings?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateOperationCollection?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canEditProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type VariantRolesResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['VariantRoles'] = ResolversParentTypes['VariantRoles'],
> = {
  canReadVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canProtectVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteVariant?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateReadme?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateDescription?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadApiSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSupergraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadSubgraphSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadChangelog?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCheckSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canOverrideSchemaCheck?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishSchema?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canDeleteSubgraph?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadLaunch?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReportMetrics?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canQueryExplorer?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateExplorerSettings?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpdateOperationCollection?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canPublishPersistedQuery?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageContract?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canReadProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canEditProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canManageProposal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type UserErrorResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError'],
> = {
  code?: Resolver<ResolversTypes['UserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MutationResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation'],
> = {
  createOrganization?: Resolver<
    ResolversTypes['CreateOrganizationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateOrganizationArgs, 'input'>
  >;
  updateOrganization?: Resolver<
    ResolversTypes['UpdateOrganizationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateOrganizationArgs, 'input'>
  >;
  deleteOrganization?: Resolver<
    ResolversTypes['DeleteOrganizationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationDeleteOrganizationArgs, 'input'>
  >;
  addMember?: Resolver<
    ResolversTypes['AddMemberPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationAddMemberArgs, 'input'>
  >;
  setMemberRole?: Resolver<
    ResolversTypes['SetMemberRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationSetMemberRoleArgs, 'input'>
  >;
  setMemberActive?: Resolver<
    ResolversTypes['SetMemberActivePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationSetMemberActiveArgs, 'input'>
  >;
  removeMember?: Resolver<
    ResolversTypes['RemoveMemberPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationRemoveMemberArgs, 'input'>
  >;
  leaveOrganization?: Resolver<
    ResolversTypes['LeaveOrganizationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationLeaveOrganizationArgs, 'input'>
  >;
  inviteMember?: Resolver<
    ResolversTypes['InviteMemberPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationInviteMemberArgs, 'input'>
  >;
  resendInvitation?: Resolver<
    ResolversTypes['ResendInvitationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationResendInvitationArgs, 'input'>
  >;
  withdrawInvitation?: Resolver<
    ResolversTypes['WithdrawInvitationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationWithdrawInvitationArgs, 'input'>
  >;
  acceptInvitation?: Resolver<
    ResolversTypes['AcceptInvitationPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationAcceptInvitationArgs, 'input'>
  >;
  createGroup?: Resolver<
    ResolversTypes['CreateGroupPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateGroupArgs, 'input'>
  >;
  updateGroup?: Resolver<
    ResolversTypes['UpdateGroupPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateGroupArgs, 'input'>
  >;
  setGroupRole?: Resolver<
    ResolversTypes['SetGroupRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationSetGroupRoleArgs, 'input'>
  >;
  addGroupMembers?: Resolver<
    ResolversTypes['AddGroupMembersPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationAddGroupMembersArgs, 'input'>
  >;
  removeGroupMembers?: Resolver<
    ResolversTypes['RemoveGroupMembersPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationRemoveGroupMembersArgs, 'input'>
  >;
  deleteGroup?: Resolver<
    ResolversTypes['DeleteGroupPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationDeleteGroupArgs, 'input'>
  >;
  createCustomRole?: Resolver<
    ResolversTypes['CreateCustomRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateCustomRoleArgs, 'input'>
  >;
  updateCustomRole?: Resolver<
    ResolversTypes['UpdateCustomRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateCustomRoleArgs, 'input'>
  >;
  deleteCustomRole?: Resolver<
    ResolversTypes['DeleteCustomRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationDeleteCustomRoleArgs, 'input'>
  >;
  setResourceRole?: Resolver<
    ResolversTypes['SetResourceRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationSetResourceRoleArgs, 'input'>
  >;
  clearResourceRole?: Resolver<
    ResolversTypes['ClearResourceRolePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationClearResourceRoleArgs, 'input'>
  >;
  createGraph?: Resolver<
    ResolversTypes['CreateGraphPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateGraphArgs, 'input'>
  >;
  updateGraph?: Resolver<
    ResolversTypes['UpdateGraphPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateGraphArgs, 'input'>
  >;
  deleteGraph?: Resolver<
    ResolversTypes['DeleteGraphPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationDeleteGraphArgs, 'input'>
  >;
  createVariant?: Resolver<
    ResolversTypes['CreateVariantPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateVariantArgs, 'input'>
  >;
  updateVariant?: Resolver<
    ResolversTypes['UpdateVariantPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateVariantArgs, 'input'>
  >;
  protectVariant?: Resolver<
    ResolversTypes['ProtectVariantPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationProtectVariantArgs, 'input'>
  >;
  updateReadme?: Resolver<
    ResolversTypes['UpdateReadmePayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateReadmeArgs, 'input'>
  >;
  updateDescription?: Resolver<
    ResolversTypes['UpdateDescriptionPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationUpdateDescriptionArgs, 'input'>
  >;
  deleteVariant?: Resolver<
    ResolversTypes['DeleteVariantPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationDeleteVariantArgs, 'input'>
  >;
  createPersonalKey?: Resolver<
    ResolversTypes['CreatePersonalKeyPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreatePersonalKeyArgs, 'input'>
  >;
  createGraphKey?: Resolver<
    ResolversTypes['CreateGraphKeyPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateGraphKeyArgs, 'input'>
  >;
  createOrganizationKey?: Resolver<
    ResolversTypes['CreateOrganizationKeyPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationCreateOrganizationKeyArgs, 'input'>
  >;
  revokeKey?: Resolver<
    ResolversTypes['RevokeKeyPayload'],
    ParentType,
    ContextType,
    RequireFields<MutationRevokeKeyArgs, 'input'>
  >;
};

export type CreateOrganizationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateOrganizationPayload'] =
    ResolversParentTypes['CreateOrganizationPayload'],
> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateOrganizationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateOrganizationPayload'] =
    ResolversParentTypes['UpdateOrganizationPayload'],
> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeleteOrganizationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DeleteOrganizationPayload'] =
    ResolversParentTypes['DeleteOrganizationPayload'],
> = {
  organizationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AddMemberPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AddMemberPayload'] = ResolversParentTypes['AddMemberPayload'],
> = {
  member?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SetMemberRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['SetMemberRolePayload'] =
    ResolversParentTypes['SetMemberRolePayload'],
> = {
  member?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SetMemberActivePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['SetMemberActivePayload'] =
    ResolversParentTypes['SetMemberActivePayload'],
> = {
  member?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RemoveMemberPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['RemoveMemberPayload'] =
    ResolversParentTypes['RemoveMemberPayload'],
> = {
  memberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type LeaveOrganizationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['LeaveOrganizationPayload'] =
    ResolversParentTypes['LeaveOrganizationPayload'],
> = {
  memberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InviteMemberPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['InviteMemberPayload'] =
    ResolversParentTypes['InviteMemberPayload'],
> = {
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType>;
  token?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ResendInvitationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['ResendInvitationPayload'] =
    ResolversParentTypes['ResendInvitationPayload'],
> = {
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType>;
  token?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type WithdrawInvitationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['WithdrawInvitationPayload'] =
    ResolversParentTypes['WithdrawInvitationPayload'],
> = {
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AcceptInvitationPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AcceptInvitationPayload'] =
    ResolversParentTypes['AcceptInvitationPayload'],
> = {
  organizationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  memberId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateGroupPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateGroupPayload'] = ResolversParentTypes['CreateGroupPayload'],
> = {
  group?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateGroupPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateGroupPayload'] = ResolversParentTypes['UpdateGroupPayload'],
> = {
  group?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SetGroupRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['SetGroupRolePayload'] =
    ResolversParentTypes['SetGroupRolePayload'],
> = {
  group?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AddGroupMembersPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['AddGroupMembersPayload'] =
    ResolversParentTypes['AddGroupMembersPayload'],
> = {
  group?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RemoveGroupMembersPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['RemoveGroupMembersPayload'] =
    ResolversParentTypes['RemoveGroupMembersPayload'],
> = {
  group?: Resolver<Maybe<ResolversTypes['Group']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeleteGroupPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DeleteGroupPayload'] = ResolversParentTypes['DeleteGroupPayload'],
> = {
  groupId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateCustomRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateCustomRolePayload'] =
    ResolversParentTypes['CreateCustomRolePayload'],
> = {
  customRole?: Resolver<Maybe<ResolversTypes['CustomRole']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateCustomRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateCustomRolePayload'] =
    ResolversParentTypes['UpdateCustomRolePayload'],
> = {
  customRole?: Resolver<Maybe<ResolversTypes['CustomRole']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeleteCustomRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DeleteCustomRolePayload'] =
    ResolversParentTypes['DeleteCustomRolePayload'],
> = {
  roleId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SetResourceRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['SetResourceRolePayload'] =
    ResolversParentTypes['SetResourceRolePayload'],
> = {
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ClearResourceRolePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['ClearResourceRolePayload'] =
    ResolversParentTypes['ClearResourceRolePayload'],
> = {
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateGraphPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateGraphPayload'] = ResolversParentTypes['CreateGraphPayload'],
> = {
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateGraphPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateGraphPayload'] = ResolversParentTypes['UpdateGraphPayload'],
> = {
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeleteGraphPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DeleteGraphPayload'] = ResolversParentTypes['DeleteGraphPayload'],
> = {
  graphId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateVariantPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateVariantPayload'] =
    ResolversParentTypes['CreateVariantPayload'],
> = {
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateVariantPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateVariantPayload'] =
    ResolversParentTypes['UpdateVariantPayload'],
> = {
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ProtectVariantPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['ProtectVariantPayload'] =
    ResolversParentTypes['ProtectVariantPayload'],
> = {
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateReadmePayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateReadmePayload'] =
    ResolversParentTypes['UpdateReadmePayload'],
> = {
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UpdateDescriptionPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['UpdateDescriptionPayload'] =
    ResolversParentTypes['UpdateDescriptionPayload'],
> = {
  variant?: Resolver<Maybe<ResolversTypes['Variant']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeleteVariantPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['DeleteVariantPayload'] =
    ResolversParentTypes['DeleteVariantPayload'],
> = {
  variantId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreatePersonalKeyPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreatePersonalKeyPayload'] =
    ResolversParentTypes['CreatePersonalKeyPayload'],
> = {
  key?: Resolver<Maybe<ResolversTypes['PersonalKey']>, ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateGraphKeyPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateGraphKeyPayload'] =
    ResolversParentTypes['CreateGraphKeyPayload'],
> = {
  key?: Resolver<Maybe<ResolversTypes['GraphKey']>, ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateOrganizationKeyPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['CreateOrganizationKeyPayload'] =
    ResolversParentTypes['CreateOrganizationKeyPayload'],
> = {
  key?: Resolver<Maybe<ResolversTypes['OrganizationKey']>, ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RevokeKeyPayloadResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['RevokeKeyPayload'] = ResolversParentTypes['RevokeKeyPayload'],
> = {
  keyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
  clientMutationId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface Link__ImportScalarConfig extends GraphQLScalarTypeConfig<
  ResolversTypes['link__Import'],
  any
> {
  name: 'link__Import';
}

export interface Federation__FieldSetScalarConfig extends GraphQLScalarTypeConfig<
  ResolversTypes['federation__FieldSet'],
  any
> {
  name: 'federation__FieldSet';
}

export interface _AnyScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['_Any'], any> {
  name: '_Any';
}

export type _EntityResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['_Entity'] = ResolversParentTypes['_Entity'],
> = {
  __resolveType: TypeResolveFn<'Organization' | 'Graph' | 'Variant' | 'User', ParentType, ContextType>;
};

export type _ServiceResolvers<
  ContextType = GraphqlContext,
  ParentType extends ResolversParentTypes['_Service'] = ResolversParentTypes['_Service'],
> = {
  sdl?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphqlContext> = {
  DateTime?: GraphQLScalarType;
  Amount?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  OrganizationConnection?: OrganizationConnectionResolvers<ContextType>;
  OrganizationEdge?: OrganizationEdgeResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  Member?: MemberResolvers<ContextType>;
  MemberConnection?: MemberConnectionResolvers<ContextType>;
  MemberEdge?: MemberEdgeResolvers<ContextType>;
  Group?: GroupResolvers<ContextType>;
  GroupConnection?: GroupConnectionResolvers<ContextType>;
  GroupEdge?: GroupEdgeResolvers<ContextType>;
  Invitation?: InvitationResolvers<ContextType>;
  InvitationConnection?: InvitationConnectionResolvers<ContextType>;
  InvitationEdge?: InvitationEdgeResolvers<ContextType>;
  Role?: RoleResolvers<ContextType>;
  CustomRole?: CustomRoleResolvers<ContextType>;
  CustomRoleConnection?: CustomRoleConnectionResolvers<ContextType>;
  CustomRoleEdge?: CustomRoleEdgeResolvers<ContextType>;
  ResourceRole?: ResourceRoleResolvers<ContextType>;
  Graph?: GraphResolvers<ContextType>;
  GraphConnection?: GraphConnectionResolvers<ContextType>;
  GraphEdge?: GraphEdgeResolvers<ContextType>;
  Variant?: VariantResolvers<ContextType>;
  VariantConnection?: VariantConnectionResolvers<ContextType>;
  VariantEdge?: VariantEdgeResolvers<ContextType>;
  Key?: KeyResolvers<ContextType>;
  PersonalKey?: PersonalKeyResolvers<ContextType>;
  GraphKey?: GraphKeyResolvers<ContextType>;
  GraphKeyConnection?: GraphKeyConnectionResolvers<ContextType>;
  GraphKeyEdge?: GraphKeyEdgeResolvers<ContextType>;
  OrganizationKey?: OrganizationKeyResolvers<ContextType>;
  OrganizationKeyConnection?: OrganizationKeyConnectionResolvers<ContextType>;
  OrganizationKeyEdge?: OrganizationKeyEdgeResolvers<ContextType>;
  Decision?: DecisionResolvers<ContextType>;
  DecisionStep?: DecisionStepResolvers<ContextType>;
  Permitted?: PermittedResolvers<ContextType>;
  Entitlement?: EntitlementResolvers<ContextType>;
  BillingSubscription?: BillingSubscriptionResolvers<ContextType>;
  Period?: PeriodResolvers<ContextType>;
  MeterUsage?: MeterUsageResolvers<ContextType>;
  BillingSubscriptionConnection?: BillingSubscriptionConnectionResolvers<ContextType>;
  BillingSubscriptionEdge?: BillingSubscriptionEdgeResolvers<ContextType>;
  Invoice?: InvoiceResolvers<ContextType>;
  InvoiceConnection?: InvoiceConnectionResolvers<ContextType>;
  InvoiceEdge?: InvoiceEdgeResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditEntryConnection?: AuditEntryConnectionResolvers<ContextType>;
  AuditEntryEdge?: AuditEntryEdgeResolvers<ContextType>;
  OrganizationRoles?: OrganizationRolesResolvers<ContextType>;
  GraphRoles?: GraphRolesResolvers<ContextType>;
  VariantRoles?: VariantRolesResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  CreateOrganizationPayload?: CreateOrganizationPayloadResolvers<ContextType>;
  UpdateOrganizationPayload?: UpdateOrganizationPayloadResolvers<ContextType>;
  DeleteOrganizationPayload?: DeleteOrganizationPayloadResolvers<ContextType>;
  AddMemberPayload?: AddMemberPayloadResolvers<ContextType>;
  SetMemberRolePayload?: SetMemberRolePayloadResolvers<ContextType>;
  SetMemberActivePayload?: SetMemberActivePayloadResolvers<ContextType>;
  RemoveMemberPayload?: RemoveMemberPayloadResolvers<ContextType>;
  LeaveOrganizationPayload?: LeaveOrganizationPayloadResolvers<ContextType>;
  InviteMemberPayload?: InviteMemberPayloadResolvers<ContextType>;
  ResendInvitationPayload?: ResendInvitationPayloadResolvers<ContextType>;
  WithdrawInvitationPayload?: WithdrawInvitationPayloadResolvers<ContextType>;
  AcceptInvitationPayload?: AcceptInvitationPayloadResolvers<ContextType>;
  CreateGroupPayload?: CreateGroupPayloadResolvers<ContextType>;
  UpdateGroupPayload?: UpdateGroupPayloadResolvers<ContextType>;
  SetGroupRolePayload?: SetGroupRolePayloadResolvers<ContextType>;
  AddGroupMembersPayload?: AddGroupMembersPayloadResolvers<ContextType>;
  RemoveGroupMembersPayload?: RemoveGroupMembersPayloadResolvers<ContextType>;
  DeleteGroupPayload?: DeleteGroupPayloadResolvers<ContextType>;
  CreateCustomRolePayload?: CreateCustomRolePayloadResolvers<ContextType>;
  UpdateCustomRolePayload?: UpdateCustomRolePayloadResolvers<ContextType>;
  DeleteCustomRolePayload?: DeleteCustomRolePayloadResolvers<ContextType>;
  SetResourceRolePayload?: SetResourceRolePayloadResolvers<ContextType>;
  ClearResourceRolePayload?: ClearResourceRolePayloadResolvers<ContextType>;
  CreateGraphPayload?: CreateGraphPayloadResolvers<ContextType>;
  UpdateGraphPayload?: UpdateGraphPayloadResolvers<ContextType>;
  DeleteGraphPayload?: DeleteGraphPayloadResolvers<ContextType>;
  CreateVariantPayload?: CreateVariantPayloadResolvers<ContextType>;
  UpdateVariantPayload?: UpdateVariantPayloadResolvers<ContextType>;
  ProtectVariantPayload?: ProtectVariantPayloadResolvers<ContextType>;
  UpdateReadmePayload?: UpdateReadmePayloadResolvers<ContextType>;
  UpdateDescriptionPayload?: UpdateDescriptionPayloadResolvers<ContextType>;
  DeleteVariantPayload?: DeleteVariantPayloadResolvers<ContextType>;
  CreatePersonalKeyPayload?: CreatePersonalKeyPayloadResolvers<ContextType>;
  CreateGraphKeyPayload?: CreateGraphKeyPayloadResolvers<ContextType>;
  CreateOrganizationKeyPayload?: CreateOrganizationKeyPayloadResolvers<ContextType>;
  RevokeKeyPayload?: RevokeKeyPayloadResolvers<ContextType>;
  link__Import?: GraphQLScalarType;
  federation__FieldSet?: GraphQLScalarType;
  _Any?: GraphQLScalarType;
  _Entity?: _EntityResolvers<ContextType>;
  _Service?: _ServiceResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphqlContext> = {
  everyone?: EveryoneDirectiveResolver<any, any, ContextType>;
  signedIn?: SignedInDirectiveResolver<any, any, ContextType>;
  permission?: PermissionDirectiveResolver<any, any, ContextType>;
  link?: LinkDirectiveResolver<any, any, ContextType>;
  key?: KeyDirectiveResolver<any, any, ContextType>;
  shareable?: ShareableDirectiveResolver<any, any, ContextType>;
};
