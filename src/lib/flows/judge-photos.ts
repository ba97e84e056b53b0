/** @file What the checks say of each photo, what the person set aside, and which photos a run learns from. Pure, so that it is tested in Node. */
import { checkPhoto, checkSet, coverageOf, type Coverage, type Finding, hardChecks, inOrder, type JudgedPhoto } from '#models/checks/index.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import { mostPhotos } from './defaults.ts';

/** Only what the judgement needs. */
export type JudgedRecord = Pick<PhotoRecord, 'id' | 'measures' | 'chosenFace' | 'overridden'>;

/** `used-anyway`: the person has seen the reason. `unchecked`: nobody looked yet, so it waits: what cannot be overridden must not be passed by unseen. */
export type PhotoState = 'good' | 'used-anyway' | 'unchecked' | 'left-out';

export interface Judgement {
  readonly state: PhotoState;
  /** Why it is left out, gravest first. */
  readonly open: readonly Finding[];
  /** What the person set aside. */
  readonly setAside: readonly Finding[];
  /** True if a reason among `open` cannot be set aside. */
  readonly isHardStop: boolean;
}

const uncheckedJudgement: Judgement = { state: 'unchecked', open: [], setAside: [], isHardStop: false };

/** An entry for every photo, by id. */
export function judgePhotos(records: readonly JudgedRecord[]): ReadonlyMap<string, Judgement> {
  const inSet = checkSet(records.flatMap(judgedOf));
  return new Map(
    records.map((record) => {
      if (record.measures === null) return [record.id, uncheckedJudgement];
      const findings = inOrder([...checkPhoto(record.measures, record.chosenFace ?? undefined), ...(inSet.get(record.id) ?? [])]);
      const isSetAside = ({ check }: Finding): boolean => record.overridden.includes(check) && !hardChecks.has(check);
      const open = findings.filter((finding) => !isSetAside(finding));
      const setAside = findings.filter(isSetAside);
      const state = open.length > 0 ? 'left-out' : setAside.length > 0 ? 'used-anyway' : 'good';
      return [record.id, { state, open, setAside, isHardStop: open.some(({ check }) => hardChecks.has(check)) }];
    }),
  );
}

/** The photos a run learns from, in order: all that were looked at and are not left out, as many as one likeness takes. */
export function photosForTraining<Photo extends JudgedRecord>(photos: readonly Photo[], judgements: ReadonlyMap<string, Judgement>): Photo[] {
  const isUsed = (state: PhotoState | undefined): boolean => state === 'good' || state === 'used-anyway';
  return photos.filter((photo) => isUsed(judgements.get(photo.id)?.state)).slice(0, mostPhotos);
}

/** What these photos show of the person; photos that nobody looked at tell nothing. */
export function coverageOfPhotos(photos: readonly JudgedRecord[]): Coverage {
  return coverageOf(photos.flatMap(judgedOf));
}

function judgedOf({ id, measures, chosenFace }: JudgedRecord): JudgedPhoto[] {
  if (measures === null) return [];
  return [chosenFace === null ? { id, measures } : { id, measures, chosenFace }];
}
