/** How clients see domain events, and ask for some. */
import { z } from 'zod';
import { eventTypes, isEventPattern } from '../domain/eventTypes.ts';
import { time } from './fields.ts';

/** CloudEvents 1.0 in JSON, with extension attributes. */
export const cloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time,
  datacontenttype: z.literal('application/json'),
  recordedtime: time,
  livemode: z.boolean(),
  testclock: z.string().optional(),
  customer: z.string().optional(),
  subscription: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});

export const eventPattern = z
  .string()
  .max(100)
  .refine(isEventPattern, {
    error: `give a type of event such as invoice.paid, all of a subject such as invoice.*, or *. There are ${eventTypes.join(', ')}`,
  })
  .openapi({ example: 'invoice.*' });
