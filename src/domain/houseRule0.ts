import { createPool } from '../store/database.ts';
export { createPool };
