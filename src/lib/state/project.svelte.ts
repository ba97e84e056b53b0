/** @file The person whose likeness is made: class, consent, and where they were. */
import { listProjects, type PersonClass, type ProjectRecord, saveProject, type StepRoute, updateProject } from '#storage/project-store.ts';
import { consentVersion } from '../flows/consent.ts';

export class Project {
  #record = $state.raw<ProjectRecord | null>(null);

  /** Null until `restore` has run. */
  get record(): ProjectRecord | null {
    return this.#record;
  }

  /** @throws if called before `restore` has run */
  get id(): string {
    if (this.#record === null) throw new Error('The project is not loaded yet.');
    return this.#record.id;
  }

  get personClass(): PersonClass | null {
    return this.#record?.personClass ?? null;
  }

  /** True if the person agreed to the words that are in force. */
  get hasConsent(): boolean {
    return this.#record?.consent?.version === consentVersion;
  }

  /** Loads the project of this browser, or makes an empty one. */
  async restore(): Promise<void> {
    const [existing] = await listProjects();
    if (existing !== undefined) {
      this.#record = existing;
      return;
    }
    const fresh: ProjectRecord = {
      id: crypto.randomUUID(),
      name: '',
      personClass: null,
      consent: null,
      lastRoute: '/',
      createdAt: Date.now(),
    };
    await saveProject(fresh);
    this.#record = fresh;
  }

  async update(change: Partial<Omit<ProjectRecord, 'id'>>): Promise<void> {
    const changed = await updateProject(this.id, change);
    if (changed !== undefined) this.#record = changed;
  }

  /** Remembers where the person is, so that they land there again. */
  async visit(route: StepRoute): Promise<void> {
    if (this.#record !== null && this.#record.lastRoute !== route && route !== '/') await this.update({ lastRoute: route });
  }
}
