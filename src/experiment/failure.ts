/**
 * A replication that could not be rehearsed: a bug of ours, or a worker that died. It names what replays it.
 */

export class ReplicationError extends Error {
  override readonly name = 'ReplicationError';
  readonly seed: string;
  readonly replication: number;
  /** `bug`: the program broke a claim about itself (exit 1). `death`: the worker ended before it answered (exit 14). */
  readonly kind: 'bug' | 'death';
  readonly point: number | undefined; // of a sweep
  constructor(
    kind: 'bug' | 'death',
    seed: string,
    replication: number,
    cause: { message: string; stack?: string },
    point?: number,
  ) {
    const what = kind === 'bug' ? 'broke' : 'lost its worker';
    super(`replication ${replication} of seed ${JSON.stringify(seed)} ${what}: ${cause.message}`, { cause });
    this.kind = kind;
    this.point = point;
    this.seed = seed;
    this.replication = replication;
    if (cause.stack !== undefined) this.stack = `${this.name}: ${this.message}\n${framesOf(cause.stack)}`;
  }
}

/** What of an error survives the way from a worker. */
export function describeFailure(error: unknown): { message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.stack === undefined ? { message: error.message } : { message: error.message, stack: error.stack };
}

function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
