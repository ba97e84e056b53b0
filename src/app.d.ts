/** @file Types of what the build makes up. */
declare module 'virtual:model-files' {
  /** URLs of the built-in models' files. */
  export const modelFiles: readonly string[];
}

declare module 'virtual:static-pictures' {
  /** URL paths of the pictures in `static/`. */
  export const staticPictures: readonly string[];
}
