/** One namespace for each of Jest's workers: their billing cycles must not meet. */
export const testNamespaces = ['test-1', 'test-2', 'test-3', 'test-4'];
