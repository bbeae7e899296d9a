import { createActivities } from '../activities/activities.ts';
export { createActivities };
