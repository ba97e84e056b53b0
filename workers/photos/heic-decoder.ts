/// <reference types="vite/client" />
/**
 * @file Reads HEIC with libheif (LGPL-3.0), for browsers that cannot. libheif is no part of this program's scripts: the site serves its module as a file of its own,
 * unchanged, and here it is imported by address with the first HEIC file. Another build with the same interface may be put in its place.
 */
import libheifUrl from 'libheif-js/libheif-wasm/libheif-bundle.mjs?url';
import { heifFacts } from './heif-boxes.ts';
import { readerMissing } from './photo-limits.ts';

/** Objects of libheif, which mean something to libheif only. */
type Handle = object;
interface Failure {
  readonly code: unknown;
  readonly message?: string;
}

/** The part of libheif's published interface that is called here. */
interface Libheif {
  readonly HEAPU8: Uint8Array;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  readonly heif_channel: { readonly heif_channel_interleaved: unknown };
  heif_context_alloc(): Handle;
  heif_context_free(context: Handle): void;
  heif_context_read_from_memory(context: Handle, bytes: Uint8Array): Failure;
  heif_js_context_get_primary_image_handle(context: Handle): Handle | Failure | undefined;
  heif_image_handle_release(image: Handle): void;
  heif_js_decode_image2(image: Handle, colours: unknown, chroma: unknown): Decoded | Failure | undefined;
  heif_image_release(image: Handle): void;
}
interface Decoded {
  readonly image: Handle;
  readonly channels: readonly { readonly id: unknown; readonly stride: number; readonly width: number; readonly height: number; readonly data: Uint8Array }[];
}

let library: Promise<Libheif> | null = null;

/** Above this the memory of WebAssembly, which never shrinks, is given up after a photo and the module started anew with the next. */
const mostKeptBytes = 300e6;

/**
 * The main picture of a HEIC file, upright as its own boxes say, in the colours it was made in. The caller closes the bitmap.
 *
 * @throws {Error} with libheif's words, for a file that it cannot read; {AppError} `reader-missing` if libheif could not be fetched
 */
export async function decodeHeic(bytes: Uint8Array): Promise<ImageBitmap> {
  library ??= openLibrary();
  const { colour } = heifFacts(bytes);
  try {
    const libheif = await library;
    const pixels = decodePixels(libheif, bytes, colour);
    if (libheif.HEAPU8.length > mostKeptBytes) library = null;
    return await createImageBitmap(pixels);
  } catch (error) {
    library = null; // A module that has stopped in the middle of a call is never entered again.
    throw error;
  }
}

async function openLibrary(): Promise<Libheif> {
  const address = new URL(libheifUrl, self.location.href).href;
  const { default: create } = (await import(/* @vite-ignore */ address).catch((cause: unknown) => {
    throw readerMissing('HEIC photos', cause);
  })) as { default: () => Promise<Libheif> };
  return create();
}

function decodePixels(libheif: Libheif, bytes: Uint8Array, colorSpace: PredefinedColorSpace): ImageData {
  const context = libheif.heif_context_alloc();
  let handle: Handle | null = null;
  try {
    const read = libheif.heif_context_read_from_memory(context, bytes);
    if (read.code !== libheif.heif_error_code.heif_error_Ok) throw new Error(read.message ?? 'libheif cannot read the file');
    handle = succeeded(libheif.heif_js_context_get_primary_image_handle(context));
    const decoded = succeeded(
      libheif.heif_js_decode_image2(handle, libheif.heif_colorspace.heif_colorspace_RGB, libheif.heif_chroma.heif_chroma_interleaved_RGBA),
    ) as Decoded;
    try {
      const channel = decoded.channels.find(({ id }) => id === libheif.heif_channel.heif_channel_interleaved);
      if (channel === undefined) throw new Error('libheif gave no pixels');
      const pixels = new ImageData(channel.width, channel.height, { colorSpace });
      const rowBytes = channel.width * 4;
      for (let row = 0; row < channel.height; row++)
        pixels.data.set(channel.data.subarray(row * channel.stride, row * channel.stride + rowBytes), row * rowBytes);
      return pixels;
    } finally {
      libheif.heif_image_release(decoded.image);
    }
  } finally {
    if (handle !== null) libheif.heif_image_handle_release(handle);
    libheif.heif_context_free(context);
  }
}

/** libheif gives a failure in place of the object that was asked for. */
function succeeded<T extends object>(result: T | Failure | undefined): T {
  if (result === undefined) throw new Error('libheif gave no picture');
  if ('code' in result && result.code !== undefined) throw new Error((result as Failure).message ?? 'libheif cannot read the picture');
  return result as T;
}
