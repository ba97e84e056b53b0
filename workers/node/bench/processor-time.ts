/** @file Processor time of another process and all it started, where the system tells (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Seconds of processor time that `pid` and its descendants have used so far; null where there is no /proc. */
export function processorSeconds(pid: number): number | null {
  const ticks = new Map<number, number>();
  const parents = new Map<number, number>();
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      // After the name in parentheses: state, parent, ..., user time and system time as fields 14 and 15.
      const fields = readStat(entry)?.split(') ').at(-1)?.split(' ');
      if (fields === undefined) continue;
      parents.set(Number(entry), Number(fields[1]));
      ticks.set(Number(entry), Number(fields[11]) + Number(fields[12]));
    }
  } catch {
    return null;
  }
  const belongs = (candidate: number): boolean => candidate === pid || (parents.has(candidate) && belongs(parents.get(candidate)!));
  return [...ticks].reduce((sum, [candidate, used]) => (belongs(candidate) ? sum + used : sum), 0) / ticksPerSecond;
}

/** Undefined for a process that ended meanwhile. */
function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}
