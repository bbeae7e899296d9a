import { sandboxProvider } from '../ports/payment/sandbox.ts';
export { sandboxProvider };
