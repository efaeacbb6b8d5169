/**
 * One line that says how far a run is: a bar, done of all, the rate and the time that is left.
 */
import type { Terminal } from './terminal.js';

export interface Progress {
  readonly done: number; // replications
  readonly total: number;
  readonly before?: number; // of those done, how many were before this start
  readonly wallMs: number; // since the start
}

const BAR = 24; // columns

/** The line, cut to `width` columns; no control characters. */
export function formatProgress(progress: Progress, width: number): string {
  const { done, total, wallMs, before = 0 } = progress;
  const filled = total === 0 ? BAR : Math.floor((BAR * done) / total);
  const parts = [`[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done}/${total}`];
  if (done > before && wallMs > 0) {
    const rate = (done - before) / (wallMs / 1000);
    parts.push(rate >= 1 ? `${rate.toPrecision(3)}/s` : `${(1 / rate).toPrecision(3)} s each`);
    if (done < total) parts.push(`ETA ${formatWait((total - done) / rate)}`);
  }
  return parts.join('  ').slice(0, Math.max(width - 1, 0));
}

/** Seconds as `7 s`, `3 min`, `2.5 h`. */
function formatWait(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toPrecision(2)} h`;
}

const REDRAW_MS = 100;

/** Draws the progress line, and again as replications finish, at most ten times a second. */
export function showProgress(total: number, before: number, terminal: Terminal): (done: number) => void {
  const startedAt = performance.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  const draw = (done: number): void => {
    const now = performance.now();
    if (now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    terminal.progress(formatProgress({ done, total, before, wallMs: now - startedAt }, terminal.progressWidth));
  };
  draw(before);
  return draw;
}
