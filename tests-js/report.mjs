// One way to say what a check found: the lines that `cargo test` prints, so that one parser counts all of them.

export class Report {
  constructor(prefix) {
    this.prefix = prefix;
    this.failed = 0;
  }

  /** Reports a check whose complaints are known. */
  found(name, complaints) {
    console.log(`test ${this.prefix}::${name} ... ${complaints.length ? "FAILED" : "ok"}`);
    for (const complaint of complaints) console.log(`    ${complaint}`);
    this.failed += complaints.length ? 1 : 0;
  }

  /** Runs a check; an exception is a failure. Gives back what the check gives. */
  async check(name, test) {
    try {
      const value = await test();
      this.found(name, []);
      return value;
    } catch (error) {
      this.found(name, [error.stack ?? String(error), ...(error.cause ? [`cause: ${inspect(error.cause)}`] : [])]);
      return undefined;
    }
  }

  /** Leaves the program, with 1 if anything failed. */
  end() {
    process.exitCode = this.failed ? 1 : 0;
  }
}

const inspect = (cause) => (cause instanceof Error ? cause.message : JSON.stringify(cause));
