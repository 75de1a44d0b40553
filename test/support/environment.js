const { TestEnvironment } = require('jest-environment-node');

/** Jest's Node environment, and a look after every test and every file at what they left open. See leaks.ts. */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.openedByTests = this.opened = new Map();
    this.global.testFailed = false;
  }

  async handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.global.testFailed = true;
    if (event.name === 'test_start') this.openBefore = new Set(this.opened.keys());
    if (event.name === 'test_done') {
      const left = await this.release([...this.opened.keys()].filter((key) => !this.openBefore.has(key)));
      if (left && event.test.errors.length === 0) event.test.errors.push(left);
    }
  }

  async teardown() {
    const left = await this.release([...this.opened.keys()]);
    const failed = this.global.testFailed;
    await super.teardown();
    if (left && !failed) throw left;
  }

  /** Cleans up, and returns the error that names what was left, if anything was. */
  async release(keys) {
    const left = keys.map((key) => this.opened.get(key));
    for (const key of keys) this.opened.delete(key);
    await Promise.allSettled(left.map(({ release }) => release()));
    return left.length > 0 ? new Error(`left behind: ${left.map(({ what }) => what).join('; ')}`) : undefined;
  }
};
