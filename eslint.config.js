import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

export default tseslint.config({ ignores: ['node_modules', '.data', 'dist', 'coverage'] }, ...tseslint.configs.strict);
void boundaries;
