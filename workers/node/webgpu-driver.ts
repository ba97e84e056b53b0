/** @file Finds a Vulkan driver for onnxruntime-node's WebGPU provider: the machine's own, or the software one that Chromium brings. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What was found. `software` is correct and about a hundred times slower than the CPU provider. */
export type WebGpuDriver = { readonly kind: 'system' | 'software'; readonly description: string } | { readonly kind: 'none'; readonly reason: string };

const chromiumFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/snap/chromium/current/usr/lib/chromium-browser'];
const driverLists = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
const loaderFolders = ['/usr/lib', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/local/lib'];
/** glibc's RTLD_NODELETE, which Node does not name: the library stays loaded although it is no addon. */
const keepLoaded = 0x1000;

let prepared: WebGpuDriver | undefined;

/**
 * Makes a driver ready for this process, once; must come before the first WebGPU session.
 *
 * Where the Vulkan loader or a driver is missing, Chromium's are used: the loader is loaded by path, and the driver is named in
 * `VK_ICD_FILENAMES` by a file in the temporary folder, because Chromium's own file names it relative to itself.
 */
export function prepareWebGpuDriver(): WebGpuDriver {
  return (prepared ??= prepare());
}

function prepare(): WebGpuDriver {
  if (process.platform !== 'linux') return { kind: 'system', description: `the graphics driver of ${process.platform}` };
  const named = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'];
  const chromium = [...(process.env['CHROMIUM_PATH'] === undefined ? [] : [dirname(process.env['CHROMIUM_PATH'])]), ...chromiumFolders].find((folder) =>
    existsSync(join(folder, 'libvk_swiftshader.so')),
  );
  const hasLoader = loaderFolders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
  const hasDriver = named !== undefined || driverLists.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => !/lvp|virtio/.test(file)));
  if (!hasLoader && !(chromium !== undefined && loadLibrary(join(chromium, 'libvulkan.so.1')))) {
    return { kind: 'none', reason: 'no Vulkan loader (libvulkan.so.1): install the graphics driver, or Chromium for its software one' };
  }
  if (hasDriver) return { kind: 'system', description: named ?? 'the Vulkan driver of this machine' };
  if (chromium === undefined) return { kind: 'none', reason: 'no Vulkan driver, and no Chromium whose software driver could stand in' };
  const list = join(mkdtempSync(join(tmpdir(), 'likeness-vulkan-')), 'swiftshader.json');
  writeFileSync(list, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: join(chromium, 'libvk_swiftshader.so'), api_version: '1.0.5' } }));
  process.env['VK_ICD_FILENAMES'] = list;
  return { kind: 'software', description: 'SwiftShader of Chromium' };
}

function loadLibrary(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | keepLoaded);
  } catch {
    // Node complains that this is no addon; the library is loaded all the same.
  }
  return true;
}
