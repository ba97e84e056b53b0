/** @file Test projects by suffix: `.test.ts` in Node, `.browser.test.ts` in Chromium, `.gpu.test.ts` and `.gpu.browser.test.ts` where there is a GPU, `.e2e.ts` against the built app. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { watchedRequests, watchRequests } from './src/tests/browser-commands.ts';
import { chromiumArguments, findChromium } from './src/tests/chromium.ts';
import { drawInNode } from './src/tests/node-commands.ts';
import { browserBytes, listShared, readShared } from './src/tests/shared-data-commands.ts';
import { isolationHeaders } from './src/vite/cross-origin-isolation.ts';
import { modelFiles } from './src/vite/model-files.ts';

const everywhere = { exclude: ['**/node_modules/**', 'build/**', '.svelte-kit/**'] };
const executablePath = findChromium();

/** Tests in headless Chromium, cross-origin isolated as the app is. */
function browserProject(name: string, include: string[], exclude: string[], timeoutMs: number): TestProjectInlineConfiguration {
  return {
    plugins: [modelFiles(), svelte()],
    // Not the plugin of the app: vitest answers with its own pages before any plugin of ours is asked.
    server: { headers: isolationHeaders },
    worker: { format: 'es' },
    optimizeDeps: { exclude: ['onnxruntime-web', 'libheif-js'], include: ['idb', 'comlink', 'mediabunny', '@noble/hashes/sha2.js', '@noble/hashes/utils.js'] },
    test: {
      name,
      include,
      exclude: [...everywhere.exclude, ...exclude],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      globalSetup: ['src/tests/model-server-setup.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        commands: { browserBytes, listShared, readShared, watchRequests, watchedRequests, drawInNode },
        provider: playwright({
          launchOptions: { args: chromiumArguments, ...(executablePath === null ? {} : { executablePath }) },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['**/*.test.ts'],
          exclude: [...everywhere.exclude, '**/*.{browser,gpu}.test.ts'],
          testTimeout: 120_000,
        },
      },
      browserProject('browser', ['**/*.browser.test.ts'], ['**/*.gpu.browser.test.ts'], 120_000),
      // Every operator on WebGPU in the browser: minutes on the software adapter, so `npm test` leaves it to `npm run test:gpu`.
      browserProject('gpu-browser', ['**/*.gpu.browser.test.ts'], [], 900_000),
      {
        test: {
          name: 'gpu',
          environment: 'node',
          include: ['**/*.gpu.test.ts'],
          exclude: everywhere.exclude,
          // A net takes up to ten seconds of processor time on the software driver, which on a busy machine were four minutes.
          testTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['**/*.e2e.ts'],
          exclude: everywhere.exclude,
          testTimeout: 900_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
