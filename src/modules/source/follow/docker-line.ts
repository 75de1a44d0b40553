import { flatten } from '../../../log/json-record';
import { emptyAttributes } from '../../../log/log-record';
import { parseTime } from '../../../log/timestamp';
import { parseJsonText } from '../json-draft';
import { isJsonObject } from '../../../log/json';
import type { LineEnvelope } from '../record-reader';

/** A line of Docker's json-file: `{"log":"text\n","stream":"stdout","time":"..."}`. */
export interface DockerLine {
  /** What the container wrote, without a line end. */
  readonly text: string;
  /** False where the container's line was longer than Docker's buffer: the rest is in the stream's next line. */
  readonly isWhole: boolean;
  readonly stream: string;
  readonly envelope: LineEnvelope;
}

const START = '{"log":"';
const STREAMS = ['stdout', 'stderr'];
const NAMES = new Set(['log', 'stream', 'time', 'attrs']);

/** Null where the line is none of Docker's, though it may be another JSON object. */
export function parseDockerLine(line: string): DockerLine | null {
  if (!line.startsWith(START)) return null;
  const parsed = parseJsonText(line);
  if (!('json' in parsed) || !isJsonObject(parsed.json)) return null;
  const { log, stream, time, attrs } = parsed.json;
  if (typeof log !== 'string' || typeof stream !== 'string' || typeof time !== 'string') return null;
  if (!STREAMS.includes(stream) || Object.keys(parsed.json).some((name) => !NAMES.has(name))) return null;
  const attributes = Object.assign(emptyAttributes(), isJsonObject(attrs) ? flatten(attrs) : {});
  attributes['log.iostream'] = stream; // OpenTelemetry's name
  return {
    text: log.replace(/\r?\n$/, ''),
    isWhole: log.endsWith('\n'),
    stream,
    envelope: { time: parseTime(time), timeText: time, attributes },
  };
}
