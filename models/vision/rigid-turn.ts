/** @file The turn between two sets of points. */

type Point = readonly [number, number, number];
type Row = readonly [number, number, number];

/** Three rows of a rotation: applied to a column. */
export type Turn = readonly [Row, Row, Row];

function centred(points: readonly Point[]): number[][] {
  const mean = [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length);
  return points.map((point) => point.map((value, axis) => value - mean[axis]!));
}

/**
 * The rotation that, with a shift and a scale of its own, lays `from` on `to` with the least squared distance.
 *
 * @param from at least three points that are not on one line
 * @param to   as many
 * @see Horn 1987: the quaternion is the eigenvector of the largest eigenvalue of a 4 x 4 matrix
 */
export function turnBetween(from: readonly Point[], to: readonly Point[]): Turn {
  const [a, b] = [centred(from), centred(to)];
  const sum = (i: number, j: number): number => a.reduce((total, point, k) => total + point[i]! * b[k]![j]!, 0);
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => sum(i, j))) as [
    number, number, number, number, number, number, number, number, number,
  ]; // prettier-ignore
  const [w, x, y, z] = largestEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]) as [number, number, number, number];
  return [
    [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  ];
}

/** Of a symmetric matrix, length 1: shifted so that the largest eigenvalue is also the largest in size, then squared until only it is left. */
function largestEigenvector(matrix: readonly (readonly number[])[]): number[] {
  const norm = (rows: readonly (readonly number[])[]): number => Math.hypot(...rows.flat());
  const shift = norm(matrix);
  let power = matrix.map((row, i) => row.map((value, j) => value + (i === j ? shift : 0)));
  // Twelve squarings raise the ratio of the two largest eigenvalues to the power of 4,096.
  for (let round = 0; round < 12; round++) {
    const scale = norm(power);
    const current = power.map((row) => row.map((value) => value / scale));
    power = current.map((row) => row.map((_, j) => row.reduce((sum, value, k) => sum + value * current[k]![j]!, 0)));
  }
  const longest = power.reduce((best, row) => (Math.hypot(...row) > Math.hypot(...best) ? row : best));
  return longest.map((value) => value / Math.hypot(...longest));
}
