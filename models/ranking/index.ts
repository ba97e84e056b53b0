/** @file Ranking of drawn pictures, for the pages and the command line. Pure. Start here. */
export { drawnForEachAsked, likenessWords } from './limits.ts';
export { personReference, type PersonReference } from './person-reference.ts';
export { rankPictures, type RankedPicture, type Standing } from './rank-pictures.ts';
export { asideReasons, type AsideFinding, type AsideReason } from './reasons.ts';
export { likenessWord, scorePicture, type LikenessWord, type PictureScore } from './score-picture.ts';
