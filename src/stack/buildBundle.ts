/** `npm run build`: the workflow bundle for production, to be named in WORKFLOW_BUNDLE. */
import { buildWorkflowBundle } from './workflowBundle.ts';

const path = 'dist/workflow-bundle.js';
await buildWorkflowBundle(path);
console.log(`built ${path}`);
