// How often a server that crashed is started again.

/** A server that ran for so long had been well: what comes after counts anew. */
const WELL_AFTER_MS = 3 * 60_000;
const FIRST_DELAY_MS = 500;
const MOST_CRASHES = 5;

export interface Verdict {
  /** How long to wait before the next start; nothing when there is to be none. */
  readonly delayMs: number | undefined;
  /** Whether the user has to be told: at the first crash, and when there won't be another start. */
  readonly isNews: boolean;
}

export class Restarts {
  private crashes = 0;

  /** The server ended by itself after it ran for so long. */
  crashed(ranForMs: number): Verdict {
    if (ranForMs >= WELL_AFTER_MS) {
      this.crashes = 0;
    }
    this.crashes += 1;
    if (this.crashes > MOST_CRASHES) {
      return { delayMs: undefined, isNews: true };
    }
    const delayMs = FIRST_DELAY_MS * 2 ** (this.crashes - 1);
    return { delayMs, isNews: this.crashes === 1 };
  }

  /** The user asked for a start: nothing before it counts. */
  forget(): void {
    this.crashes = 0;
  }
}
