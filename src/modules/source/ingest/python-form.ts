import { draftOfJsonValue } from '../json-draft';
import type { RecordDraft } from '../../../log/record-draft';
import type { RefusedItem } from '../refused-item';

/** Fields of Python's LogRecord that say nothing, or nothing but what others of them say. */
const LEFT_OUT = new Set(['levelno', 'msecs', 'relativeCreated', 'filename', 'module']);
const RENAMED: Readonly<Record<string, string>> = {
  name: 'service',
  levelname: 'level',
  created: 'time',
  exc_text: 'exception.stacktrace',
  pathname: 'code.file.path',
  lineno: 'code.line.number',
  funcName: 'code.function.name',
  thread: 'thread.id',
  threadName: 'thread.name',
  process: 'process.pid',
  processName: 'process.name',
};

/**
 * What a form of Python's HTTPHandler says: a LogRecord's fields, each as Python prints it. The message comes without its
 * arguments; they are kept as the attribute `args`.
 */
export function draftOfPythonForm(text: string): RecordDraft | RefusedItem {
  const fields = [...new URLSearchParams(text)].filter(
    ([name, value]) => !LEFT_OUT.has(name) && value !== 'None' && value !== '()',
  );
  return draftOfJsonValue(Object.fromEntries(fields.map(([name, value]) => [RENAMED[name] ?? name, value])));
}
