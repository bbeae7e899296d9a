/** /v1/business_profile: who stands on invoices as the seller. */
import { z } from 'zod';
import { changeBusinessProfile, readBusinessProfile } from '../../store/businessProfile.ts';
import { inTransaction } from '../../store/database.ts';
import { address, addressAnswer } from '../billingFields.ts';
import { country, text } from '../fields.ts';
import { addRoute, type Registrar } from '../route.ts';

const profile = z.object({
  object: z.literal('business_profile'),
  name: z.string(),
  address: addressAnswer,
  country: z.string().nullable(),
  tax_id: z.string().nullable(),
  email: z.string().nullable(),
});

export function addBusinessProfileRoutes(to: Registrar): void {
  const { pool } = to;
  const answer = async () => ({
    object: 'business_profile' as const,
    ...(await readBusinessProfile(pool)),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/business_profile',
    summary: 'Get what stands on invoices as the seller.',
    scope: 'read',
    answer: profile,
    handle: answer,
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/business_profile',
    summary: 'Change what stands on invoices as the seller; those that are final stay what they are.',
    scope: 'admin',
    body: z.strictObject({
      name: text(200).optional(),
      address: address.nullable().optional(),
      country: country.nullable().optional(),
      tax_id: text(40).nullable().optional(),
      email: z.email({ error: 'give an email address' }).max(254).nullable().optional(),
    }),
    answer: profile,
    async handle({ body }) {
      await inTransaction(pool, (tx) => changeBusinessProfile(tx, body));
      return answer();
    },
  });
}
