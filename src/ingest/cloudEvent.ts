/** A usage event as it is sent: a CloudEvent 1.0, checked for its form. */
import { z } from 'zod';
import { parseInstant, type Instant } from '../domain/instant.ts';

const attribute = (maximum: number) => z.string().min(1).max(maximum);

export const cloudEvent = z.looseObject({
  specversion: z.literal('1.0', { error: 'must be "1.0"' }).optional(),
  id: attribute(255),
  source: attribute(1024),
  type: attribute(200),
  subject: attribute(200),
  time: z
    .string()
    .transform((given, context): Instant => {
      const at = parseInstant(given);
      if (at !== undefined) return at;
      context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time' });
      return z.NEVER;
    })
    .optional(),
  datacontenttype: z.string().optional(),
  data: z.record(z.string(), z.unknown()).default({}),
});

export type CloudEvent = z.output<typeof cloudEvent>;
