/** @file The port "a folder that holds a model", wherever it is: a disk, a server, the browser's storage. */

export interface ModelFolder {
  /** For messages. */
  readonly name: string;
  /**
   * The bytes of one file.
   *
   * @param path relative, with forward slashes, such as `unet/config.json`
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
