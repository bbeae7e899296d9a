import type { Activities } from '../activities/activities.ts';
export type { Activities };
