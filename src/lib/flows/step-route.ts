/** @file The pages of the path, to which a person who comes back is led. */
import type { StepRoute } from '#storage/project-store.ts';

const stepRoutes: readonly StepRoute[] = ['/', '/photos', '/consent', '/likeness', '/studio', '/gallery'];

/** True if a path belongs to the four steps. */
export function isStepRoute(path: string): path is StepRoute {
  return stepRoutes.some((route) => route === path);
}
