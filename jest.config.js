/** Unit tests, workflow tests and end-to-end tests run in one command; the real Postgres and Temporal are started once. */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
  ],
};

export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/stack/globalSetup.ts',
  globalTeardown: '<rootDir>/test/stack/globalTeardown.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
