/** @file How the app is built and served while developing. Tests are configured in `vitest.config.ts`. */
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { crossOriginIsolation } from './src/vite/cross-origin-isolation.ts';
import { modelFiles } from './src/vite/model-files.ts';
import { staticPictures } from './src/vite/static-pictures.ts';

export default defineConfig({
  plugins: [crossOriginIsolation(), modelFiles(), staticPictures(), tailwindcss(), sveltekit()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web', 'libheif-js'] },
  build: { target: 'es2022' },
  server: { fs: { allow: ['models', 'workers', 'server'] } },
});
