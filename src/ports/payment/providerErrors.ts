/** What a provider throws where its answer is no outcome: it is away, or will not do what it was asked as it was asked. */

/** No answer that settles anything. Asking again later with the same key does no harm. */
export class ProviderAway extends Error {
  constructor(
    message: string,
    /** How long the provider asks to be left alone; null: it does not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(message);
    this.name = 'ProviderAway';
  }
}

/** Nothing was made, and nothing will be before somebody changes what is configured or asked for: no customer's fault. */
export class ProviderRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ProviderRefusal';
  }
}
