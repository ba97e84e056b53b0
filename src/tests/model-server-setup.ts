/** @file Starts the tests' model host before the browser tests and tells them where it is. */
import type { TestProject } from 'vitest/node';
import { startModelServer } from './model-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    modelServer: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const server = await startModelServer();
  project.provide('modelServer', server.origin);
  return server.close;
}
