/** @file Where Chromium is on this machine and how tests start it. */
import { existsSync } from 'node:fs';

/** WebGPU on the software adapter; no sandbox, because tests also run as root in containers. */
export const chromiumArguments = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser that `CHROMIUM_PATH` names or the first found in the usual places; null if there is none. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return named;
  return usualPlaces.find((place) => existsSync(place)) ?? null;
}
