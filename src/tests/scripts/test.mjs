/** @file `npm test`: on a fresh clone installs, then everything that needs neither network nor GPU. Browser tests run where Chromium is found; else it says so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './steps.mjs';

if (!existsSync(join('node_modules', 'vite')) && !runStep('npm ci', 'npm', ['ci']).passed) process.exit(1);

// One definition of where Chromium may be, in TypeScript like the rest; a child reads it, because this file runs before tsx is installed.
const hasChromium = runStep('Chromium', process.execPath, [
  '--import',
  'tsx',
  '-e',
  "import('./src/tests/chromium.ts').then(({ findChromium }) => { const path = findChromium(); console.log(path ?? 'not found'); process.exit(path === null ? 1 : 0); })",
]).passed;

const steps = [
  runStep('Types', 'npm', ['run', '--silent', 'check']),
  runStep('Lint', 'npm', ['run', '--silent', 'lint']),
  runStep('Format', 'npm', ['run', '--silent', 'format:check']),
  runStep('Unit and golden tests', 'npm', ['run', '--silent', 'test:unit']),
  ...(hasChromium
    ? [
        runStep('Browser tests', 'npm', ['run', '--silent', 'test:browser']),
        runStep('Build', 'npm', ['run', '--silent', 'build']),
        runStep('Journeys', 'npm', ['run', '--silent', 'test:e2e']),
      ]
    : [runStep('Build', 'npm', ['run', '--silent', 'build'])]),
];

console.log('\nSummary');
for (const { name, passed, seconds } of steps) console.log(`  ${passed ? 'passed' : 'FAILED'}  ${String(seconds).padStart(4)} s  ${name}`);
if (!hasChromium) console.log('  skipped         Browser tests and journeys: no Chromium found. Install it, or name it in CHROMIUM_PATH.');
process.exitCode = steps.every((step) => step.passed) ? 0 : 1;
