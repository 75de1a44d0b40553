interface Field {
  readonly min: number;
  readonly max: number;
  /** Words for numbers, the first for the smallest. */
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SECOND: Field = { min: 0, max: 59 };
const DAY: Field = { min: 1, max: 31 };
const MONTH: Field = { min: 1, max: 12, words: MONTHS };
const WEEKDAY: Field = { min: 0, max: 7, words: WEEKDAYS };
const FIELDS: readonly Field[] = [{ min: 0, max: 59 }, { min: 0, max: 23 }, DAY, MONTH, WEEKDAY];
/** Of each month, February's in a leap year. */
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a cron expression: minute, hour, day of month, month, day of week, with seconds before them if there are six;
 * each `*`, a number, a range, a step or a list of these. Returned as it is, for whoever runs it; throws Error when it is
 * none, or would never come, at which the scheduler would end the process.
 */
export function cronExpression(text: string): string {
  const given = text.split(/\s+/);
  const fields = given.length === FIELDS.length + 1 ? [SECOND, ...FIELDS] : FIELDS;
  const isRight = given.length === fields.length && fields.every((field, i) => isField(given[i] ?? '', field));
  if (!isRight) throw new Error('must be a cron expression of five fields, or of six with seconds: "0 0 * * *"');
  if (!everComes(given.slice(-3)))
    throw new Error('must be a cron expression of a day that comes; none of its months has it');
  return text;
}

/** False for 31 February and its like. Where weekdays are chosen too, either will do. */
function everComes([day = '', month = '', weekday = '']: readonly string[]): boolean {
  const isEveryWeekday = new Set(numbersOf(weekday, WEEKDAY).map((number) => number % 7)).size === 7;
  const first = Math.min(...numbersOf(day, DAY));
  return !isEveryWeekday || numbersOf(month, MONTH).some((number) => first <= (DAYS_OF_MONTHS[number - 1] ?? 0));
}

/** The numbers that a field stands for. */
function numbersOf(text: string, field: Field): number[] {
  return text.split(',').flatMap((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range === '*' ? [String(field.min), String(field.max)] : range.split('-');
    const first = numberOf(from, field) ?? field.min;
    const last = to === undefined ? (step === undefined ? first : field.max) : (numberOf(to, field) ?? field.max);
    const every = Number(step ?? 1);
    return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => first + i * every);
  });
}

function isField(text: string, field: Field): boolean {
  return text.split(',').every((item) => isItem(item, field));
}

function isItem(text: string, field: Field): boolean {
  const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(text) ?? [];
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false;
  if (from === '*') return to === undefined;
  const first = numberOf(from, field);
  const last = to === undefined ? first : numberOf(to, field);
  return first !== null && last !== null && first <= last;
}

function numberOf(text: string, { min, max, words }: Field): number | null {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  const value = word >= 0 ? min + word : /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : null;
}
