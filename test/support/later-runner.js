const { default: TestRunner } = require('jest-runner');

/** Jest runs the projects of one runner together, and those of the next one after them: this is the next one. */
module.exports = class LaterRunner extends TestRunner {};
