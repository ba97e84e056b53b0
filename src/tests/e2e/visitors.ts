/** @file One served app for a file of journeys, and a new person for each test, who must leave without having sent anything. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { Stage, type Visitor } from './harness.ts';

export interface Journeys {
  readonly stage: Stage;
  /** The person of the test that runs now. */
  readonly visitor: Visitor;
}

export interface JourneyOptions {
  /** True where a journey goes on purpose where the browser logs an error, such as an image that cannot be decoded. Default: false. */
  readonly mayLogErrors?: boolean;
}

/** Declares the hooks of a file of journeys. */
export function visitorForEach({ mayLogErrors = false }: JourneyOptions = {}): Journeys {
  let stage: Stage | undefined;
  let visitor: Visitor | undefined;
  const journeys: Journeys = {
    get stage() {
      if (stage === undefined) throw new Error('The app is served from the first test on.');
      return stage;
    },
    get visitor() {
      if (visitor === undefined) throw new Error('There is a visitor in tests only.');
      return visitor;
    },
  };
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(async () => {
    await stage?.close();
  });
  beforeEach(async () => {
    const present = await journeys.stage.newVisitor();
    visitor = present;
    return async () => {
      expect(present.foreignRequests).toEqual([]);
      expect(present.sent).toEqual([]);
      if (!mayLogErrors) expect(present.errors).toEqual([]);
      await present.leave();
    };
  });
  return journeys;
}
