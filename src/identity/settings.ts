/** What signing in is given: the installation's own provider, where there is one, and what it may call. */
import type { OrganizationDependencies } from '../organizations/request.ts';

export interface ProviderSettings {
  /** As the provider calls itself, letter by letter. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
}

export interface SignInDependencies {
  readonly organizations: OrganizationDependencies;
  /** Null: none is configured, and only organizations with their own sign in. */
  readonly provider: ProviderSettings | null;
  /** Where browsers reach us: an origin, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether providers of organizations may be on http and on addresses that are not public. */
  readonly allowPrivate: boolean;
}
