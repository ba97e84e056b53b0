/** @file How a likeness is called in a prompt: as in the job that taught it. */
import { trainJobSchema } from '#models/jobs/train-job.ts';
import { defaultSubjectToken, type Subject } from '#models/text/prompt.ts';
import type { LikenessRecord } from '#storage/likeness-store.ts';
import type { PersonClass } from '#storage/project-store.ts';
import { findRun } from '#storage/run-store.ts';

/** The token and class of a likeness; the defaults if its run is gone or its file does not tell. */
export async function subjectOfLikeness(likeness: LikenessRecord, fallbackClass: PersonClass | null): Promise<Subject> {
  if (likeness.imported !== undefined && likeness.imported.subject !== null) return likeness.imported.subject;
  const run = await findRun(likeness.runId);
  const job = trainJobSchema.safeParse(run?.job);
  if (job.success) return { token: job.data.subjectToken, personClass: job.data.personClass };
  return { token: defaultSubjectToken, personClass: fallbackClass ?? 'person' };
}
