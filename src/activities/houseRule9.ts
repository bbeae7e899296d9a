import { collection } from '../workflows/collection.ts';
export { collection };
