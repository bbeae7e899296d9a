/** What keeps the stack from starting, in one line that says what to do. */

export class StackError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StackError';
  }
}
