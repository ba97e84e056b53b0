/** @file Types of what the build makes up. */
declare module 'virtual:static-pictures' {
  /** URL paths of the pictures in `static/`. */
  export const staticPictures: readonly string[];
}
