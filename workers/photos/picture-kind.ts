/** @file What a file is, by its first bytes: names and media types lie too often. */

/** Formats that browsers decode, and formats that people try to give us. */
export type PictureKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp' | 'avif' | 'heic' | 'tiff' | 'jpeg-xl' | 'jpeg-2000' | 'svg' | 'raw' | 'unknown';

/** How each format is called in a sentence; `unknown` is not a picture as far as we can tell. */
export const kindNames: Readonly<Record<Exclude<PictureKind, 'unknown'>, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  gif: 'GIF',
  webp: 'WebP',
  bmp: 'BMP',
  avif: 'AVIF',
  heic: 'HEIC',
  tiff: 'TIFF',
  'jpeg-xl': 'JPEG XL',
  'jpeg-2000': 'JPEG 2000',
  svg: 'SVG drawing',
  raw: 'camera raw',
};

/** Brands of the ISO base media file format that are pictures. */
const brandKinds: Readonly<Record<string, PictureKind>> = {
  avif: 'avif',
  avis: 'avif',
  heic: 'heic',
  heix: 'heic',
  hevc: 'heic',
  heim: 'heic',
  heis: 'heic',
  mif1: 'heic',
  msf1: 'heic',
  mif2: 'heic',
  mif3: 'heic',
  miaf: 'heic',
  avci: 'heic',
  j2ki: 'heic',
  '1pic': 'heic',
  unif: 'heic',
  crx: 'raw',
};

/** The kind of a file from its first 64 bytes or more. */
export function pictureKind(bytes: Uint8Array): PictureKind {
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0') return 'bmp';
  if (text.slice(4, 8) === 'ftyp') return kindOfBrands(text);
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'jpeg-xl';
  if (text.startsWith('\0\0\0\x0cjP  ')) return 'jpeg-2000';
  if (text.startsWith('FUJIFILMCCD-RAW') || text.startsWith('IIRO') || text.startsWith('IIU\0')) return 'raw';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff'; // Most raw formats (DNG, NEF, ARW, CR2) are TIFF inside.
  if (/^\s*(?:<\?xml[^]*)?<svg[\s>]/.test(text) || /^\s*<\?xml/.test(text)) return 'svg';
  return 'unknown';
}

/** `mif1` says only "some picture": the compatible brands behind it decide between AVIF and HEIC. */
function kindOfBrands(text: string): PictureKind {
  const major = text.slice(8, 12).trim();
  const brands = [...text.slice(16).matchAll(/[\w ]{4}/g)].map(([brand]) => brand.trim());
  if (major === 'mif1' && brands.includes('avif')) return 'avif';
  return [major, ...brands].map((brand) => brandKinds[brand]).find((kind) => kind !== undefined) ?? 'unknown';
}
