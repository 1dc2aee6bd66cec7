// Decides how often a crashed server is restarted.

/** Uptime in milliseconds after which a server is considered stable, and the count of crashes starts over. */
const WELL_AFTER_MS = 3 * 60_000;
const FIRST_DELAY_MS = 500;
const MOST_CRASHES = 5;

export interface Verdict {
  /** The delay before the next start, or `undefined` for no further start. */
  readonly delayMs: number | undefined;
  /** Whether to notify the user: at the first crash, and when there won't be another start. */
  readonly isNews: boolean;
}

export class Restarts {
  private crashes = 0;

  /** Records a crash of the server after the given uptime. */
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

  /** Forgets previous crashes, because the user asked for a start. */
  forget(): void {
    this.crashes = 0;
  }
}
