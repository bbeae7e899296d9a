/** Style, and who may import what: the table below is the architecture (ARCHITECTURE.md, Rooms). */
import tseslint from 'typescript-eslint';

const rooms = [
  'activities',
  'api',
  'audit',
  'catalog',
  'domain',
  'entitlementCache',
  'graphql',
  'identity',
  'ingest',
  'organizations',
  'pages',
  'ports',
  'sandbox',
  'stack',
  'store',
  'workflows',
];

/**
 * What each room may import of the others, and of packages where that is limited. `!` marks types only; with a
 * path, only that file of a room, or those right in that folder.
 */
const mayImport = {
  domain: { rooms: [], packages: ['fraction.js', 'temporal-polyfill'] },
  workflows: {
    rooms: ['domain', '!activities', '!catalog'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: { rooms: ['domain', 'catalog', 'store', 'ports', 'pages', 'workflows/contract'] },
  catalog: { rooms: ['domain'], packages: ['zod', 'node:util'] },
  store: {
    rooms: ['domain', 'catalog'],
    packages: ['@marcbachmann/cel-js', 'pg', 'pg-copy-streams', 'typeid-js', 'zod', 'node:*'],
  },
  pages: {
    rooms: ['domain', '!store'],
    packages: [
      'bidi-js',
      'fontkit',
      'linebreak',
      'node:fs/promises',
      'node:module',
      'node:path',
      'pdfkit',
      'subset-font',
    ],
  },
  ports: { rooms: ['domain'] },
  // An outside system: it knows nothing of billing, and only the stack knows it.
  sandbox: { rooms: ['domain/money'], packages: ['node:*', 'pg', 'zod'] },
  ingest: { rooms: ['domain', 'store'] },
  audit: { rooms: ['domain', 'store'] },
  entitlementCache: { rooms: ['domain', 'store'], packages: ['pg'] },
  organizations: { rooms: ['domain', 'store'], packages: ['node:crypto', 'pg'] },
  graphql: { rooms: ['domain', 'entitlementCache', 'organizations', 'store'] },
  identity: { rooms: ['domain', 'store', 'organizations'], packages: ['node:*', 'openid-client', 'pg'] },
  api: {
    rooms: [
      'domain',
      'catalog',
      'entitlementCache',
      'identity',
      'store',
      'graphql',
      'ingest',
      'organizations',
      'pages',
      'workflows/contract',
    ],
  },
  stack: {
    rooms: [
      'api',
      'audit',
      'catalog',
      'domain',
      'organizations',
      'ports/payment/webhookReaders', // it gives them to the API, which knows no port
      'sandbox',
      'store',
      'workflows/contract',
    ],
  },
};

function importRules(room, { rooms: allowed, packages }) {
  const patterns = rooms
    .filter((other) => other !== room && !allowed.includes(other))
    .map((other) => {
      const file = allowed.find((name) => name.startsWith(`${other}/`))?.slice(other.length + 1);
      return {
        regex: `^(?:\\.\\./)+${other}/${file ? `(?!${file}(?:/\\w+)?\\.ts$)` : ''}`,
        allowTypeImports: allowed.includes(`!${other}`),
        message: `src/${room} may not import src/${other}: see ARCHITECTURE.md, Rooms.`,
      };
    });
  if (packages) {
    const names = packages
      .map((name) => name.replace('*', '.+').replaceAll('.', '\\.').replace('\\.+', '.+'))
      .join('|');
    patterns.push({
      regex: `^(?!(?:${names})$)[^.]`,
      message: `src/${room} may import no package but ${packages.join(', ')}.`,
    });
  }
  return {
    files: [`src/${room}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' };
const noEnum = { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' };
const pure = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'The domain and the pages have no clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The domain and the pages have no clock.',
  },
  {
    selector: "MemberExpression[object.name='Temporal'][property.name='Now']",
    message: 'The domain and the pages have no clock.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'The domain and the pages have no randomness.',
  },
  { selector: "Identifier[name='process']", message: 'The domain and the pages have no environment.' },
];

export default tseslint.config(
  { ignores: ['node_modules', '.data', 'dist', 'coverage', 'src/graphql/generated.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, noEnum],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/restrict-template-expressions': 'error',
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  ...Object.entries(mayImport).map(([room, allowed]) => importRules(room, allowed)),
  {
    files: ['src/domain/**/*.ts', 'src/pages/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnum, ...pure] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', noEnum],
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
