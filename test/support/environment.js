const { relative, sep } = require('node:path');
const { TestEnvironment } = require('jest-environment-node');
const realOnly = require('./real-only.json');

/**
 * Jest's Node environment, and a look after every test and every file at what they left open (see leaks.ts). On the
 * embedded target it closes a file's servers at its end (see target.ts), and leaves out the tests that real-only.json
 * names for what only the real servers can do, each by a part of its title.
 */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { rootDir, globals } = config.projectConfig;
    const file = relative(rootDir, context.testPath).split(sep).join('/');
    const leftOut = Object.values(realOnly.tests).flatMap((byFile) => byFile[file] ?? []);
    this.leftOut = globals.servers === 'embedded' ? leftOut : [];
  }

  async setup() {
    await super.setup();
    this.global.openedByTests = this.opened = new Map();
    this.global.testFailed = false;
    this.global.closedAtFileEnd = this.servers = [];
  }

  async handleTestEvent(event) {
    if (event.name === 'test_start' && this.leftOut.some((part) => event.test.name.includes(part))) {
      event.test.mode = 'skip';
    }
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
    try {
      for (const close of this.servers) await close();
    } finally {
      await super.teardown();
    }
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
