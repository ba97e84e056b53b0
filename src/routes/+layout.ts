/** @file Every page is a file: prerendered at build, no server code behind it. */
export const prerender = true;
export const trailingSlash = 'never';
