/** @file Whether something lies over the eyes or the lower face: sunglasses, a mask, a hand, a phone. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { colourDistance, type LabColour } from '../backdrop.ts';
import type { FaceLandmarks } from '../face-landmarks.ts';
import type { FaceMeasures } from '../photo-measures.ts';
import { browGapRegion, eyeRegions, lowerFaceRegion, medianOf, regionColours, skinRegions, type MeshRegion } from './mesh-regions.ts';
import { mouthHidden } from './mouth-shown.ts';

/** CIELAB distance within which pixels are of one surface, and from which a surface is surely no skin of this face. */
const sameSurface = 12;
const otherSurface = 40;
/** A hidden mouth is never as sure as the mesh's own doubt, by which a face is taken for none. */
const surestHidden = 0.85;

/** How far a region is one even surface of another colour than the skin, 0 to 1. Beards differ from skin too, but are uneven and leave the lips free. */
export function foreignShare(colours: readonly LabColour[], skin: LabColour): number {
  if (colours.length === 0) return 0;
  const middle = middleColour(colours);
  const even = colours.filter((colour) => colourDistance(colour, middle) < sameSurface).length / colours.length;
  return even * Math.min(1, colourDistance(middle, skin) / otherSurface);
}

/**
 * The eyes are compared with the whole skin; the lower face with the forehead and the gap between the brows, since a mask hides the cheeks, and
 * with whichever of the two is nearer, since a fringe hides the forehead. Where the mesh itself finds no face, something skin-coloured may lie
 * over it, such as a hand: that counts for the lower face, and means nothing for a head in profile. So does a mouth that does not show.
 *
 * @param skin of `skinColour`
 */
export function coveredParts(picture: RgbPicture, landmarks: FaceLandmarks, skin: LabColour): FaceMeasures['covered'] {
  const coloursOf = (region: MeshRegion): LabColour[] => regionColours(picture, landmarks, region);
  const bare = [skinRegions.forehead, browGapRegion].map(coloursOf).filter(({ length }) => length > 0);
  const lower = coloursOf(lowerFaceRegion);
  return {
    // Both eyes: the far one of a turned head lies in shadow or behind the nose.
    eyes: Math.min(...Object.values(eyeRegions).map((region) => foreignShare(coloursOf(region), skin))),
    lowerFace: Math.max(
      1 - landmarks.presence,
      Math.min(surestHidden, mouthHidden(picture, landmarks, Math.hypot(skin[1], skin[2]))),
      Math.min(...(bare.length === 0 ? [skin] : bare.map(middleColour)).map((reference) => foreignShare(lower, reference))),
    ),
  };
}

function middleColour(colours: readonly LabColour[]): LabColour {
  return [medianOf(colours.map(([l]) => l)), medianOf(colours.map(([, a]) => a)), medianOf(colours.map(([, , b]) => b))];
}
