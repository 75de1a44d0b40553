// Reads [{filePath, code}, ...] from stdin and prints, for each, the rules that the project's ESLint configuration
// reports. A program of its own because ESLint loads its configuration as an ES module, which Jest's sandbox cannot.
import { ESLint } from 'eslint';
import { json } from 'node:stream/consumers';
import tseslint from 'typescript-eslint';

// The files do not exist, so the rules that need types cannot run on them.
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });
const reports = [];
for (const { filePath, code } of await json(process.stdin)) {
  const results = await eslint.lintText(code, { filePath });
  reports.push(results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message)));
}
process.stdout.write(JSON.stringify(reports));
