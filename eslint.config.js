/** @file ESLint: strict TypeScript, Svelte, and who may import what. The same layers are checked as a graph, cycles included, by src/tests/layering.test.ts. */
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** In hot numeric code an index is known to be inside; elsewhere `!` hides a question. */
const numericFolders = ['models/**', 'workers/runtime/**', 'workers/node/**', 'workers/host/**', 'workers/engine/**', 'workers/photos/**'];

export default ts.config(
  { ignores: ['build/', '.svelte-kit/', '.cache/', 'node_modules/', 'static/', '**/*.py'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['warn', 'error'] }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/unified-signatures': 'off',
      // Every link is within this app, which lives at the root of its origin.
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  { files: numericFolders.flatMap((folder) => [`${folder}/*.ts`]), rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  // Ambient globals can be declared with `var` only.
  { files: ['**/*.d.ts'], rules: { 'no-var': 'off' } },
  {
    files: ['workers/node/**', 'server/**', '**/*.test.ts', '**/*.e2e.ts', 'src/tests/**', 'models/testing/**'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
