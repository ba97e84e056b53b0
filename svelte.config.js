/** @file Kit: a static site, every page prerendered, with a content security policy that knows no other origin than the model hosts. */
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { contentSecurityPolicy, readModelOrigins } from './server/content-security-policy.js';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
  kit: {
    adapter: adapter({ fallback: '200.html' }),
    // The server sends its own policy as a header and takes this element out; it serves other static hosts.
    csp: { mode: 'hash', directives: contentSecurityPolicy(readModelOrigins(process.env.MODEL_ORIGINS)) },
    serviceWorker: { register: false },
    prerender: { handleHttpError: 'fail' },
  },
};
