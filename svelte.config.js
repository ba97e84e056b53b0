/** @file Kit: a static site, every page prerendered, with a content security policy that knows no other origin. */
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { contentSecurityPolicy } from './server/content-security-policy.js';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
  kit: {
    adapter: adapter({ fallback: '200.html' }),
    // The server sends its own policy as a header and takes this element out; it serves other static hosts.
    csp: { mode: 'hash', directives: contentSecurityPolicy() },
    serviceWorker: { register: false },
    prerender: { handleHttpError: 'fail' },
  },
};
