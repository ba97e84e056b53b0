/** @file The port "a folder that holds a model", wherever it is: a disk, a server, the browser's storage. */
import type { ByteSource } from './byte-source.ts';

/** One file of a model folder. */
export interface ModelFile {
  /** Relative, with forward slashes, such as `unet/config.json`. */
  readonly path: string;
  /** Null where the place cannot tell without reading the file. */
  readonly sizeBytes: number | null;
}

export interface ModelFolder {
  /** For messages. */
  readonly name: string;
  /** Every file that may be opened, in any order; files that have nothing to do with the model may be among them. */
  list(): Promise<readonly ModelFile[]>;
  /**
   * One file, to be read in pieces. A source needs no closing: what it holds goes with it.
   *
   * @param path as in `list`
   * @throws {AppError} `model-file-missing` if there is no such file
   */
  open(path: string): Promise<ByteSource>;
  /**
   * The bytes of one small file, such as a configuration. Weights are read through `open`.
   *
   * @param path as in `list`
   * @throws {AppError} `model-file-missing` if there is no such file
   */
  readBytes(path: string): Promise<Uint8Array>;
}

/**
 * Reads a file of text as JSON.
 *
 * @throws {AppError} `model-file-missing`; `SyntaxError` is left to the caller's schema check
 */
export async function readJson(folder: ModelFolder, path: string): Promise<unknown> {
  return JSON.parse(await readText(folder, path));
}

/** Reads a file of UTF-8 text. */
export async function readText(folder: ModelFolder, path: string): Promise<string> {
  return new TextDecoder().decode(await folder.readBytes(path));
}
