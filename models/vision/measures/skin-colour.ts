/** @file The colour of a person's skin as the picture shows it. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import type { LabColour } from '../backdrop.ts';
import type { FaceLandmarks } from '../face-landmarks.ts';
import { medianOf, regionColours, skinRegions } from './mesh-regions.ts';

/**
 * Median colour of the forehead and both cheeks, each counting alike: a lock of hair on the forehead, a shadow on one cheek or a highlight
 * do not move the median of the three as they would a mean.
 */
export function skinColour(picture: RgbPicture, landmarks: FaceLandmarks): LabColour {
  const regions = Object.values(skinRegions)
    .map((region) => regionColours(picture, landmarks, region, 400))
    .filter(({ length }) => length > 0);
  const colours = regions.flatMap((found) => found.filter((_, index) => index % Math.ceil(found.length / 200) === 0));
  const median = (axis: 0 | 1 | 2): number => medianOf(colours.map((colour) => colour[axis]));
  return [median(0), median(1), median(2)];
}
