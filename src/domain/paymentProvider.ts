/** The providers that a payment may be made by. */
export const providerNames = ['sandbox', 'stripe'] as const;
export type ProviderName = (typeof providerNames)[number];

/** Who brought the money of a payment: a provider, or nobody, where it came by itself. */
export type PaymentOrigin = ProviderName | 'offline';
