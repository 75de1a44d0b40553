const { default: TestRunner } = require('jest-runner');

/** Jest runs the projects of one runner together, and those of another before or after them: this is another. */
module.exports = class ApartRunner extends TestRunner {};
