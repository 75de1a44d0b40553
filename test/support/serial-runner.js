const { default: TestRunner } = require('jest-runner');

/** Runs one file after the other, in Jest's own process, however many workers the other projects may have. */
module.exports = class SerialRunner extends TestRunner {
  isSerial = true;
};
