/** @file All state of the app, one class per subject, handed out by context. */
import { createContext } from 'svelte';
import { deleteEverything, type RecordCounts } from '#storage/delete-everything.ts';
import { askToPersist } from '#storage/quota.ts';
import { type Failure, toFailure } from '../errors/failure.ts';
import { releaseDevice } from '../executors/device.ts';
import type { Catalogue, Locale } from '../i18n/catalogue.ts';
import { Device } from './device.svelte.ts';
import { Gallery } from './gallery.svelte.ts';
import { Intake } from './intake.svelte.ts';
import { Ledger } from './ledger.svelte.ts';
import { Models } from './models.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Photos } from './photos.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { Project } from './project.svelte.ts';
import { StrengthTrial } from './strength-trial.svelte.ts';
import { Studio } from './studio.svelte.ts';
import { Training } from './training.svelte.ts';

export type AppStatus = { readonly kind: 'loading' } | { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly failure: Failure };

export class App {
  readonly preferences = new Preferences();
  readonly notices = new Notices();
  readonly ledger = new Ledger();
  readonly device = new Device();
  readonly project = new Project();
  readonly photos = new Photos(this.project);
  readonly intake = new Intake(this.photos);
  readonly models = new Models(this.ledger);
  readonly training = new Training(this.project, this.photos, this.models);
  readonly gallery = new Gallery(this.project, this.photos);
  readonly studio = new Studio(this.project, this.training, this.gallery, this.device);
  readonly strengthTrial = new StrengthTrial(this.project, this.training, this.studio);
  #status = $state.raw<AppStatus>({ kind: 'loading' });

  get status(): AppStatus {
    return this.#status;
  }

  get isReady(): boolean {
    return this.#status.kind === 'ready';
  }

  /** Every sentence, in the person's language. */
  get t(): Catalogue {
    return this.preferences.catalogue;
  }

  get locale(): Locale {
    return this.preferences.locale;
  }

  /** Brings back everything that was stored. Called once, in the browser. */
  async restore(): Promise<void> {
    try {
      await this.project.restore();
      this.studio.restore();
      await Promise.all([this.photos.restore(), this.training.restore(), this.gallery.restore(), this.device.restore(), this.models.restore()]);
      this.#status = { kind: 'ready' };
    } catch (error) {
      this.#status = { kind: 'failed', failure: toFailure(error) };
    }
  }

  /** Looks again at what is stored: another tab may have worked meanwhile. Leaves work of this tab alone. */
  async refresh(): Promise<void> {
    if (!this.isReady || this.intake.progress !== null || this.photos.measuring > 0 || this.training.isAtWork || this.studio.isAtWork) return;
    await Promise.all([this.photos.restore(), this.training.restore(), this.gallery.restore(), this.models.restore()]);
  }

  /** Runs a verb of the person; what goes wrong becomes a sentence at the edge of the screen. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure = toFailure(error);
      const { errorMessages } = await import('../errors/error-messages.ts');
      const sentence = errorMessages[this.locale][failure.code];
      this.notices.show(`${sentence.what} ${sentence.next}`);
    }
  }

  /** Asks the browser to keep what we store; worth asking once there is something to lose. */
  async keepStorage(): Promise<boolean> {
    return askToPersist();
  }

  /** Deletes all that the person gave or made and starts afresh. Returns what is left: all zero. */
  async deleteEverything(): Promise<RecordCounts> {
    releaseDevice();
    const left = await deleteEverything();
    this.preferences.forget();
    this.training.forget();
    this.studio.forget();
    this.strengthTrial.forget();
    this.gallery.forget();
    this.device.forget();
    this.models.forget();
    this.ledger.forgetModels();
    await this.restore();
    return left;
  }
}

export const [useApp, provideApp] = createContext<App>();
