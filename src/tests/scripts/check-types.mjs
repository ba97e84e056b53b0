/** @file `npm run check`: the types of every environment, one after another: Svelte, pure maths, workers, their page side, Node, server, tests. */
import { runStep } from './steps.mjs';

const projects = [
  'models/tsconfig.json',
  'models/tsconfig.test.json',
  'workers/tsconfig.json',
  'workers/tsconfig.client.json',
  'workers/tsconfig.node.json',
  'server/tsconfig.json',
  'src/tests/tsconfig.json',
];

const steps = [
  runStep('svelte-kit sync', 'npx', ['svelte-kit', 'sync']),
  runStep('svelte-check', 'npx', ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']),
  ...projects.map((project) => runStep(`tsc ${project}`, 'npx', ['tsc', '--noEmit', '-p', project])),
];
process.exitCode = steps.every((step) => step.passed) ? 0 : 1;
