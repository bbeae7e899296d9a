/** Runs a command: what is wrong is one line, and the exit code is 1. */
import { ConfigError } from '../config.ts';
import { StackError } from './stackError.ts';

export async function main(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const expected = error instanceof StackError || error instanceof ConfigError;
    console.error(expected ? error.message : error);
    process.exit(1);
  }
}
