/** @file The people whose likeness is made: one project each. */
import { inDatabase } from './database.ts';
import type { ProjectRecord } from './person-records.ts';

export type { ConsentRecord, PersonClass, ProjectRecord, StepRoute } from './person-records.ts';

/** Writes a project, new or changed. */
export async function saveProject(project: ProjectRecord): Promise<void> {
  await inDatabase((database) => database.put('projects', project));
}

/** The project with this id, or undefined. */
export function findProject(id: string): Promise<ProjectRecord | undefined> {
  return inDatabase((database) => database.get('projects', id));
}

/** All projects, oldest first. */
export async function listProjects(): Promise<ProjectRecord[]> {
  const projects = await inDatabase((database) => database.getAll('projects'));
  return projects.sort((a, b) => a.createdAt - b.createdAt);
}

/** Changes some fields of a project in one transaction. Returns the new record, or undefined if there is none with this id. */
export function updateProject(id: string, change: Partial<Omit<ProjectRecord, 'id'>>): Promise<ProjectRecord | undefined> {
  return inDatabase(async (database) => {
    const transaction = database.transaction('projects', 'readwrite');
    const project = await transaction.store.get(id);
    const changed = project === undefined ? undefined : { ...project, ...change };
    if (changed !== undefined) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  });
}
